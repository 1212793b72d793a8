import { createHash } from 'node:crypto';
import { RE2JS } from 're2js';
import type { AllowEntry } from './config.ts';

/** Whether a value of a type is on the list of what an operator never wants to be told. */
export type Allowed = (type: string, value: string) => boolean;

type Ready = { readonly types: ReadonlySet<string> | undefined; readonly holds: (value: string) => boolean };

/**
 * Makes the list ready. A value counts whole, in any case, without blanks around it; a pattern must match all of it, in a linear-time engine;
 * a hash is of the same form of the value, so that the configuration need not show it. Undefined when there is nothing to allow.
 * @throws Error for a pattern that RE2 cannot read.
 */
export function allowOf(entries: readonly AllowEntry[]): Allowed | undefined {
  if (entries.length === 0) return undefined;
  const ready = entries.map(readyOf);
  return (type, value) => {
    const plain = value.trim().toLowerCase();
    return ready.some(({ types, holds }) => (types === undefined || types.has(type)) && holds(plain));
  };
}

function readyOf({ types, value, sha256, pattern }: AllowEntry): Ready {
  const named = types === undefined ? undefined : new Set(types);
  if (value !== undefined) {
    const plain = value.trim().toLowerCase();
    return { types: named, holds: (other) => other === plain };
  }
  if (sha256 !== undefined) return { types: named, holds: (other) => createHash('sha256').update(other).digest('hex') === sha256 };
  const engine = RE2JS.compile(pattern ?? '', RE2JS.CASE_INSENSITIVE);
  return { types: named, holds: (other) => engine.matcher(other).matches() };
}
