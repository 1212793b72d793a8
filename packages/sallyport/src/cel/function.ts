import { RE2JS } from 're2js';
import type { Evaluate, Node } from './library.ts';
import type { Call } from './tree.ts';
import { CelError } from './types.ts';
import { charge, COPY_UNITS, copySize, PATTERN_UNITS, SEARCH_UNITS, sizeOf, type Budget } from './work.ts';

/** Characters of a number that is read from text; the longest double has some 25. */
const MAX_NUMBER = 64;

/** Conversions read their whole argument; those to numbers are stricter than the library's, which takes '' and '0x10'. */
export function ownFunction(call: Call, budget: Budget): Evaluate {
  return (evaluator, node, context) => {
    const values = call.args.map((arg) => evaluator.run(arg, context));
    const [value] = values;
    if (call.name === 'size') return countOf(value, budget);
    charge(budget, typeof value === 'string' ? copySize(value) : 1);
    if (call.name === 'int') checkInt(value);
    if (call.name === 'double' && typeof value === 'string' && !isNumber(value, DOUBLE)) throw new CelError('double needs a number');
    return node.handle?.(values, node, evaluator);
  };
}

const INT = /^[+-]?\d+$/;
const DOUBLE = /^[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf|infinity|nan)$/i;

function isNumber(text: string, form: RegExp): boolean {
  return text.length <= MAX_NUMBER && form.test(text);
}

function checkInt(value: unknown): void {
  // Doubles at the edge of the range are no longer exact there, so CEL leaves the edge itself out.
  if (typeof value === 'number' && Math.abs(value) >= 2 ** 63) throw new CelError('integer overflow');
  if (typeof value === 'string' && !isNumber(value, INT)) throw new CelError('int needs an integer');
}

/** Our implementation of a method: linear, charged, and right where the library's is not. */
export function ownMethod(name: string, receiver: Node, args: readonly Node[], budget: Budget): Evaluate | undefined {
  const text = (own: (text: string) => unknown, units: number): Evaluate => {
    return (evaluator, _node, context) => {
      const value = evaluator.run(receiver, context);
      if (typeof value !== 'string') throw new CelError(`${name} needs a string`);
      charge(budget, 1 + value.length / units);
      return own(value);
    };
  };
  const texts = (own: (text: string, argument: string) => unknown, units: number): Evaluate => {
    const argument = args[0];
    return (evaluator, _node, context) => {
      const value = evaluator.run(receiver, context);
      const other = argument === undefined ? undefined : evaluator.run(argument, context);
      if (typeof value !== 'string' || typeof other !== 'string') throw new CelError(`${name} needs strings`);
      charge(budget, 1 + (value.length + other.length) / units);
      return own(value, other);
    };
  };
  switch (name) {
    case 'matches': {
      const pattern = RE2JS.compile(args[0]?.args as string);
      return text((value) => pattern.test(value), PATTERN_UNITS);
    }
    // The library changes the case of other alphabets too, where lengths may change and comparisons go wrong.
    case 'lowerAscii':
      return text((value) => value.replace(/[A-Z]+/g, (part) => part.toLowerCase()), PATTERN_UNITS);
    case 'upperAscii':
      return text((value) => value.replace(/[a-z]+/g, (part) => part.toUpperCase()), PATTERN_UNITS);
    case 'trim':
      return text(trimSpace, PATTERN_UNITS);
    case 'startsWith':
      return texts((value, part) => value.startsWith(part), SEARCH_UNITS);
    case 'endsWith':
      return texts((value, part) => value.endsWith(part), SEARCH_UNITS);
    case 'contains':
      return texts((value, part) => value.includes(part), SEARCH_UNITS);
    case 'split':
      return texts(splitText, PATTERN_UNITS);
    case 'join':
      return join(receiver, args[0], budget);
    case 'size':
      return (evaluator, _node, context) => countOf(evaluator.run(receiver, context), budget);
    default:
      return undefined;
  }
}

/** Unicode White_Space, which is not what JavaScript trims: U+0085 is, U+FEFF is not. */
const WHITE_SPACE: ReadonlySet<string> = new Set(
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE_SPACE.has(text.charAt(start))) start++;
  while (end > start && WHITE_SPACE.has(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** CEL counts code points and splits between them. */
function splitText(text: string, separator: string): string[] {
  return separator === '' ? Array.from(text) : text.split(separator);
}

function join(receiver: Node, separator: Node | undefined, budget: Budget): Evaluate {
  return (evaluator, _node, context) => {
    const list = evaluator.run(receiver, context);
    const between = separator === undefined ? '' : evaluator.run(separator, context);
    if (!Array.isArray(list) || typeof between !== 'string') throw new CelError('join needs a list of strings');
    charge(budget, list.length);
    for (const item of list) {
      if (typeof item !== 'string') throw new CelError('join needs a list of strings');
      charge(budget, copySize(item) + between.length / COPY_UNITS);
    }
    return list.join(between);
  };
}

function countOf(value: unknown, budget: Budget): bigint {
  if (typeof value === 'string') {
    charge(budget, 1 + value.length / COPY_UNITS);
    let points = value.length;
    for (let i = 0; i < value.length - 1; i++) if (isPair(value, i)) points--;
    return BigInt(points);
  }
  if (typeof value === 'object' && value !== null) return BigInt(sizeOf(value));
  throw new CelError('size needs a string, list or map');
}

function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

/** Passes on what fits into 64 bits. */
export function inInt64(value: unknown): unknown {
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value) throw new CelError('integer overflow');
  return value;
}
