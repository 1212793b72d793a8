import { canonicalJson, isObject, type Json, type JsonObject } from '../../kernel/index.ts';
import { excerpt, type ChangeClass, type Difference } from './change.ts';
import { newOrders } from './imperative.ts';

/** Differences of one definition that are told; what is beyond is counted. */
export const MAX_DIFFERENCES = 50;

/** Texts that a model reads. */
const TEXTS = new Set(['title', 'description', '$comment', 'examples', 'example', 'enumDescriptions', 'markdownDescription']);
/** Larger is wider. */
const UPPER = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains']);
/** Smaller is wider. */
const LOWER = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains']);
/** Their absence allows more, and two of them cannot be compared. */
const NARROWING = new Set(['pattern', 'format', 'const', 'multipleOf', 'uniqueItems', 'contentEncoding', 'contentMediaType', 'not']);
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
/** Schemas, or lists of schemas, in which the walk goes on. */
const NESTED = new Set([
  ...['items', 'prefixItems', 'contains', 'propertyNames', 'additionalItems', 'if', 'then', 'else', 'anyOf', 'oneOf', 'allOf'],
  ...['additionalProperties', 'unevaluatedProperties', 'unevaluatedItems'],
]);

/** Collects differences up to the bound. */
export class Differences {
  readonly list: Difference[] = [];
  more = 0;

  add(classification: ChangeClass, path: string, detail: string, before?: unknown, after?: unknown): void {
    if (this.list.length >= MAX_DIFFERENCES) {
      this.more++;
      return;
    }
    this.list.push({
      classification,
      path,
      detail,
      ...(before === undefined ? {} : { before: excerpt(before) }),
      ...(after === undefined ? {} : { after: excerpt(after) }),
    });
  }
}

/** Differences of two JSON Schemas, by what they allow more or less. Recursion is bounded by `MAX_DEPTH` of the reading. */
export function diffSchemas(before: Json, after: Json, path: string, found: Differences): void {
  if (!isObject(before) || !isObject(after)) {
    if (!equal(before, after))
      found.add(
        after === true || before === false ? 'widened_schema' : 'other_schema',
        path,
        `The schema at ${path} is another.`,
        before,
        after,
      );
    return;
  }
  for (const key of keysOf(before, after)) diffKeyword(key, before[key], after[key], `${path}/${pointer(key)}`, found);
}

function diffKeyword(key: string, before: Json | undefined, after: Json | undefined, path: string, found: Differences): void {
  if (equal(before, after)) return;
  if (TEXTS.has(key)) diffText(before, after, path, found);
  else if (key === 'default') found.add('default_value', path, `The value at ${path}, used when none is given, is another.`, before, after);
  else if (key === 'properties') diffParameters(before, after, path, found);
  else if (NAMED.has(key)) diffNamed(before, after, path, found);
  else if (NESTED.has(key) && before !== undefined && after !== undefined) diffNested(key, before, after, path, found);
  else if (key === 'enum' || key === 'type' || key === 'required') diffSet(key, before, after, path, found);
  else found.add(classOf(key, before, after), path, `${key} at ${path} ${howOf(before, after)}.`, before, after);
}

/** A text that a model reads: whether it gives orders that it did not give before. */
export function diffText(before: Json | undefined, after: Json | undefined, path: string, found: Differences): void {
  const orders = newOrders(textOf(before), textOf(after));
  if (orders.length > 0) found.add('imperative_text', path, `The text at ${path} gives orders that it did not give before.`, before, after);
  else found.add('wording', path, `The text at ${path} ${howOf(before, after)}.`, before, after);
}

function diffParameters(before: Json | undefined, after: Json | undefined, path: string, found: Differences): void {
  const [old, now] = [objectOf(before), objectOf(after)];
  for (const name of keysOf(old, now)) {
    const place = `${path}/${pointer(name)}`;
    if (!Object.hasOwn(old, name)) found.add('new_parameter', place, `A parameter is new: ${name.slice(0, 80)}.`, undefined, now[name]);
    else if (!Object.hasOwn(now, name)) found.add('removed_parameter', place, `A parameter is gone: ${name.slice(0, 80)}.`, old[name]);
    else diffSchemas(old[name] as Json, now[name] as Json, place, found);
  }
}

