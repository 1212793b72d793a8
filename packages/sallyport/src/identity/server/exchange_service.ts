import { errors, type Context, type Provider, type TokenModel } from 'oidc-provider';
import validateDpop, { checkDpopReplay } from 'oidc-provider/lib/helpers/validate_dpop.js';
import { readAccessToken, resourcePath, type AccessClaims, type Actor } from '../access/access_token.ts';
import { comesFrom, principalOf } from '../access/principal.ts';
import type { AgentRecord } from '../agents/agent.ts';
import { WORKLOAD_CLIENT, type ServerContext } from './context.ts';
import { ACCESS_SECONDS, decideExchange } from './exchange.ts';
import { GRANT, resourceServer } from './settings.ts';
import { createWorkloads } from './workload_service.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const TYPES = new Set([ACCESS_TOKEN, 'urn:ietf:params:oauth:token-type:jwt']);
const EXCHANGE_PARAMETERS = [
  ...['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type'],
  ...['resource', 'audience', 'scope'],
];

/** What is put into a token beside what the library puts there. */
export type Extra = { readonly tenant: string; readonly act?: Actor; readonly gid?: string };

/** Adds the two grants by which agents come to tokens: exchange (RFC 8693) and the token of a workload's platform (RFC 7523). */
export function addAgentGrants(provider: Provider, context: ServerContext): void {
  const workloads = createWorkloads(context);

  async function exchange(ctx: Context): Promise<void> {
    const asked = parameters(ctx);
    if (asked['subject_token'] === undefined) throw new errors.InvalidRequest('missing required parameter subject_token');
    if (!TYPES.has(asked['subject_token_type'] ?? '')) throw new errors.InvalidRequest('subject_token_type is not supported');
    if (!TYPES.has(asked['requested_token_type'] ?? ACCESS_TOKEN)) throw new errors.InvalidRequest('requested_token_type is not supported');
    const proof = await validateDpop(provider, ctx);
    const agent = actorOf(ctx, asked, proof?.thumbprint);
    const subject = tokenOf(asked['subject_token'], proof?.thumbprint, 'subject_token');
    const decided = decideExchange(
      {
        scope: (asked['scope'] ?? '').split(' ').filter((scope) => scope !== ''),
        resource: asked['resource'] ?? asked['audience'],
        now: Math.floor(context.clock() / 1_000),
        base: context.addresses.resource,
      },
      subject,
      agent,
    );
    if (!decided.ok) {
      if (decided.error === 'invalid_scope') throw new errors.InvalidScope(decided.say);
      throw new (decided.error === 'invalid_target' ? errors.InvalidTarget : errors.InvalidGrant)(decided.say, decided.say);
    }
    await checkDpopReplay(provider, ctx, proof, agent.id);
    await issue(ctx, {
      subject: subject.sub,
      agent,
      scope: decided.scope,
      resource: decided.resource,
      seconds: decided.seconds,
      jkt: proof?.thumbprint,
      extra: { tenant: subject.tenant, act: decided.act, ...(subject.grant === undefined ? {} : { gid: subject.grant }) },
      issued: ACCESS_TOKEN,
    });
  }

  async function workload(ctx: Context): Promise<void> {
    const asked = parameters(ctx);
    if (asked['assertion'] === undefined) throw new errors.InvalidRequest('missing required parameter assertion');
    const proof = await validateDpop(provider, ctx);
    const found = await workloads.agentOf(asked['assertion']);
    if (!found.ok) throw new errors.InvalidGrant(found.say, found.say);
    const agent = checkAgent(ctx, found.agent, proof?.thumbprint);
    const wanted = (asked['scope'] ?? '').split(' ').filter((scope) => scope !== '');
    const beyond = wanted.filter((scope) => !agent.scopes.includes(scope));
    if (beyond.length > 0) throw new errors.InvalidScope('the agent may not have this scope', beyond.join(' '));
    const resource = asked['resource'] ?? context.addresses.resource;
    if (resourcePath(resource, context.addresses.resource) === undefined) throw new errors.InvalidTarget();
    await checkDpopReplay(provider, ctx, proof, agent.id);
    await issue(ctx, {
      subject: agent.id,
      agent,
      scope: (wanted.length > 0 ? wanted : agent.scopes).join(' '),
      resource,
      seconds: ACCESS_SECONDS,
      jkt: proof?.thumbprint,
      extra: { tenant: agent.tenant },
    });
  }

  /** The agent that asks: the client itself, or, for a workload, the holder of the actor's token. */
  function actorOf(ctx: Context, asked: Asked, jkt: string | undefined): AgentRecord {
    const client = ctx.oidc?.client?.clientId ?? '';
    if (client !== WORKLOAD_CLIENT) {
      if (asked['actor_token'] !== undefined) throw new errors.InvalidRequest('an agent that proves its key sends no actor_token');
      return checkAgent(ctx, context.snapshot().agents.get(client), jkt);
    }
    if (asked['actor_token'] === undefined || !TYPES.has(asked['actor_token_type'] ?? ''))
      throw new errors.InvalidRequest('actor_token and its type are required');
    const claims = tokenOf(asked['actor_token'], jkt, 'actor_token');
    if (claims.act !== undefined) throw new errors.InvalidGrant('the actor must act for itself');
    return checkAgent(ctx, context.snapshot().agents.get(claims.sub), jkt);
  }

  function checkAgent(ctx: Context, agent: AgentRecord | undefined, jkt: string | undefined): AgentRecord {
    if (agent === undefined) throw new errors.InvalidGrant('there is no such agent in force', 'no agent');
    if (!comesFrom(agent.networks, ctx.ip)) throw new errors.InvalidGrant('not from this address', 'address');
    if (agent.dpop && jkt === undefined) throw new errors.InvalidRequest('this agent must send a DPoP proof');
    return agent;
  }

  /** A token of ours in force; one that is bound to a key needs that key here too, else exchange would unbind it. */
  function tokenOf(text: string, jkt: string | undefined, name: string): AccessClaims {
    const snapshot = context.snapshot();
    const read = readAccessToken(text, { issuer: context.addresses.issuer, keys: snapshot.verification, now: context.clock() });
    if (!read.ok) throw new errors.InvalidGrant(`${name}: ${read.say}`, read.say);
    if (read.claims.jkt !== undefined && read.claims.jkt !== jkt)
      throw new errors.InvalidGrant(`${name} is bound to a key that this request does not prove`);
    // Where the first holder may call from does not matter here: the one that asks is looked at by checkAgent.
    const found = principalOf(read.claims, snapshot);
    if (!found.ok) throw new errors.InvalidGrant(`${name}: ${found.say}`, found.say);
    return read.claims;
  }

  async function issue(ctx: Context, what: Issue): Promise<void> {
    const client = await provider.Client.find(ctx.oidc?.client?.clientId === WORKLOAD_CLIENT ? WORKLOAD_CLIENT : what.agent.id);
    const token: TokenModel = new provider.AccessToken({ accountId: what.subject, client, gty: String(ctx.oidc?.params?.['grant_type']) });
    token.resourceServer = new provider.ResourceServer(what.resource, resourceServer(what.resource));
    token.scope = what.scope;
    token.exp = Math.floor(context.clock() / 1_000) + what.seconds;
    if (what.jkt !== undefined) token.setThumbprint('jkt', what.jkt);
    ctx.state['extra'] = what.extra;
    const value = await token.save();
    context.used(what.agent.id);
    ctx.state['issued'] = { principal: what.subject, agent: what.agent.id, tenant: what.extra.tenant, scope: what.scope };
    ctx.body = {
      access_token: value,
      token_type: token.tokenType,
      expires_in: what.seconds,
      scope: what.scope,
      ...(what.issued === undefined ? {} : { issued_token_type: what.issued }),
    };
  }

  provider.registerGrantType(GRANT.exchange, exchange, EXCHANGE_PARAMETERS);
  provider.registerGrantType(GRANT.workload, workload, ['assertion', 'scope', 'resource']);
}

type Issue = {
  readonly subject: string;
  readonly agent: AgentRecord;
  readonly scope: string;
  readonly resource: string;
  readonly seconds: number;
  readonly jkt: string | undefined;
  readonly extra: Extra;
  readonly issued?: string;
};

type Asked = Readonly<Record<string, string | undefined>>;

/** The parameters as text: the library has refused those that came twice. */
function parameters(ctx: Context): Asked {
  const given = ctx.oidc?.params ?? {};
  return Object.fromEntries(
    EXCHANGE_PARAMETERS.concat('assertion').map((name) => [name, typeof given[name] === 'string' ? given[name] : undefined]),
  );
}
