import { RE2JS } from 're2js';
import type { Check } from '../check.ts';
import { isExponential, shapeOf } from '../inspect/pattern_shape.ts';

type Source = NonNullable<NonNullable<Check['match']>['where']>[number];
/** An expression in the platform's own syntax, and its flags. */
type Native = readonly [source: string, flags: string];
/** Shipped checks have `native` of the expressions that no short text makes slow there; what users bring has none. */
export type ConditionSource = Source & { readonly native?: Partial<Record<'regex' | 'notRegex' | 'written', Native>> };

/** Whether an expression is found in a text. Compiled when it is asked for the first time, which most are not in a scan of a few files. */
export type Expression = (text: string) => boolean;

/** UTF-16 code units. On these an expression that is polynomial at worst is quick everywhere; longer texts go to the linear engine. */
const MAX_NATIVE = 120;

/** Linear in the text, however long and hostile. */
export function expression(source: string | undefined, native?: Native): Expression | undefined {
  if (source === undefined) return undefined;
  let linear: RE2JS | undefined;
  const anyText = (text: string): boolean => (linear ??= RE2JS.compile(source)).matcher(text).find();
  if (native === undefined) return anyText;
  let short: RegExp | undefined;
  return (text) => (text.length > MAX_NATIVE ? anyText(text) : (short ??= new RegExp(...native)).test(text));
}

/** A condition with what of it the platform's engine may run: names are asked about by the ten thousand, and it is ten times as fast. */
export function withNative(condition: Source): ConditionSource {
  const native: NonNullable<ConditionSource['native']> = {};
  for (const name of ['regex', 'notRegex', 'written'] as const) {
    const found = nativeOf(condition[name]);
    if (found !== undefined) native[name] = found;
  }
  return Object.keys(native).length === 0 ? condition : { ...condition, native };
}

/** RE2's expression as one of ECMAScript that finds the same; `undefined` where that is not known, and where a text could make it exponential. */
function nativeOf(source: string | undefined): Native | undefined {
  const [, flags = '', body = ''] = /^(?:\(\?([is]+)\))?([^]*)$/.exec(source ?? '') ?? [];
  if (body === '' || /(?<!\\)\(\?[^:]|\\[AzQEpPC]|\[\[:/.test(body) || shapeOf(body) === undefined || isExponential(body, true))
    return undefined;
  // Its own flag and no group `(?i:...)`: with one V8 14.6 misses some of many alternatives.
  const native: Native = [asEcmaScript(body, flags.includes('s')), flags.includes('i') ? 'i' : ''];
  try {
    new RegExp(...native);
    return native;
  } catch {
    return undefined;
  }
}

/** The same letters: `.` is all but a line feed, and `\s` is of ASCII in RE2. */
function asEcmaScript(body: string, dotIsAll: boolean): string {
  let isClass = false;
  return body.replace(/\\[^]|[[\].]/g, (token) => {
    if (token === '[') isClass = true;
    else if (token === ']') isClass = false;
    else if (token === '.' && !isClass) return dotIsAll ? '[^]' : '[^\\n]';
    else if (token === '\\s') return isClass ? '\\t\\n\\f\\r ' : '[\\t\\n\\f\\r ]';
    return token;
  });
}