function diffNamed(before: Json | undefined, after: Json | undefined, path: string, found: Differences): void {
  const [old, now] = [objectOf(before), objectOf(after)];
  for (const name of keysOf(old, now)) {
    const place = `${path}/${pointer(name)}`;
    if (Object.hasOwn(old, name) && Object.hasOwn(now, name)) diffSchemas(old[name] as Json, now[name] as Json, place, found);
    else found.add('other_schema', place, `The schema at ${place} ${howOf(old[name], now[name])}.`, old[name], now[name]);
  }
}

function diffNested(key: string, before: Json, after: Json, path: string, found: Differences): void {
  if (!Array.isArray(before) || !Array.isArray(after)) {
    diffSchemas(before, after, path, found);
    return;
  }
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const [old, now] = [before[index], after[index]];
    const place = `${path}/${index}`;
    if (old !== undefined && now !== undefined) diffSchemas(old, now, place, found);
    else
      found.add(
        (now === undefined) === (key === 'allOf') ? 'widened_schema' : 'narrowed_schema',
        place,
        `The alternative at ${place} ${howOf(old, now)}.`,
        old,
        now,
      );
  }
}

function diffSet(key: string, before: Json | undefined, after: Json | undefined, path: string, found: Differences): void {
  const [old, now] = [setOf(before), setOf(after)];
  const [added, gone] = [[...now].filter((item) => !old.has(item)), [...old].filter((item) => !now.has(item))];
  // Less that is required is more that is allowed; an `enum` or `type` that appears or disappears is the whole set of values.
  const widened = key === 'required' ? gone.length > 0 : before !== undefined && (after === undefined || added.length > 0);
  const what = [...(added.length === 0 ? [] : [`+ ${cutList(added)}`]), ...(gone.length === 0 ? [] : [`- ${cutList(gone)}`])].join(', ');
  found.add(widened ? 'widened_schema' : 'narrowed_schema', path, `${key} at ${path}: ${what}.`, before, after);
}

function classOf(key: string, before: Json | undefined, after: Json | undefined): ChangeClass {
  if (UPPER.has(key) || LOWER.has(key)) {
    if (after === undefined) return 'widened_schema';
    if (typeof before !== 'number' || typeof after !== 'number') return 'narrowed_schema';
    return after > before === UPPER.has(key) ? 'widened_schema' : 'narrowed_schema';
  }
  if (NARROWING.has(key)) return before === undefined ? 'narrowed_schema' : 'widened_schema';
  if (NESTED.has(key)) return after === undefined || after === true ? 'widened_schema' : 'narrowed_schema';
  return 'other_schema';
}

export function howOf(before: unknown, after: unknown): string {
  return before === undefined ? 'is new' : after === undefined ? 'is gone' : 'is another';
}

export function equal(one: Json | undefined, other: Json | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one === other || canonicalJson(one) === canonicalJson(other);
}

function keysOf(one: JsonObject, other: JsonObject): Set<string> {
  return new Set([...Object.keys(one), ...Object.keys(other)]);
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function setOf(value: Json | undefined): Set<string> {
  return new Set((Array.isArray(value) ? value : value === undefined ? [] : [value]).map((item) => canonicalJson(item)));
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? '' : canonicalJson(value);
}

function cutList(items: readonly string[]): string {
  const shown = items.slice(0, 5).map((item) => item.slice(0, 40).toWellFormed());
  return items.length > shown.length ? `${shown.join(', ')} and ${items.length - shown.length} more` : shown.join(', ');
}

/** A key as a step of a JSON pointer; names are cut, the place is for a person. */
export function pointer(key: string): string {
  return key.slice(0, 80).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1');
}
