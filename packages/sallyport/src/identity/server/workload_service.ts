import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { parser, reasonOf, Type } from '../../kernel/index.ts';
import { guardedFetch } from '../../net/index.ts';
import { CLOCK_SKEW } from '../access/access_token.ts';
import { MAX_TOKEN } from '../access/jwt.ts';
import type { AgentRecord } from '../agents/agent.ts';
import type { ServerContext } from './context.ts';
import { agentsOfWorkload } from './workload.ts';

/** Key sets are read anew after this; a key that is not among them makes them be read at once, but no more often than the second. */
const KEPT_MS = 10 * 60_000;
const AGAIN_MS = 10_000;
const FETCH_MS = 5_000;

const parseDiscovery = parser(Type.Object({ issuer: Type.String(), jwks_uri: Type.String() }));
const parseKeys = parser(Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 100 }) }));

export type Workloads = {
  /** The agent that the holder of a platform's token is: signed by an issuer that an agent names, for us, in time, with a subject that matches. */
  agentOf(token: string): Promise<{ readonly ok: true; readonly agent: AgentRecord } | { readonly ok: false; readonly say: string }>;
};

type Keys = { readonly at: number; readonly set: ReturnType<typeof createLocalJWKSet> };

export function createWorkloads(context: ServerContext): Workloads {
  const sets = new Map<string, Promise<Keys>>();

  async function fetchKeys(issuer: string): Promise<Keys> {
    // Somebody wrote this issuer down, so it may be a private address: a cluster's API server is one.
    const get = async (url: string): Promise<unknown> => {
      const reply = await guardedFetch(url, { allow: 'as-written', timeoutMs: FETCH_MS, headers: { accept: 'application/json' } });
      if (reply.status !== 200) throw new Error(`answered ${reply.status}`);
      return JSON.parse(reply.body.toString('utf8')) as unknown;
    };
    const discovered = parseDiscovery(await get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`));
    if (!discovered.ok || discovered.value.issuer !== issuer) throw new Error('its discovery document is of another issuer');
    // What its document points to is no longer what was written down, unless it stays at the same origin.
    const { jwks_uri: uri } = discovered.value;
    if (URL.parse(uri)?.origin !== new URL(issuer).origin && !uri.startsWith('https://')) throw new Error('its keys are not at https');
    const keys = parseKeys(await get(uri));
    if (!keys.ok) throw new Error('its key set cannot be read');
    return { at: context.clock(), set: createLocalJWKSet(keys.value) };
  }

  async function keysOf(issuer: string, anew: boolean): Promise<Keys> {
    const known = await sets.get(issuer)?.catch(() => undefined);
    if (known !== undefined && context.clock() - known.at < (anew ? AGAIN_MS : KEPT_MS)) return known;
    const fetched = fetchKeys(issuer);
    sets.set(issuer, fetched);
    fetched.catch(() => sets.delete(issuer));
    return fetched;
  }

  async function verified(token: string, issuer: string, anew = false): Promise<string> {
    const { set } = await keysOf(issuer, anew);
    try {
      const { payload } = await jwtVerify(token, set, {
        issuer,
        audience: context.addresses.issuer,
        algorithms: ['RS256', 'ES256', 'PS256', 'EdDSA', 'Ed25519'],
        clockTolerance: CLOCK_SKEW,
        requiredClaims: ['exp', 'sub'],
      });
      return payload.sub ?? '';
    } catch (error) {
      if (!anew && error instanceof Error && 'code' in error && error.code === 'ERR_JWKS_NO_MATCHING_KEY')
        return verified(token, issuer, true);
      throw error;
    }
  }

  return {
    async agentOf(token) {
      if (token.length > MAX_TOKEN) return { ok: false, say: 'the assertion is too long' };
      const agents = [...context.snapshot().agents.values()];
      let issuer: string;
      try {
        issuer = decodeJwt(token).iss ?? '';
      } catch {
        return { ok: false, say: 'the assertion is no JWT' };
      }
      // Only an issuer that an agent names is ever asked for its keys.
      if (!agents.some((agent) => agent.workloads.some((one) => one.issuer === issuer)))
        return { ok: false, say: 'no agent trusts the issuer of the assertion' };
      let subject: string;
      try {
        subject = await verified(token, issuer);
      } catch (error) {
        context.logger.warn('a workload token was refused', { issuer, reason: reasonOf(error) });
        return { ok: false, say: 'the assertion does not hold: signature, issuer, audience or time' };
      }
      const fitting = agentsOfWorkload(agents, issuer, subject);
      const [agent] = fitting;
      if (agent === undefined) return { ok: false, say: 'no agent is the subject of the assertion' };
      return fitting.length === 1 ? { ok: true, agent } : { ok: false, say: 'the subject of the assertion is more than one agent' };
    },
  };
}
