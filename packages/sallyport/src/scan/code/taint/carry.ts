import { STRIDE } from '../ir.ts';
import { writeBack } from './access.ts';
import type { Argument } from './arguments.ts';
import type { Frame } from './frame.ts';
import { kindIndex } from './rules.ts';
import {
  allFacts,
  copied,
  HARMLESS,
  isFixed,
  isKnown,
  MADE_OF_CONSTANTS,
  NO_FACTS,
  NOT_CONSTANT,
  NOTHING,
  union,
  Value,
  type Fact,
  type Facts,
} from './value.ts';

/** Methods that put their arguments into their receiver. */
const ADDERS = new Set(
  'append push add insert extend unshift set put update appendleft write writelines push_str push_back setdefault WriteString WriteByte WriteRune Write fill'.split(
    ' ',
  ),
);

/** Methods that find something by a key: what they answer is not the key. */
const LOOKUPS = new Set(
  'get get_or_404 first_or_404 find findOne findById findByPk findUnique findFirst find_one filter_by fetchone fetchall fetchmany'.split(
    ' ',
  ),
);
/** Functions that make constants of constants. */
const PURE = new Set(
  'b64encode b64decode urlsafe_b64encode urlsafe_b64decode dumps stringify bytes bytearray str quote alloc from parse unhexlify fromhex hexlify'.split(
    ' ',
  ),
);
/** Functions that make text of their arguments. */
const MAKERS = new Set(
  'dumps stringify str String format join encode decode concat bytes dict list assign entries b64encode repr pformat items'.split(' '),
);
const ENVIRONMENT = kindIndex('environment');

/** A call as it stands in the code, with the values of its parts. */
export type Call = {
  readonly frame: Frame;
  readonly node: number;
  readonly callee: Value;
  readonly calleeAt: number;
  readonly receiver: Value | undefined;
  readonly given: readonly Argument[];
  readonly positions: readonly number[];
  readonly flags: number;
  readonly method: string;
};

/** A function without a model may return anything of what it was given; of constants it makes nothing that anybody outside chose. */
export function carried(call: Call): Facts {
  const { receiver, given, frame } = call;
  const isLookup = LOOKUPS.has(call.method);
  if (isLookup && receiver !== undefined) return union(allFacts(receiver), allFacts(given[1]?.value ?? NOTHING));
  const isPlain = receiver === undefined || allFacts(receiver).length === 0 ? isPure(call) : false;
  if (given.every(({ value }) => isFixed(value)) && ((receiver !== undefined && isFixed(receiver)) || (given.length > 0 && isPlain)))
    return given.every(({ value }) => isKnown(value)) && (receiver === undefined || isPlain || isKnown(receiver))
      ? MADE_OF_CONSTANTS
      : HARMLESS;
  let facts = call.receiver === undefined ? call.callee.facts : allFacts(call.receiver);
  const isMaker = MAKERS.has(nameOf(call)) || frame.module.language === 'go' || frame.module.language === 'rust';
  for (const { value } of given) facts = union(facts, isMaker ? allFacts(value) : withoutSettings(allFacts(value)));
  return facts;
}

/** What was set up with a value of the environment does not hand it out. */
function withoutSettings(facts: Facts): Facts {
  return facts.some(isSetting) ? facts.filter((fact) => !isSetting(fact)) : facts;
}

function isSetting({ source }: Fact): boolean {
  return source !== undefined && source.kind === ENVIRONMENT;
}

export function nameOf({ method, callee, frame }: Call): string {
  const { names, symbols } = frame.module;
  return method === '' ? names.text(symbols.name(callee.symbol)) : method;
}

function isPure(call: Call): boolean {
  return PURE.has(nameOf(call));
}

/** Methods of containers whose slots are known. */
export function containerCall(call: Call): Value | undefined {
  const { receiver, method, given, frame } = call;
  if (receiver === undefined) return undefined;
  const position = frame.func.code[call.calleeAt * STRIDE + 1] as number;
  const first = given[0]?.value;
  const { slots } = receiver;
  if (slots !== undefined && first !== undefined && (method === 'append' || method === 'push') && given.length === 1) {
    const next = nextIndex(receiver);
    writeBack(frame, position, receiver.withSlots(copied(slots).set(next, first)));
    return NOTHING;
  }
  if (slots !== undefined && method === 'pop' && (first === undefined || typeof first.constant === 'number')) {
    const count = nextIndex(receiver);
    const at = first === undefined ? count - 1 : (first.constant as number);
    const removed = slots.get(at);
    const left = new Map<string | number, Value>();
    for (const [key, value] of slots) if (key !== at) left.set(typeof key === 'number' && key > at ? key - 1 : key, value);
    writeBack(frame, position, receiver.withSlots(left));
    return removed ?? new Value(receiver.facts);
  }
  if (method === 'get' && first !== undefined) {
    const slot = slots?.get(slotKey(given)) ?? (typeof first.constant === 'string' ? slots?.get(first.constant) : undefined);
    return slot ?? (slots === undefined || first.constant !== NOT_CONSTANT ? undefined : anyOf(receiver, given[1]?.value));
  }
  if ((method === 'set' || (method === 'insert' && frame.module.language === 'rust')) && given.length > 1) {
    const key = slotKey(given.slice(0, -1));
    const held = given.at(-1)?.value;
    if (key !== '' && held !== undefined) {
      writeBack(frame, position, receiver.withSlots(copied(slots).set(key, held)));
      return receiver;
    }
  }
  if (ADDERS.has(method)) {
    let facts = receiver.facts;
    for (const { value } of given) facts = union(facts, allFacts(value));
    if (facts !== receiver.facts) writeBack(frame, position, receiver.withFacts(facts));
  }
  return undefined;
}

/** Some slot of a table, or what is given for keys that it does not have. */
function anyOf(table: Value, otherwise: Value | undefined): Value {
  const facts = union(allFacts(table), otherwise === undefined ? NO_FACTS : allFacts(otherwise));
  return new Value(isFixed(table) && (otherwise === undefined || isFixed(otherwise)) ? union(facts, HARMLESS) : facts);
}

/** `set('section', 'key', value)` and `get('section', 'key')`: constant keys together name one slot; empty when one is no constant. */
function slotKey(given: readonly Argument[]): string {
  const parts = given.map(({ value }) => (typeof value.constant === 'string' ? value.constant : undefined));
  return parts.includes(undefined) ? '' : parts.join('\u0000');
}

function nextIndex(container: Value): number {
  let next = 0;
  for (const key of container.slots?.keys() ?? []) if (typeof key === 'number' && key >= next) next = key + 1;
  return next;
}
