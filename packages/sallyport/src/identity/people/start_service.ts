import { newId, visible, type Clock, type PrincipalId, type TenantId } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import type { From, Role, Session } from './person.ts';
import { newSessionToken, sessionHash, type SessionToken } from './session_token.ts';
import { forgetOld, insertSession } from './store.ts';

export type SignedIn = { readonly session: Session; readonly token: SessionToken };

/** Begins a session of a person who has proved who it is, by these methods (RFC 8176). `by`: what is said of it in the event. */
export type Start = (
  tenant: TenantId,
  person: { readonly id: PrincipalId; readonly name: string; readonly role: Role },
  from: From,
  methods?: readonly string[],
  by?: Readonly<Record<string, string>>,
) => Promise<SignedIn>;

/** A working day; nobody stays signed in over night. */
const SESSION_MS = 12 * 3_600_000;
const KEPT_MS = 30 * 86_400_000;
export const MAX_NAME = 60;
const MAX_AGENT = 200;

export function createStart({ change, clock }: { readonly change: Change; readonly clock: Clock }): Start {
  return async (tenant, person, from, methods = ['pwd'], by = {}) => {
    const now = clock();
    const token = newSessionToken();
    const hash = sessionHash(token.bearer, token.cookie) as Buffer;
    const id = newId('ses', now);
    const expires = now + SESSION_MS;
    await change(tenant, async (sql, emit) => {
      await forgetOld(sql, now - KEPT_MS);
      await insertSession(sql, tenant, { id, person: person.id, hash, expires, from: plain(from), methods }, now);
      await emit({
        type: 'session.started',
        actor: person.id,
        target: { kind: 'session', id, name: person.name },
        detail: { address: from.address, ...by },
      });
    });
    return { session: { id, tenant, person: person.id, name: person.name, role: person.role, expires, proved: now, methods }, token };
  };
}

/** A name that somebody typed, for an event: cut, and nothing that is not printable. */
export function shownName(name: string): string {
  return visible(name.slice(0, MAX_NAME).toWellFormed());
}

function plain({ address, agent }: From): From {
  return { address: shownName(address), agent: visible(agent.slice(0, MAX_AGENT).toWellFormed()) };
}
