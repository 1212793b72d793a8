import type { parse } from '@bufbuild/cel';

// The static types of CEL, as cel-go checks them for OpenFGA's conditions (the library that evaluates them accepts any expression that parses).
// https://github.com/google/cel-spec/blob/master/doc/langdef.md, standard definitions; cross-type comparisons are off, as they are there.

export type CelType =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'timestamp'
  | 'duration'
  | 'ipaddress'
  | 'type'
  | 'dyn'
  | { readonly list: CelType }
  | { readonly key: CelType; readonly value: CelType };

export type Expression = NonNullable<ReturnType<typeof parse>['expr']>;

/** What is wrong with an expression. */
export class CelTypeError extends Error {}

type Scope = ReadonlyMap<string, CelType>;
type Call = Extract<Expression['exprKind'], { case: 'callExpr' }>['value'];

/** The type of an expression over variables of these types. Throws CelTypeError. */
export function checkType(expression: Expression | undefined, scope: Scope): CelType {
  const kind = expression?.exprKind;
  switch (kind?.case) {
    case 'constExpr':
      return CONSTANTS[kind.value.constantKind.case ?? ''] ?? 'dyn';
    case 'identExpr': {
      const name = kind.value.name.replace(/^\./, '');
      const type = scope.get(name);
      if (type !== undefined) return type;
      if (TYPE_NAMES.has(name)) return 'type';
      throw new CelTypeError(`undeclared reference to '${name}' (in container '')`);
    }
    case 'selectExpr':
      return checkSelect(checkType(kind.value.operand, scope), kind.value.field, kind.value.testOnly);
    case 'listExpr':
      return { list: join(kind.value.elements.map((element) => checkType(element, scope))) };
    case 'structExpr': {
      if (kind.value.messageName !== '') throw new CelTypeError(`undeclared reference to '${kind.value.messageName}' (in container '')`);
      const { entries } = kind.value;
      return {
        key: join(entries.map(({ keyKind }) => (keyKind.case === 'mapKey' ? checkType(keyKind.value, scope) : 'string'))),
        value: join(entries.map(({ value }) => checkType(value, scope))),
      };
    }
    case 'callExpr':
      return checkCall(kind.value, scope);
    case 'comprehensionExpr': {
      const { iterRange, iterVar, accuVar, accuInit, loopStep, result } = kind.value;
      const range = checkType(iterRange, scope);
      const item = itemType(range);
      if (item === undefined)
        throw new CelTypeError(
          `expression of type '${showType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
      const inner = new Map(scope).set(iterVar, item).set(accuVar, checkType(accuInit, scope));
      return checkType(result, new Map(scope).set(accuVar, checkType(loopStep, inner)));
    }
    default:
      throw new CelTypeError('unsupported expression');
  }
}

const CONSTANTS: Readonly<Record<string, CelType>> = {
  boolValue: 'bool',
  int64Value: 'int',
  uint64Value: 'uint',
  doubleValue: 'double',
  stringValue: 'string',
  bytesValue: 'bytes',
  nullValue: 'null',
};
const TYPE_NAMES = new Set(['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);

function checkSelect(operand: CelType, field: string, test: boolean): CelType {
  if (operand === 'dyn') return test ? 'bool' : 'dyn';
  if (typeof operand === 'object' && 'value' in operand) return test ? 'bool' : operand.value;
  throw new CelTypeError(`type '${showType(operand)}' does not support field selection of '${field}'`);
}

function itemType(range: CelType): CelType | undefined {
  if (range === 'dyn') return 'dyn';
  if (typeof range !== 'object') return undefined;
  return 'list' in range ? range.list : range.key;
}

/** The type of elements of these types together. */
function join(types: readonly CelType[]): CelType {
  const [first = 'dyn', ...rest] = types;
  return rest.every((type) => fits(type, first) && type !== 'dyn') ? first : 'dyn';
}

/** Types whose values are messages in protobuf: `null` may stand for one. */
const NULLABLE: readonly CelType[] = ['timestamp', 'duration', 'ipaddress'];

/** Whether two types may be one; `dyn` may be any. */
function fits(a: CelType, b: CelType): boolean {
  if (a === 'dyn' || b === 'dyn' || a === b) return true;
  if (a === 'null' || b === 'null') return NULLABLE.includes(a === 'null' ? b : a);
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if ('list' in a) return 'list' in b && fits(a.list, b.list);
  return 'key' in b && fits(a.key, b.key) && fits(a.value, b.value);
}

/** An overload: the types it takes and the one it gives. `'A'` is any type, the same at each place; `'B'` another. */
type Pattern = CelType | 'A' | 'B' | { readonly list: 'A' } | { readonly key: 'A'; readonly value: 'B' };
type Overload = readonly [takes: readonly Pattern[], gives: Pattern];

const each = (types: readonly CelType[], arity: number, gives?: CelType): Overload[] =>
  types.map((type) => [Array.from({ length: arity }, () => type), gives ?? type]);
const LIST_A = { list: 'A' } as const;
const MAP_AB = { key: 'A', value: 'B' } as const;
const ORDERED = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'] as const;
const NUMBERS = ['int', 'uint', 'double'] as const;
const COMPARE = each(ORDERED, 2, 'bool');
const SIZE: readonly Overload[] = [...each(['string', 'bytes'], 1, 'int'), [[LIST_A], 'int'], [[MAP_AB], 'int']];
const CALENDAR: readonly Overload[] = [
  [['timestamp'], 'int'],
  [['timestamp', 'string'], 'int'],
];
const CLOCK: readonly Overload[] = [...CALENDAR, [['duration'], 'int']];
const TEXT: readonly Overload[] = [[['string', 'string'], 'bool']];

const FUNCTIONS: Readonly<Record<string, readonly Overload[]>> = {
  '!_': [[['bool'], 'bool']],
  '-_': each(['int', 'double'], 1),
  '_&&_': each(['bool'], 2),
  '_||_': each(['bool'], 2),
  '@not_strictly_false': [[['bool'], 'bool']],
  '_?_:_': [[['bool', 'A', 'A'], 'A']],
  '_==_': [[['A', 'A'], 'bool']],
  '_!=_': [[['A', 'A'], 'bool']],
  '_<_': COMPARE,
  '_<=_': COMPARE,
  '_>_': COMPARE,
  '_>=_': COMPARE,
  '_+_': [
    ...each([...NUMBERS, 'string', 'bytes', 'duration'], 2),
    [[LIST_A, LIST_A], LIST_A],
    [['timestamp', 'duration'], 'timestamp'],
    [['duration', 'timestamp'], 'timestamp'],
  ],
  '_-_': [...each([...NUMBERS, 'duration'], 2), [['timestamp', 'timestamp'], 'duration'], [['timestamp', 'duration'], 'timestamp']],
  '_*_': each(NUMBERS, 2),
  '_/_': each(NUMBERS, 2),
  '_%_': each(['int', 'uint'], 2),
  '@in': [
    [['A', LIST_A], 'bool'],
    [['A', MAP_AB], 'bool'],
  ],
  '_[_]': [
    [[LIST_A, 'int'], 'A'],
    [[MAP_AB, 'A'], 'B'],
  ],
  size: SIZE,
  type: [[['A'], 'type']],
  dyn: [[['A'], 'dyn']],
  int: each([...NUMBERS, 'string', 'timestamp', 'duration'], 1, 'int'),
  uint: each([...NUMBERS, 'string'], 1, 'uint'),
  double: each([...NUMBERS, 'string'], 1, 'double'),
  string: each([...NUMBERS, 'bool', 'string', 'bytes', 'timestamp', 'duration'], 1, 'string'),
  bytes: each(['bytes', 'string'], 1, 'bytes'),
  bool: each(['bool', 'string'], 1, 'bool'),
  timestamp: each(['string', 'int', 'timestamp'], 1, 'timestamp'),
  duration: each(['string', 'int', 'duration'], 1, 'duration'),
  matches: TEXT,
  ipaddress: [[['string'], 'ipaddress']],
};

const METHODS: Readonly<Record<string, readonly Overload[]>> = {
  size: SIZE,
  contains: TEXT,
  startsWith: TEXT,
  endsWith: TEXT,
  matches: TEXT,
  in_cidr: [[['ipaddress', 'string'], 'bool']],
  getFullYear: CALENDAR,
  getMonth: CALENDAR,
  getDayOfYear: CALENDAR,
  getDayOfMonth: CALENDAR,
  getDate: CALENDAR,
  getDayOfWeek: CALENDAR,
  getHours: CLOCK,
  getMinutes: CLOCK,
  getSeconds: CLOCK,
  getMilliseconds: CLOCK,
};

function checkCall(call: Call, scope: Scope): CelType {
  const { function: name, target, args } = call;
  const types = [...(target === undefined ? [] : [target]), ...args].map((argument) => checkType(argument, scope));
  const table = target === undefined ? FUNCTIONS : METHODS;
  const overloads = Object.hasOwn(table, name) ? table[name] : undefined;
  if (overloads === undefined) throw new CelTypeError(`undeclared reference to '${name}' (in container '')`);
  const found = overloads.map((overload) => apply(overload, types)).filter((type) => type !== undefined);
  const [first] = found;
  if (first === undefined)
    throw new CelTypeError(`found no matching overload for '${name}' applied to '(${types.map(showType).join(', ')})'`);
  return found.every((type) => showType(type) === showType(first)) ? first : 'dyn';
}

/** The result of an overload on arguments of these types; `undefined` when it does not take them. */
function apply([takes, gives]: Overload, types: readonly CelType[]): CelType | undefined {
  if (takes.length !== types.length) return undefined;
  const bound: { A?: CelType; B?: CelType } = {};
  const bind = (name: 'A' | 'B', type: CelType): boolean => {
    const known = bound[name];
    if (known === undefined || known === 'dyn') bound[name] = type;
    return known === undefined || fits(known, type);
  };
  const take = (pattern: Pattern, type: CelType): boolean => {
    if (pattern === 'A' || pattern === 'B') return bind(pattern, type);
    if (pattern === LIST_A) return type === 'dyn' || (typeof type === 'object' && 'list' in type && bind('A', type.list));
    if (pattern === MAP_AB)
      return type === 'dyn' || (typeof type === 'object' && 'key' in type && bind('A', type.key) && bind('B', type.value));
    return fits(pattern as CelType, type);
  };
  if (!takes.every((pattern, i) => take(pattern, types[i] ?? 'dyn'))) return undefined;
  if (gives === 'A' || gives === 'B') return bound[gives] ?? 'dyn';
  return gives === LIST_A ? { list: bound.A ?? 'dyn' } : (gives as CelType);
}

/** A type as cel-go prints it. */
export function showType(type: CelType): string {
  if (typeof type === 'object')
    return 'list' in type ? `list(${showType(type.list)})` : `map(${showType(type.key)}, ${showType(type.value)})`;
  const names: Partial<Record<string, string>> = {
    timestamp: 'google.protobuf.Timestamp',
    duration: 'google.protobuf.Duration',
    ipaddress: 'IPAddress',
  };
  return names[type] ?? type;
}
