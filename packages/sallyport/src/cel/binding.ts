import { CelBinding, type CelEnv, type CelType } from './types.ts';

/** Gives a value the form in which the library recognises its declared type. */
type Convert = (value: unknown) => unknown;
type ObjectClass = new (raw: Readonly<Record<string, unknown>>) => object;

/** What is derived from an environment: a class for each object type, and how variables become values of them. */
export type Shape = {
  readonly classes: ReadonlyMap<string, ObjectClass>;
  bind(variables: Readonly<Record<string, unknown>>): CelBinding;
};

/** The library tells object types apart by constructor, and wants bigint for int: this makes both, once for each environment. */
export function shapeOf(env: CelEnv): Shape {
  const classes = new Map<string, ObjectClass>();
  for (const name of Object.keys(env.objects)) classes.set(name, objectClass(env, name, classes));
  const Binding = bindingClass(env, classes);
  return { classes, bind: (variables) => new CelBinding(env, new Binding(variables) as Readonly<Record<string, unknown>>) };
}

function objectClass(env: CelEnv, name: string, classes: ReadonlyMap<string, ObjectClass>): ObjectClass {
  const fields = Object.entries(env.objects[name] ?? {});
  const read: { field: string; convert: Convert | undefined; absent: unknown }[] = [];
  const ready = (): void => {
    for (const [field, type] of fields) read.push({ field, convert: converter(type, classes), absent: env.defaults?.[`${name}.${field}`] });
  };
  // oxlint-disable-next-line typescript/no-extraneous-class -- the library tells types apart by constructor, so each needs a class
  return class {
    constructor(raw: Readonly<Record<string, unknown>>) {
      // Object types may refer to each other, so their converters are looked up when the first value comes.
      if (read.length === 0) ready();
      const self = this as Record<string, unknown>;
      for (let i = 0; i < read.length; i++) {
        const { field, convert, absent } = read[i] as (typeof read)[number];
        const given = raw[field];
        const value = given === undefined ? absent : given;
        self[field] = convert === undefined ? value : convert(value);
      }
    }
  };
}

/** How a value of this type is converted; undefined: it is used as it is. */
function converter(type: CelType, classes: ReadonlyMap<string, ObjectClass>): Convert | undefined {
  if (type === 'int') return toInt;
  if (type === 'dyn') return safeDynamic;
  if (typeof type === 'string') return undefined;
  if ('object' in type) {
    const Class = classes.get(type.object);
    // A wrong value stays as it is: the library then says that the type is wrong, and the caller denies.
    return (value) => (Class !== undefined && isRecord(value) ? new Class(value) : value);
  }
  if ('list' in type) {
    const each = converter(type.list, classes);
    return each === undefined ? undefined : (value) => (Array.isArray(value) ? value.map(each) : value);
  }
  const each = converter(type.map, classes);
  if (each === undefined) return undefined;
  return (value) => (isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, each(item)])) : value);
}

function toInt(value: unknown): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

/**
 * The library asks a value's `constructor` for its type, so an object with a member of that name would be refused: as a Map it is not.
 * JSON only; its depth is bounded where it is read.
 */
function safeDynamic(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(safeDynamic);
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  const entries = Object.entries(value);
  let changed = Object.hasOwn(value, 'constructor');
  for (const entry of entries) {
    const item = safeDynamic(entry[1]);
    if (item !== entry[1]) changed = true;
    entry[1] = item;
  }
  return changed ? new Map(entries) : value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A class with one lazy member for each variable. */
function bindingClass(env: CelEnv, classes: ReadonlyMap<string, ObjectClass>): ObjectClass {
  class Binding {
    readonly raw: Readonly<Record<string, unknown>>;
    readonly made: Record<string, unknown> = {};
    constructor(raw: Readonly<Record<string, unknown>>) {
      this.raw = raw;
    }
  }
  for (const [name, type] of Object.entries(env.variables)) {
    const convert = converter(type, classes);
    Object.defineProperty(Binding.prototype, name, {
      get(this: Binding): unknown {
        const given = Object.hasOwn(this.raw, name) ? this.raw[name] : undefined;
        const raw = given === undefined ? env.defaults?.[name] : given;
        if (convert === undefined || raw === undefined) return raw;
        return (this.made[name] ??= convert(raw));
      },
    });
  }
  return Binding;
}
