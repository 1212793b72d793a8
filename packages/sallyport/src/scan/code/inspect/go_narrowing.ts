import { goArguments, goCallee, goFunctions } from './go_code.ts';
import type { Inspection } from './inspection.ts';

/** The least and the greatest value that a number may have. */
type Range = { readonly low: bigint; readonly high: bigint };

const signed = (bits: bigint): Range => ({ low: -(1n << (bits - 1n)), high: (1n << (bits - 1n)) - 1n });
const unsigned = (bits: bigint): Range => ({ low: 0n, high: (1n << bits) - 1n });

/** Types of integers; `int` and `uint` have 64 bits where it matters. */
const TYPES: ReadonlyMap<string, Range> = new Map([
  ...(['8', '16', '32', '64'] as const).flatMap((bits): [string, Range][] => [
    [`int${bits}`, signed(BigInt(bits))],
    [`uint${bits}`, unsigned(BigInt(bits))],
  ]),
  ['int', signed(64n)],
  ['uint', unsigned(64n)],
  ['byte', unsigned(8n)],
  ['rune', signed(32n)],
]);

/** No slice is longer on machines of today. */
const LENGTH: Range = { low: 0n, high: (1n << 31n) - 1n };
const CONVERSIONS = /^(?:u?int(?:8|16|32|64)?|byte|rune)$/;
/** Characters before a conversion in which the number is looked for. */
const NEAR = 4_000;

/** A number that may be as large as its source lets it is converted to a type with less room, and nothing before says how large it is. */
export const goNarrowing: Inspection = {
  languages: ['go'],
  words: ['int8(', 'int16(', 'int32(', 'int64(', 'int(', 'byte(', 'rune('],
  run(code, found) {
    const functions = goFunctions(code);
    for (const call of code.of('call_expression')) {
      const target = CONVERSIONS.test(goCallee(code, call)) ? TYPES.get(goCallee(code, call)) : undefined;
      const [value = -1, more] = goArguments(code, call);
      if (target === undefined || value < 0 || more !== undefined) continue;
      const func = functions.findLast((one) => code.contains(one, call));
      if (func === undefined) continue;
      const before = code.before(func, call).slice(-NEAR);
      const source = rangeOf(code.text(value), before);
      if (source === undefined || (source.low >= target.low && source.high <= target.high)) continue;
      // What is compared after the conversion is compared.
      if (/^(?:[<>]=?|[!=]=)$/.test(code.text(code.child(code.parent(call), 'operator')))) continue;
      if (!isBounded(code.text(value), before, source, target)) found(call);
    }
  },
};

function rangeOf(text: string, before: string): Range | undefined {
  if (!/^\w+$/.test(text)) return sourceRange(text);
  const declared = new RegExp(`(?:\\bvar\\s+${text}\\s+\\w+\\s*=|\\b${text}(?:\\s*,\\s*\\w+)?\\s*:?=)\\s*([^\\n;{]+)`, 'g');
  const last = [...before.matchAll(declared)].at(-1)?.[1];
  return last === undefined ? undefined : sourceRange(last.trim());
}

/** What an expression may answer, for those of which that is known. */
function sourceRange(text: string): Range | undefined {
  if (text.startsWith('strconv.Atoi(')) return TYPES.get('int');
  const parsed = /^strconv\.Parse(Int|Uint)\(.*,\s*(\d+)\)$/.exec(text);
  if (parsed !== null) return TYPES.get(`${parsed[1] === 'Int' ? '' : 'u'}int${parsed[2] === '0' ? '' : parsed[2]}`);
  const read = /^binary\.(?:Big|Little|Native)Endian\.Uint(16|32|64)\(/.exec(text);
  if (read !== null) return TYPES.get(`uint${read[1]}`);
  if (/^(?:len|cap)\([^()]*\)$/.test(text)) return LENGTH;
  return undefined;
}

/** It was compared with something before, on the sides on which it may be too large or too small. */
function isBounded(text: string, before: string, source: Range, target: Range): boolean {
  const name = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const inner = /^(?:len|cap)\(([^()]*)\)$/.exec(text)?.[1];
  const asserts = new RegExp(`\\b(?:min|clamp|switch|\\w*(?:[Cc]heck|[Vv]alid|[Aa]ssert|[Rr]equire)\\w*)\\b[^\\n]*${inner ?? name}`).test(
    before,
  );
  if (asserts) return true;
  const edge = /^\w/.test(text) ? '\\b' : '';
  const end = /\w$/.test(text) ? '\\b' : '';
  const above = new RegExp(
    `${edge}${name}${end}\\s*(?:>=?|%|&)|(?:<=?)\\s*(?:\\w+\\()?${name}${end}|${edge}${name}${end}\\)?\\s*<=?\\s*(?!0\\b)[\\w(]`,
  );
  const below = new RegExp(`${edge}${name}${end}\\)?\\s*<=?|(?:>=?)\\s*(?:\\w+\\()?${name}${end}|${edge}${name}${end}\\)?\\s*>=?`);
  return (source.high <= target.high || above.test(before)) && (source.low >= target.low || below.test(before));
}
