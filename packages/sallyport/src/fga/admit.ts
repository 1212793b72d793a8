import type { JsonObject } from '../kernel/index.ts';
import type { CompiledModel, Relation } from './compile.ts';
import { ConditionError } from './condition.ts';
import { showTuple } from './tuple.ts';
import type { TupleTable } from './tuple_table.ts';

const NOTHING: JsonObject = {};

/** Whether tuples of a table count: what the model does not allow any more is ignored, a condition is evaluated with the request's context. */
export class Admission {
  readonly #model: CompiledModel;
  readonly #table: TupleTable;
  readonly #context: JsonObject;

  constructor(model: CompiledModel, table: TupleTable, context: JsonObject) {
    this.#model = model;
    this.#table = table;
    this.#context = context;
  }

  /** Whether the tuple is one that the model allows for `relation`. */
  allows(tuple: number, relation: Relation): boolean {
    const signed = this.#table.type(this.#table.user(tuple));
    const type = Math.abs(signed);
    const userRelation = this.#table.userRelation(tuple);
    const condition = this.#table.condition(tuple);
    let typed = false;
    let conditioned = false;
    for (const restriction of relation.restrictions) {
      if (restriction.type !== type) continue;
      if (restriction.relation === userRelation && restriction.wildcard === signed < 0) typed = true;
      // OpenFGA asks for the condition apart from the rest of the restriction, and so do we (internal/validation, validateCondition).
      if (condition !== undefined) conditioned ||= restriction.condition === condition.name;
      else if (restriction.condition === '')
        conditioned ||= restriction.wildcard ? signed < 0 : restriction.relation === 0 ? signed > 0 : restriction.relation === userRelation;
    }
    if (!typed || !conditioned) return false;
    return condition === undefined || this.#model.conditions.get(condition.name)?.problem(condition.context ?? NOTHING) === undefined;
  }

  /** Whether the tuple's condition is met; a ConditionError when that cannot be said. */
  met(tuple: number): boolean | ConditionError {
    const condition = this.#table.condition(tuple);
    if (condition === undefined) return true;
    const compiled = this.#model.conditions.get(condition.name);
    if (compiled === undefined) return new ConditionError(`'${condition.name}' - condition was not found`);
    try {
      return compiled.evaluate(this.#context, condition.context ?? NOTHING, () => showTuple(this.#table.key(tuple)));
    } catch (error) {
      if (error instanceof ConditionError) return error;
      throw error;
    }
  }
}
