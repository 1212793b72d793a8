import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { DEFAULT_TENANT, newId, Secret, visible, type Clock, type PrincipalId, type TenantId } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import type { Keyring } from '../../keyring/service.ts';
import type { Sql, Store } from '../../store/service.ts';
import { fail } from '../errors.ts';
import { NO_PASSWORD } from '../people/password.ts';
import type { From } from '../people/person.ts';
import { createStart, MAX_NAME, shownName, type SignedIn } from '../people/start_service.ts';
import { insertPerson, proveSession } from '../people/store.ts';
import { insertPrincipal, notify } from '../store.ts';
import { createOidc, type FlowSecrets, type Party } from './oidc_service.ts';
import * as rows from './store.ts';
import {
  callbackOf,
  mayVouch,
  type NewUpstream,
  type Proved,
  type Upstream,
  type UpstreamPurpose,
  type UpstreamReturned,
} from './upstream.ts';

/** Who is signed in, as the session at the console says. */
type Who = { readonly tenant: TenantId; readonly person: PrincipalId; readonly session: string };
/** Where the browser goes, and what it keeps until it comes back. */
export type Begun = { readonly url: string; readonly proof: string };
export type Answer = UpstreamReturned & { readonly provider: string; readonly proof: string };

/** Signing in with an account at another OpenID provider. */
export type Upstreams = {
  list(tenant: TenantId): Promise<Upstream[]>;
  /** Rejects UPSTREAM_INVALID, UPSTREAM_DOWN. */
  add(tenant: TenantId, upstream: NewUpstream, actor: string): Promise<string>;
  /** Rejects UPSTREAM_UNKNOWN. */
  remove(tenant: TenantId, id: string, actor: string): Promise<void>;
  /** Rejects UPSTREAM_UNKNOWN, UPSTREAM_DOWN. */
  begin(tenant: TenantId, id: string, purpose: UpstreamPurpose, session?: string): Promise<Begun>;
  /** Signs in. Rejects UPSTREAM_FLOW, UPSTREAM_REFUSED, UPSTREAM_DOWN, UPSTREAM_NOBODY. */
  signIn(tenant: TenantId, answer: Answer, from: From): Promise<SignedIn>;
  /** Adds the account to who is signed in, or takes it as a proof. Rejects as `signIn`, and UPSTREAM_TAKEN. */
  finish(who: Who, answer: Answer): Promise<'link' | 'prove'>;
  accounts(tenant: TenantId, person: string): Promise<rows.LinkedAccount[]>;
  /** Rejects UPSTREAM_UNKNOWN. */
  unlink(tenant: TenantId, person: string, id: string): Promise<void>;
};

export type UpstreamDeps = {
  readonly keyring: Keyring;
  readonly change: Change;
  readonly clock: Clock;
  /** The console's own address, without a slash at its end; undefined before it is known. */
  readonly url: () => string | undefined;
  readonly refresh: () => Promise<void>;
};

const PURPOSE = 'upstream secret';
/** Somebody signs in there, perhaps with a second factor that has to be found first. */
const FLOW_MS = 15 * 60_000;

