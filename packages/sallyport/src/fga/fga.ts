import type { Clock, JsonObject, TenantId } from '../kernel/index.ts';
import type { CompiledModel } from './compile.ts';
import { Models } from './models.ts';
import type { Names } from './names.ts';
import type { FgaStore, Place, WriteRequest } from './port.ts';
import { FgaError } from './problem.ts';
import { Queries } from './queries.ts';
import { keyProblem, tupleProblem } from './tuple_check.ts';
import { isUserText, showTuple, splitUser, type TupleKey } from './tuple.ts';
import { ulids } from './ulid.ts';
import { assertionSize, modelSize, structSize } from './wire_size.ts';

/** Limits of one write and of a stored model, as OpenFGA's defaults. */
const MAX_TUPLES_PER_WRITE = 100;
const MAX_MODEL_BYTES = 256 * 1_024;
const MAX_CONDITION_CONTEXT_BYTES = 32 * 1_024;
const MAX_ASSERTION_BYTES = 64_000;

export type FgaDeps = {
  readonly store: FgaStore;
  readonly names: Names;
  readonly clock: Clock;
  /** Who answers; the evaluator over the store's tuples unless it is somebody else. */
  readonly queries?: (models: Models) => Queries;
};

/** The engine over one kind of store: stores, models, tuples and the questions about them. Everything rejects FgaError. */
export class Fga {
  readonly queries: Queries;
  readonly models: Models;
  readonly store: FgaStore;
  readonly clock: Clock;
  readonly #newId = ulids();
  #stop: (() => Promise<void>) | undefined;

  constructor({ store, names, clock, queries }: FgaDeps) {
    this.store = store;
    this.clock = clock;
    this.models = new Models(store, names, clock);
    this.queries = queries?.(this.models) ?? new Queries(store, this.models, clock);
  }

  /** Begins to follow the store's changes. */
  async open(): Promise<this> {
    this.#stop = await this.store.onChange((place) => this.#changed(place));
    return this;
  }

  async close(): Promise<void> {
    await this.#stop?.().catch(() => {});
  }

  async createStore(
    tenant: TenantId,
    name: string,
    actor: string,
  ): Promise<{ id: string; name: string; created: number; updated: number }> {
    const time = this.clock();
    const record = { id: this.#newId(time), name, created: time, updated: time };
    return { ...record, id: await this.store.createStore(tenant, record, actor) };
  }

  /** Validates and keeps a model; answers its id. */
  async writeModel(place: Place, body: JsonObject, actor: string): Promise<string> {
    const id = this.#newId(this.clock());
    const { model } = await this.models.compile(id, body, (json) => {
      const size = modelSize({ ...json, id });
      if (size > MAX_MODEL_BYTES)
        throw new FgaError('exceeded_entity_limit', `model exceeds size limit: ${size} bytes vs ${MAX_MODEL_BYTES} bytes`);
    });
    const kept = await this.store.writeModel(place, { id, json: model.json }, actor);
    this.#changed(place);
    return kept;
  }

  /** Writes and deletes tuples, all or nothing. `modelId` '' means the newest. */
  async write(place: Place, request: WriteRequest, modelId: string, actor: string): Promise<void> {
    const { writes, deletes } = request;
    if (writes.length === 0 && deletes.length === 0)
      throw new FgaError('invalid_write_input', 'Invalid input. Make sure you provide at least one write, or at least one delete');
    if (writes.length > 0) {
      const model = await this.models.get(place, modelId);
      for (const key of writes) requireWritable(model, key);
    }
    for (const key of deletes)
      if (!isUserText(key.user))
        throw new FgaError('validation_error', `Invalid tuple '${showTuple(key)}'. Reason: the 'user' field is malformed`);
    requireDistinct([...deletes, ...writes]);
    await this.store.write(place, request, this.clock(), actor);
    this.#changed(place);
  }

  async deleteStore(place: Place, actor: string): Promise<void> {
    await this.store.deleteStore(place, actor);
    this.#changed(place);
  }

  /** Forgets what was known of a store. Called before a writer is answered: the announcement comes later. */
  #changed(place: Place | undefined): void {
    this.models.changed(place);
    this.queries.cache.changed(place);
  }

  async writeAssertions(place: Place, modelId: string, assertions: readonly Assertion[], actor: string): Promise<void> {
    const model = await this.models.get(place, modelId);
    const size = assertions.reduce((sum, { json }) => sum + assertionSize(json), 0);
    if (size > MAX_ASSERTION_BYTES)
      throw new FgaError('exceeded_entity_limit', `The number of bytes exceeds the allowed limit of ${MAX_ASSERTION_BYTES}`);
    for (const { key, contextual } of assertions) {
      const problem = keyProblem(model, key);
      if (problem !== undefined) throw new FgaError('validation_error', problem);
      for (const tuple of contextual) {
        const wrong = tupleProblem(model, tuple);
        if (wrong !== undefined) throw new FgaError('validation_error', wrong.text);
      }
    }
    await this.store.writeAssertions(
      place,
      modelId,
      assertions.map(({ json }) => json),
      actor,
    );
  }
}

export type Assertion = {
  readonly key: Pick<TupleKey, 'user' | 'relation' | 'object'>;
  readonly contextual: readonly TupleKey[];
  /** As it is given back. */
  readonly json: JsonObject;
};

function requireWritable(model: CompiledModel, key: TupleKey): void {
  const problem = tupleProblem(model, key);
  if (problem !== undefined) throw new FgaError('validation_error', problem.text);
  const { object, relation } = splitUser(key.user);
  const wrong = (reason: string): FgaError => new FgaError('validation_error', `Invalid tuple '${showTuple(key)}'. Reason: ${reason}`);
  if (key.relation === relation && key.object === object) throw wrong('cannot write a tuple that is implicit');
  const size = structSize(key.condition?.context ?? {});
  if (size > MAX_CONDITION_CONTEXT_BYTES)
    throw wrong(`condition context size limit exceeded: ${size} bytes exceeds ${MAX_CONDITION_CONTEXT_BYTES} bytes`);
}

function requireDistinct(tuples: readonly TupleKey[]): void {
  const seen = new Set<string>();
  for (const key of tuples) {
    const text = showTuple(key);
    if (seen.has(text))
      throw new FgaError(
        'cannot_allow_duplicate_tuples_in_one_request',
        `duplicate tuple in write: user: '${key.user}', relation: '${key.relation}', object: '${key.object}'`,
      );
    seen.add(text);
  }
  if (seen.size > MAX_TUPLES_PER_WRITE)
    throw new FgaError('exceeded_entity_limit', `The number of write operations exceeds the allowed limit of ${MAX_TUPLES_PER_WRITE}`);
}
