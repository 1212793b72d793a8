import type { JsonObject } from '../kernel/index.ts';
import { compileModel, type CompiledModel, type Relation } from './compile.ts';
import { readModel } from './model_read.ts';
import { validateModel } from './model_validate.ts';
import type { Names } from './names.ts';
import type { FgaStore, Place } from './port.ts';
import { FgaError, relationNotFound, typeNotFound } from './problem.ts';

/** Compiled models that are kept; a model is a few hundred kilobytes at most. */
const MAX_MODELS = 500;
/** For how long the newest model of a store is believed when no change was announced: announcements can be lost. */
const LATEST_MS = 5_000;

/** The models of all stores, compiled. */
export class Models {
  readonly #store: FgaStore;
  readonly #names: Names;
  readonly #clock: () => number;
  readonly #compiled = new Map<string, CompiledModel>();
  readonly #latest = new Map<string, { readonly model: CompiledModel; readonly time: number }>();
  #epoch = 0;

  constructor(store: FgaStore, names: Names, clock: () => number) {
    this.#store = store;
    this.#names = names;
    this.#clock = clock;
  }

  /** Reads, validates and compiles what a client sent. Rejects with FgaError. `admit` may refuse what was read before it is looked at. */
  async compile(id: string, body: JsonObject, admit?: (json: JsonObject) => void): Promise<CompiledModel> {
    const model = readModel(body);
    admit?.(model.json);
    validateModel(model);
    return compileModel(id, model, this.#names);
  }

  /** The model `id`, or the newest when it is ''. `fresh`: not from memory. Rejects authorization_model_not_found, latest_authorization_model_not_found. */
  async get(place: Place, id: string, fresh = false): Promise<CompiledModel> {
    return id === '' ? this.#newest(place, fresh) : this.#named(place, id);
  }

  /** The model `id`, or the newest, when it is in memory. */
  peek(place: Place, id: string): CompiledModel | undefined {
    if (id !== '') return this.#compiled.get(keyOf(place, id));
    const known = this.#latest.get(keyOf(place, ''));
    return known !== undefined && this.#clock() - known.time < LATEST_MS ? known.model : undefined;
  }

  async #named(place: Place, id: string): Promise<CompiledModel> {
    const known = this.#compiled.get(keyOf(place, id));
    if (known !== undefined) return known;
    const record = await this.#store.readModel(place, id);
    if (record === undefined) throw new FgaError('authorization_model_not_found', `Authorization Model '${id}' not found`);
    return this.#keep(place, await this.compile(id, record.json));
  }

  async #newest(place: Place, fresh: boolean): Promise<CompiledModel> {
    const key = keyOf(place, '');
    const known = fresh ? undefined : this.peek(place, '');
    if (known !== undefined) return known;
    const epoch = this.#epoch;
    const record = await this.#store.latestModel(place);
    if (record === undefined)
      throw new FgaError('latest_authorization_model_not_found', `No authorization models found for store '${place.store}'`);
    const model = this.#compiled.get(keyOf(place, record.id)) ?? this.#keep(place, await this.compile(record.id, record.json));
    if (epoch === this.#epoch) this.#latest.set(key, { model, time: this.#clock() });
    return model;
  }

  #keep(place: Place, model: CompiledModel): CompiledModel {
    if (this.#compiled.size >= MAX_MODELS) this.#compiled.delete(this.#compiled.keys().next().value ?? '');
    this.#compiled.set(keyOf(place, model.id), model);
    return model;
  }

  /** A store's models may have changed; without a place, any. */
  changed(place: Place | undefined): void {
    this.#epoch++;
    if (place === undefined) this.#latest.clear();
    else this.#latest.delete(keyOf(place, ''));
  }
}

const keyOf = ({ tenant, store }: Place, id: string): string => `${tenant} ${store} ${id}`;

/** A relation of a model. Throws type_not_found, relation_not_found. */
export function relationOf(model: CompiledModel, type: string, name: string): Relation {
  const relations = model.types.get(type);
  if (relations === undefined) throw typeNotFound(type);
  const relation = relations.get(name);
  if (relation === undefined) throw relationNotFound(type, name);
  return relation;
}
