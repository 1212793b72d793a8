import { isObject, type Json } from '../../../kernel/index.ts';

/** Comparisons of one value with one schema; a schema that needs more is not judged. Its lists are as long as the caller likes: each entry that is looked at is one. */
const MAX_STEPS = 20_000;
/** Characters of JSON that are compared in the time of one step. */
const STEP_CHARACTERS = 64;
const MAX_DEPTH = 64;

/**
 * Where a value does not follow a JSON Schema (2020-12), as `keyword at /pointer`; undefined when it does, or when that would take too long.
 * The keywords of structured output: types, constants, objects, arrays, choices, bounds and `$ref` within the schema. `pattern` and `format`
 * are not looked at: a caller's regular expression would run here.
 */
export function mismatch(schema: unknown, value: Json): string | undefined {
  const check = new Check(schema);
  const wrong = check.of(schema, value, '', 0);
  return check.steps > MAX_STEPS ? undefined : wrong;
}

class Check {
  readonly #root: unknown;
  steps = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  of(schema: unknown, value: Json, at: string, depth: number): string | undefined {
    if (schema === false) return wrong('false', at);
    if (++this.steps > MAX_STEPS || depth > MAX_DEPTH || !isObject(schema)) return undefined;
    const ref = schema['$ref'];
    return (
      (typeof ref === 'string' ? this.of(this.#resolve(ref), value, at, depth + 1) : undefined) ??
      this.#plain(schema, value, at) ??
      this.#choices(schema, value, at, depth) ??
      (Array.isArray(value) ? this.#items(schema, value, at, depth) : isObject(value) ? this.#members(schema, value, at, depth) : undefined)
    );
  }

  #choices(schema: { [key: string]: Json }, value: Json, at: string, depth: number): string | undefined {
    const matches = (of: Json): boolean => this.of(of, value, at, depth + 1) === undefined;
    const { allOf, anyOf, oneOf, not } = schema;
    for (const one of Array.isArray(allOf) ? allOf : []) {
      const found = this.of(one, value, at, depth + 1);
      if (found !== undefined) return found;
    }
    if (Array.isArray(anyOf) && !anyOf.some(matches)) return wrong('anyOf', at);
    if (Array.isArray(oneOf) && oneOf.filter(matches).length !== 1) return wrong('oneOf', at);
    return not !== undefined && matches(not) ? wrong('not', at) : undefined;
  }

  #items(schema: { [key: string]: Json }, value: readonly Json[], at: string, depth: number): string | undefined {
    if (less(value.length, schema['minItems'])) return wrong('minItems', at);
    if (more(value.length, schema['maxItems'])) return wrong('maxItems', at);
    const fixed = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
    for (const [index, item] of value.entries()) {
      const rule = index < fixed.length ? fixed[index] : schema['items'];
      const found = rule === undefined ? undefined : this.of(rule, item, `${at}/${index}`, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #members(schema: { [key: string]: Json }, value: { readonly [key: string]: Json }, at: string, depth: number): string | undefined {
    const { required, properties, additionalProperties } = schema;
    for (const name of Array.isArray(required) ? required : []) {
      if (++this.steps > MAX_STEPS) return undefined;
      if (typeof name === 'string' && !Object.hasOwn(value, name)) return wrong('required', at);
    }
    const known = isObject(properties) ? properties : {};
    for (const [name, member] of Object.entries(value)) {
      const own = Object.hasOwn(known, name);
      const rule = own ? known[name] : additionalProperties;
      // What a model made up as a name stays out of the evidence.
      const found = rule === undefined ? undefined : this.of(rule, member, own ? `${at}/${name}` : `${at}/*`, depth + 1);
      if (found !== undefined) return own ? found : wrong('additionalProperties', at);
    }
    return undefined;
  }

  /** Keywords that look at the value alone. */
  #plain(schema: { [key: string]: Json }, value: Json, at: string): string | undefined {
    const { type, enum: options } = schema;
    const types = Array.isArray(type) ? type : typeof type === 'string' ? [type] : undefined;
    if (types !== undefined && !this.#some(types, (one) => isType(one, value))) return wrong('type', at);
    if (Array.isArray(options) && !this.#some(options, (option) => this.#same(option, value))) return wrong('enum', at);
    if (schema['const'] !== undefined && !this.#same(schema['const'], value)) return wrong('const', at);
    if (typeof value === 'string') {
      if (less(value.length, schema['minLength'])) return wrong('minLength', at);
      if (more(value.length, schema['maxLength'])) return wrong('maxLength', at);
    }
    if (typeof value === 'number') {
      if (less(value, schema['minimum'])) return wrong('minimum', at);
      if (more(value, schema['maximum'])) return wrong('maximum', at);
    }
    return undefined;
  }

  #some(list: readonly Json[], is: (one: Json) => boolean): boolean {
    for (const one of list) if (++this.steps > MAX_STEPS || is(one)) return true;
    return false;
  }

  #same(a: Json, b: Json): boolean {
    if (a === b) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
    this.steps += Math.ceil((one.length + other.length) / STEP_CHARACTERS);
    return one === other;
  }

  /** `#`, `#/$defs/name`: only within the schema. */
  #resolve(ref: string): unknown {
    if (!ref.startsWith('#')) return true;
    let now: unknown = this.#root;
    const path = ref.slice(1).split('/').slice(1);
    this.steps += path.length;
    for (const key of path) {
      const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
      now = isObject(now) && Object.hasOwn(now, name) ? now[name] : undefined;
    }
    return now;
  }
}

function isType(type: Json, value: Json): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return type === typeof value;
}

const less = (value: number, bound: Json | undefined): boolean => typeof bound === 'number' && value < bound;
const more = (value: number, bound: Json | undefined): boolean => typeof bound === 'number' && value > bound;
const wrong = (keyword: string, at: string): string => `${keyword} at ${at === '' ? '/' : at}`;