export function openUpstreams(store: Store, deps: UpstreamDeps): Upstreams {
  const { keyring, clock, change } = deps;
  const oidc = createOidc({ clock });
  const start = createStart(deps);

  async function partyOf(tenant: TenantId, id: string): Promise<Party & { readonly row: rows.UpstreamRow }> {
    const row = await store.tx(tenant, (sql) => rows.selectUpstream(sql, id));
    const url = deps.url();
    if (row === undefined || url === undefined) throw fail('UPSTREAM_UNKNOWN');
    const secret =
      row.sealed === null ? undefined : new Secret(Buffer.from(await keyring.open(tenant, PURPOSE, id, row.sealed)).toString('utf8'));
    return { row, tenant, issuer: row.issuer, clientId: row.clientId, secret, redirect: callbackOf(url, id) };
  }

  /** Verifier and nonce are made of the state, so that none of them is kept anywhere. */
  async function secretsOf(tenant: TenantId, state: string): Promise<FlowSecrets> {
    const keys = await keyring.tenant(tenant);
    return {
      state,
      verifier: keys.mac('upstream verifier', state).toString('base64url'),
      nonce: keys.mac('upstream nonce', state).toString('base64url'),
    };
  }

  /** Takes the flow out and has the answer checked. `session`: the one in which it must have begun. */
  async function proved(
    tenant: TenantId,
    answer: Answer,
    session: string | null,
  ): Promise<Proved & { readonly purpose: UpstreamPurpose; readonly row: rows.UpstreamRow }> {
    const { provider, proof, ...returned } = answer;
    const flow = await store.tx(tenant, (sql) => rows.takeFlow(sql, hash('sha256', answer.state, 'buffer')));
    // Only the browser in which it began holds the proof: else somebody could be signed in as another by a link (RFC 6749 section 10.12).
    if (flow === undefined || flow.expires <= clock() || !timingSafeEqual(flow.binding, hash('sha256', proof, 'buffer')))
      throw fail('UPSTREAM_FLOW');
    if (flow.upstream !== provider || flow.session !== session) throw fail('UPSTREAM_FLOW');
    const party = await partyOf(tenant, provider);
    const found = await oidc.redeem(party, await secretsOf(tenant, answer.state), returned, flow.purpose === 'prove');
    return { ...found, purpose: flow.purpose, row: party.row };
  }

  /** Makes the person that was invited by an address which this account proves; undefined when nobody was. */
  async function admit(tenant: TenantId, account: Proved & { readonly row: rows.UpstreamRow }): Promise<rows.LinkedPerson | undefined> {
    const { email, issuer, sub } = account;
    if (email === undefined || !mayVouch(account.row.domains, email)) return undefined;
    const now = clock();
    return change(tenant, async (sql, emit) => {
      const role = await rows.useInvitationFor(sql, email, now);
      if (role === undefined) return undefined;
      const id = newId('prn', now) as PrincipalId;
      const name = await freeName(sql, tenant, id, [account.name ?? email, email], now);
      // Nothing matches these: who comes by a provider has neither password nor code until a link gives them.
      await insertPerson(sql, tenant, { id, role, password: NO_PASSWORD, recovery: randomBytes(32) }, now);
      if ((await rows.insertLinked(sql, tenant, { id: newId('lnk', clock()), issuer, sub, person: id, shown: email }, now)) !== id)
        throw fail('UPSTREAM_TAKEN');
      await emit({
        type: 'person.created',
        actor: id,
        target: { kind: 'person', id, name },
        detail: { role, purpose: 'invite', upstream: account.row.name },
      });
      await notify(sql);
      return { id, name, role };
    });
  }

  return {
    list: (tenant) => store.tx(tenant, rows.listUpstreams),
    async add(tenant, given, actor) {
      checkNew(tenant, given);
      await oidc.discover(tenant, given.issuer);
      const id = newId('idp', clock());
      const { name, issuer, clientId, clientSecret } = given;
      const sealed = clientSecret === undefined ? null : Buffer.from(await keyring.seal(tenant, PURPOSE, id, Buffer.from(clientSecret)));
      const domains = (given.domains ?? []).map((domain) => domain.toLowerCase());
      await change(tenant, async (sql, emit) => {
        if (!(await rows.insertUpstream(sql, tenant, { id, name, issuer, clientId, sealed, domains, created: clock() })))
          throw fail('UPSTREAM_INVALID', { say: 'There is one of this name.' });
        await emit({
          type: 'upstream.created',
          actor,
          target: { kind: 'upstream', id, name },
          detail: { issuer, domains: domains.join(' ') },
        });
      });
      return id;
    },
    remove: (tenant, id, actor) =>
      change(tenant, async (sql, emit) => {
        const name = await rows.deleteUpstream(sql, id);
        if (name === undefined) throw fail('UPSTREAM_UNKNOWN');
        await emit({ type: 'upstream.removed', actor, target: { kind: 'upstream', id, name } });
      }),
    async begin(tenant, id, purpose, session) {
      const party = await partyOf(tenant, id);
      const [state, proof] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
      const url = await oidc.authorizeUrl(party, await secretsOf(tenant, state), purpose === 'prove');
      const flow = {
        upstream: id,
        binding: hash('sha256', proof, 'buffer'),
        purpose,
        session: session ?? null,
        expires: clock() + FLOW_MS,
      };
      await store.tx(tenant, (sql) => rows.insertFlow(sql, tenant, hash('sha256', state, 'buffer'), flow, clock()));
      return { url, proof };
    },
    async signIn(tenant, answer, from) {
      const refuse = async (error: unknown): Promise<never> => {
        const reason = error instanceof Error && 'code' in error ? String(error.code) : 'fault';
        const target = { kind: 'upstream', id: shownName(answer.provider) };
        await change(tenant, (_sql, emit) =>
          emit({ type: 'session.refused', actor: 'anonymous', target, detail: { address: from.address, reason } }),
        );
        throw error;
      };
      const account = await proved(tenant, answer, null).catch(refuse);
      if (account.purpose !== 'sign-in') throw fail('UPSTREAM_FLOW');
      const known = await store.tx(tenant, (sql) => rows.useLinked(sql, account.issuer, account.sub, clock()));
      const person = known ?? (await admit(tenant, account));
      if (person === undefined) return refuse(fail('UPSTREAM_NOBODY'));
      if (known === undefined) await deps.refresh();
      return start(tenant, person, from, account.methods, { upstream: account.row.name });
    },
    async finish({ tenant, person, session }, answer) {
      const account = await proved(tenant, answer, session);
      const { issuer, sub, purpose } = account;
      if (purpose === 'prove') {
        const known = await store.tx(tenant, (sql) => rows.useLinked(sql, issuer, sub, clock()));
        if (known?.id !== person) throw fail('UPSTREAM_REFUSED', { say: 'It is the account of somebody else.' });
        await store.tx(tenant, (sql) => proveSession(sql, session, clock(), account.methods));
        return 'prove';
      }
      if (purpose !== 'link') throw fail('UPSTREAM_FLOW');
      await change(tenant, async (sql, emit) => {
        const shown = shownName(account.email ?? account.name ?? sub);
        if ((await rows.insertLinked(sql, tenant, { id: newId('lnk', clock()), issuer, sub, person, shown }, clock())) !== person)
          throw fail('UPSTREAM_TAKEN');
        await emit({
          type: 'person.factor_added',
          actor: person,
          target: { kind: 'person', id: person },
          detail: { factor: `account at ${account.row.name}` },
        });
      });
      return 'link';
    },
    accounts: (tenant, person) => store.tx(tenant, (sql) => rows.linkedAccounts(sql, person)),
    unlink: (tenant, person, id) =>
      change(tenant, async (sql, emit) => {
        if (!(await rows.deleteLinked(sql, person, id))) throw fail('UPSTREAM_UNKNOWN');
        await emit({
          type: 'person.factor_removed',
          actor: person,
          target: { kind: 'person', id: person },
          detail: { factor: 'account elsewhere' },
        });
      }),
  };
}

