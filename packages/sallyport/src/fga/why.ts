import type { JsonObject } from '../kernel/index.ts';
import type { CompiledModel, Relation } from './compile.ts';
import { Checks, type Loaded } from './evaluate.ts';
import { NearestTuples, type Excluded, type Nearest } from './nearest.ts';
import type { Evaluation, Step } from './port.ts';
import { Proofs, type Proof } from './proof.ts';
import { showTupleWithCondition, type TupleKey } from './tuple.ts';
import type { TupleTable } from './tuple_table.ts';

/** The answer to a check with its reason. */
export type Why = {
  readonly allowed: boolean;
  /** Why it is true; absent when that would take more than `MAX_PROOF_GOALS` goals. */
  readonly proof?: Proof;
  /** What would make it true. */
  readonly nearest?: readonly Nearest[];
  /** Goals on the way that would be true but for an exclusion. */
  readonly excluded?: readonly Excluded[];
  /** Tuples on the way whose condition does not hold, or could not be evaluated (`problem`). */
  readonly unmet?: readonly { readonly tuple: TupleKey; readonly problem: string }[];
};

export type WhyQuery = { readonly user: string; readonly object: string; readonly relation: Relation; readonly context: JsonObject };

/** Times that tuples may be loaded for one answer: the first loads nearly always all. */
const MAX_ROUNDS = 40;

/** Answers a check with the path that makes it true, or with what is missing. Fails as the check does. */
export const whyEvaluation =
  (model: CompiledModel, query: WhyQuery): Evaluation<Why> =>
  (table, loaded) =>
    whyOf(model, query, table, loaded);

function* whyOf(model: CompiledModel, query: WhyQuery, table: TupleTable, loaded: Loaded | undefined): Generator<Step, Why, void> {
  for (let round = 0; ; round++) {
    const checks = new Checks(model, table, query.user, query.context, loaded);
    const proofs = new Proofs(model, table, query.user, query.context, loaded);
    const entity = table.hold(query.object);
    try {
      const allowed = checks.check(query.object, query.relation);
      const answer = allowed === undefined ? undefined : explain(model, table, query, entity, allowed, proofs);
      const missing = allowed === undefined ? checks.missing : proofs.missing;
      if (answer !== undefined && (missing.length === 0 || round >= MAX_ROUNDS)) return answer;
      yield { kind: 'goals', user: query.user, goals: [...missing] };
    } finally {
      table.release(entity);
      proofs.close();
      checks.close();
    }
  }
}

function explain(model: CompiledModel, table: TupleTable, query: WhyQuery, entity: number, allowed: boolean, proofs: Proofs): Why {
  const { relation, user } = query;
  if (allowed) {
    const proof = proofs.of(entity, relation);
    return { allowed, ...(proof === undefined ? {} : { proof }) };
  }
  const search = new NearestTuples(model, table, user, proofs);
  const nearest = search.of(entity, relation).filter(({ tuples }) => tuples.length > 0 && helps(model, table, query, tuples));
  const unmet = [...proofs.unmet].map(([tuple, problem]) => ({ tuple: table.key(tuple), problem }));
  return { allowed, nearest, excluded: search.excluded, unmet };
}

/** Whether the check is true with these tuples. One with a condition may need a context that nobody has given: it is believed. */
function helps(
  model: CompiledModel,
  table: TupleTable,
  { user, object, relation, context }: WhyQuery,
  tuples: readonly TupleKey[],
): boolean {
  if (tuples.some(({ condition }) => condition !== undefined)) return true;
  return table.with(tuples, () => {
    const checks = new Checks(model, table, user, context);
    try {
      return checks.check(object, relation) === true;
    } catch {
      return false;
    } finally {
      checks.close();
    }
  });
}

/** The proof as lines for people, from the question down to the tuple that names the user. */
export function proofLines(proof: Proof, indent = ''): string[] {
  switch (proof.by) {
    case 'self':
      return [`${indent}${proof.goal}: every userset has its own relation`];
    case 'tuple':
      return [`${indent}${proof.goal}: ${showTupleWithCondition(proof.tuple)}`];
    case 'userset':
    case 'parent':
      return [`${indent}${proof.goal}: ${showTupleWithCondition(proof.tuple)}, and`, ...proofLines(proof.then, `${indent}  `)];
    case 'computed':
      return [`${indent}${proof.goal}: follows from`, ...proofLines(proof.then, `${indent}  `)];
    case 'all':
      return [`${indent}${proof.goal}: all of`, ...proof.of.flatMap((part) => proofLines(part, `${indent}  `))];
    case 'exclusion':
      return [`${indent}${proof.goal}: nothing excludes the user, and`, ...proofLines(proof.base, `${indent}  `)];
  }
}

/** The tuples of a proof, each once, in the order of its lines. */
export function proofTuples(proof: Proof): readonly TupleKey[] {
  const found = new Map<string, TupleKey>();
  const visit = (part: Proof): void => {
    if ('tuple' in part) found.set(showTupleWithCondition(part.tuple), part.tuple);
    if ('then' in part) visit(part.then);
    if (part.by === 'all') part.of.forEach(visit);
    if (part.by === 'exclusion') visit(part.base);
  };
  visit(proof);
  return [...found.values()];
}
