import type { CompiledModel, Relation } from './compile.ts';

/** What of a model a search follows, as arrays in PostgreSQL's text form: computed once for a model and a kind of user. */
export type SearchPlan = {
  /** Goals `type, relation` and the relation whose usersets they read. */
  readonly sets: readonly [type: string, goal: string, relation: string];
  /** Goals and the relation whose users are parents, with the goal at the parent. */
  readonly parents: readonly [type: string, goal: string, relation: string, computed: string];
  /** Goals and the relations in which a user may stand directly. */
  readonly direct: readonly [type: string, goal: string, relation: string];
};

const plans = new WeakMap<CompiledModel, Map<number, SearchPlan>>();
/** For questions about all users. */
export const EVERYONE = -1;

/** What a search follows for users of a kind (`subjectKey`), or for all users. Kept with the model. */
export function searchPlan(model: CompiledModel, subject: number): SearchPlan {
  let own = plans.get(model);
  if (own === undefined) plans.set(model, (own = new Map<number, SearchPlan>()));
  const known = own.get(subject);
  if (known !== undefined) return known;
  const plan = makePlan(model, subject);
  own.set(subject, plan);
  return plan;
}

function makePlan(model: CompiledModel, subject: number): SearchPlan {
  const reach = subject === EVERYONE ? undefined : model.reach(subject);
  const leads = (relation: Relation): boolean => reach === undefined || reach[relation.id] === 1;
  const sets: string[][] = [[], [], []];
  const parents: string[][] = [[], [], [], []];
  const direct: string[][] = [[], [], []];
  const add = (to: string[][], ...values: string[]): void => values.forEach((value, i) => to[i]?.push(value));
  for (const goal of model.relations) {
    if (!leads(goal)) continue;
    const { typeName: type, relationName: name } = goal;
    for (const { relationName, usersets } of goal.reads.direct) {
      add(direct, type, name, relationName);
      if (usersets.some(leads)) add(sets, type, name, relationName);
    }
    for (const { tupleset, computed, targets } of goal.reads.ttus)
      if ([...targets.values()].some(leads)) add(parents, type, name, tupleset.relationName, computed);
  }
  return {
    sets: sets.map(arrayText) as unknown as SearchPlan['sets'],
    parents: parents.map(arrayText) as unknown as SearchPlan['parents'],
    direct: direct.map(arrayText) as unknown as SearchPlan['direct'],
  };
}

/** PostgreSQL's text form of an array of names. */
function arrayText(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