/** The first of the names that is free, or the last with a number. */
async function freeName(sql: Sql, tenant: TenantId, id: PrincipalId, wanted: readonly string[], now: number): Promise<string> {
  const plain = wanted
    .map((name) => visible(name.trim().normalize('NFC').toWellFormed()).slice(0, MAX_NAME - 4))
    .filter((name) => name !== '');
  const names = [...plain, ...Array.from({ length: 99 }, (_, at) => `${plain.at(-1) ?? 'person'} ${at + 2}`)];
  for (const name of names) if (await insertPrincipal(sql, tenant, { id, kind: 'user', name }, now)) return name;
  throw fail('PERSON_NAME', { say: 'This name is taken.' });
}

function checkNew(tenant: TenantId, { name, issuer, domains = [] }: NewUpstream): void {
  if (name.trim() === '' || visible(name) !== name || !name.isWellFormed())
    throw fail('UPSTREAM_INVALID', { say: 'Its name needs printable characters.' });
  const url = URL.parse(issuer);
  const plain = url?.protocol === 'http:' && tenant === DEFAULT_TENANT;
  if (url === null || (url.protocol !== 'https:' && !plain) || url.search !== '' || url.hash !== '' || url.username !== '')
    throw fail('UPSTREAM_INVALID', { say: 'The issuer must be an https address without a query.' });
  if (domains.some((domain) => !/^[a-z0-9.-]+\.[a-z0-9-]+$/i.test(domain)))
    throw fail('UPSTREAM_INVALID', { say: 'Domains are such as example.com.' });
}
