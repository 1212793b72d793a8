import type { Verdict } from '../policy/index.ts';
import type { Ledger } from './ledger.ts';

/** A refusal: the rule that decided, its reason in plain words, and where it did (a path in the body). */
export type Refused = { readonly rule: string; readonly why: string; readonly where?: string };

/** The key of a request was revoked while it was under way. */
export const REVOKED: Refused = { rule: 'key-revoked', why: 'The key of this request has been revoked.' };

/** The refusal that a verdict means, if it means one. Where nobody can be asked, `ask` is `deny` with the reason `approval_unavailable`. */
export function refusalOf(verdict: Verdict, where: string): Refused | undefined {
  if (verdict.action === 'allow') return undefined;
  const rule = verdict.rules.find((r) => r.then === verdict.action);
  const why = rule?.why ?? 'The policy refuses it.';
  return {
    rule: rule?.id ?? 'default',
    why: verdict.action === 'ask' ? `${why} Nobody can be asked here (approval_unavailable).` : why,
    where,
  };
}

/** The refusal that a guard's failure means at a point that is closed when one fails. `before`: how many failures the ledger held earlier. */
export function failureOf(ledger: Ledger, before: number, where: string): Refused | undefined {
  for (let i = before; i < ledger.failures.length; i++) {
    const failure = ledger.failures[i];
    if (failure?.onError === 'deny') {
      return { rule: `guard-failed:${failure.guard}`, why: 'A guard failed, and this point is closed when one does.', where };
    }
  }
  return undefined;
}
