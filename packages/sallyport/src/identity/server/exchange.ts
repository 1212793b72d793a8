import { actorsOf, MAX_ACTORS, resourcePath, type AccessClaims, type Actor } from '../access/access_token.ts';
import type { AgentRecord } from '../agents/agent.ts';

/** What a client asks for in a token exchange (RFC 8693 section 2.1), after its form was checked. */
export type ExchangeAsked = {
  readonly scope: readonly string[];
  readonly resource: string | undefined;
  /** Seconds since 1970. */
  readonly now: number;
  /** The gate's own address. */
  readonly base: string;
};

export type ExchangeDecided =
  | { readonly ok: true; readonly scope: string; readonly resource: string; readonly act: Actor; readonly seconds: number }
  | { readonly ok: false; readonly error: 'invalid_scope' | 'invalid_grant' | 'invalid_target'; readonly say: string };

/** Access tokens live this long at most, in seconds. */
export const ACCESS_SECONDS = 300;

/**
 * What an agent gets for a token of someone: never more scope, never another place, never a longer life, and itself at the head of those who act.
 * The subject must be one that the agent may act for.
 */
export function decideExchange(asked: ExchangeAsked, subject: AccessClaims, agent: AgentRecord): ExchangeDecided {
  if (subject.sub === agent.id || !mayActFor(agent, subject)) return no('invalid_grant', 'this agent may not act for that subject');
  if (subject.tenant !== agent.tenant) return no('invalid_grant', 'the subject is of another tenant');
  const chain = actorsOf(subject.act);
  if (chain.length >= MAX_ACTORS) return no('invalid_grant', `no more than ${MAX_ACTORS} may act for one subject`);
  const held = subject.scope.split(' ').filter((scope) => scope !== '');
  const beyond = asked.scope.filter((scope) => !held.includes(scope) || !agent.scopes.includes(scope));
  if (beyond.length > 0)
    return no('invalid_scope', `neither the subject's token nor the agent may have more than it has: ${beyond.join(' ')}`);
  const scope = asked.scope.length > 0 ? asked.scope : held.filter((one) => agent.scopes.includes(one));
  if (scope.length === 0) return no('invalid_scope', 'nothing is left that both the subject and the agent may do');
  const resource = asked.resource ?? subject.aud;
  if (!isWithin(resource, subject.aud, asked.base)) return no('invalid_target', 'the token is for another place');
  const seconds = Math.min(ACCESS_SECONDS, subject.exp - asked.now);
  if (seconds < 1) return no('invalid_grant', 'the token of the subject has expired');
  return {
    ok: true,
    scope: scope.join(' '),
    resource,
    seconds,
    act: { sub: agent.id, ...(subject.act === undefined ? {} : { act: subject.act }) },
  };
}

/** An agent that has a person's token from another agent acts for that person too. */
function mayActFor(agent: AgentRecord, subject: AccessClaims): boolean {
  if (agent.actsFor === 'anybody') return true;
  return agent.actsFor === 'owner' && agent.owner !== null && agent.owner === subject.sub;
}

/** Whether a resource is the other one or below it. */
function isWithin(resource: string, outer: string, base: string): boolean {
  const wide = resourcePath(outer, base);
  const narrow = resourcePath(resource, base);
  if (wide === undefined || narrow === undefined) return false;
  return narrow === wide || narrow.startsWith(`${wide}/`);
}

function no(error: 'invalid_scope' | 'invalid_grant' | 'invalid_target', say: string): ExchangeDecided {
  return { ok: false, error, say };
}
