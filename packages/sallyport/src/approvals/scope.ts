import type { Json } from '../kernel/index.ts';
import type { Effect } from '../flow/index.ts';
import type { Answer, Scope } from './approval.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The longest that each scope holds. A conversation rarely lasts a day; a standing permission is looked at again every quarter. */
export const LONGEST: Readonly<Record<Exclude<Scope, 'once'>, number>> = { value: 30 * DAY, conversation: DAY, always: 90 * DAY };
/** Arguments that one standing approval fixes. */
const MAX_BOUND = 8;

/**
 * The scopes that may be offered: `always` never for what cannot be undone, nor `conversation`, whose arguments nobody has seen; with more
 * than one approver only this one action, as each would have to agree to the same scope.
 */
export function offeredScopes(effect: Effect, conversation: string | null, needs: number): readonly Scope[] {
  if (needs > 1) return ['once'];
  const any = effect !== 'destructive';
  return ['once', 'value', ...(any && conversation !== null ? (['conversation'] as const) : []), ...(any ? (['always'] as const) : [])];
}

export type Grant = {
  readonly scope: Exclude<Scope, 'once'>;
  readonly forMs: number;
  readonly bound: readonly { readonly pointer: string; readonly value: string | number }[];
};

/** What a lasting answer grants; the text says why it cannot be granted. Undefined for `once`. */
export function grantOf(answer: Answer, offered: readonly Scope[], args: Json): Grant | string | undefined {
  const scope = answer.scope ?? 'once';
  if (!offered.includes(scope)) return `The scope ${scope} is not offered for this action.`;
  if (scope === 'once') return undefined;
  const forMs = answer.forMs ?? (scope === 'conversation' ? DAY : undefined);
  if (forMs === undefined) return `The scope ${scope} needs an end.`;
  if (!(forMs > 0 && forMs <= LONGEST[scope])) return `The scope ${scope} lasts ${LONGEST[scope] / DAY} days at most.`;
  const pointers = scope === 'always' ? [...new Set(answer.bound ?? [])] : [];
  if (scope === 'always' && (pointers.length === 0 || pointers.length > MAX_BOUND))
    return `The scope always needs 1 to ${MAX_BOUND} arguments that keep their values.`;
  const bound: { pointer: string; value: string | number }[] = [];
  for (const pointer of pointers) {
    const value = at(args, pointer);
    if ((typeof value !== 'string' || value === '') && typeof value !== 'number')
      return 'An argument that keeps its value must be there, and be a text or a number.';
    bound.push({ pointer, value });
  }
  return { scope, forMs, bound };
}

/** The value at a JSON pointer (RFC 6901); own members only. */
export function at(value: Json, pointer: string): Json | undefined {
  if (pointer === '') return value;
  if (!pointer.startsWith('/')) return undefined;
  let here: Json | undefined = value;
  for (const step of pointer.slice(1).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(here)) here = /^(0|[1-9]\d{0,8})$/.test(name) ? here[Number(name)] : undefined;
    else here = typeof here === 'object' && here !== null && Object.hasOwn(here, name) ? here[name] : undefined;
    if (here === undefined) return undefined;
  }
  return here;
}

/** The places of `value` that may be bound, in reading order. */
export function bindable(value: Json, most: number = 50): string[] {
  const found: string[] = [];
  const walk = (here: Json, pointer: string): void => {
    if (found.length >= most) return;
    if ((typeof here === 'string' && here !== '') || typeof here === 'number') found.push(pointer);
    else if (Array.isArray(here)) here.forEach((item, index) => walk(item, `${pointer}/${index}`));
    else if (typeof here === 'object' && here !== null)
      for (const [name, item] of Object.entries(here)) walk(item, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  };
  if (typeof value === 'object' && value !== null) walk(value, '');
  return found;
}
