import { DEFAULT_TENANT, newId, visible, type Clock, type PrincipalId, type TenantId } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import type { Keyring } from '../../keyring/service.ts';
import type { Sql, Store } from '../../store/service.ts';
import { fail } from '../errors.ts';
import { endGrants, endWithSessions, revoke } from '../server/store.ts';
import { insertPrincipal, notify } from '../store.ts';
import { Attempts } from './attempts.ts';
import { createPasskeys, type Passkeys } from './passkeys_service.ts';
import { isPassword, MAX_PASSWORD, newRecoveryCode, pretendToCompare, recoveryHash, sealPassword } from './password.ts';
import type { From, Invitation, Person, Purpose, Role, Session, SessionNote } from './person.ts';
import { createSecondFactor, type SecondFactor } from './second_factor_service.ts';
import { linkHash, newLinkToken, sessionHash } from './session_token.ts';
import { createStart, MAX_NAME, shownName, type SignedIn } from './start_service.ts';
import * as rows from './store.ts';

export type { SignedIn } from './start_service.ts';

/** People, how they sign in, and their sessions at the console. */
export type People = {
  /** A link's token for the first administrator; undefined once there is one. */
  setupLink(): Promise<string | undefined>;
  /** A link's token for another person, who may prove `email` at a provider instead, or for a new password of `person`. Rejects PERSON_UNKNOWN. */
  invite(
    tenant: TenantId,
    what: { readonly role: Role; readonly email?: string | undefined } | { readonly person: string },
    actor: string,
  ): Promise<string>;
  /** A link's token for a new password, asked for on the machine: that person's sessions end at once. */
  reset(tenant: TenantId, person: string, actor: string): Promise<string>;
  /** What a link is for. Rejects LINK_INVALID. */
  invitation(token: string): Promise<Invitation>;
  /** Uses a link: makes the person, or sets the new password (then `name` is not asked for) and ends that person's sessions. Rejects LINK_INVALID, PERSON_NAME, PASSWORD_WEAK. */
  accept(
    token: string,
    given: { readonly name?: string; readonly password: string },
    from: From,
  ): Promise<SignedIn & { readonly recoveryCode: string }>;
  /** Rejects SIGN_IN_REFUSED, SIGN_IN_WAIT; SECOND_FACTOR when the password is right and a code is needed. */
  signIn(tenant: TenantId, name: string, password: string, from: From, code?: string): Promise<SignedIn>;
  /** A new password by the recovery code, which is replaced. Rejects SIGN_IN_REFUSED, SIGN_IN_WAIT, PASSWORD_WEAK. */
  recover(
    tenant: TenantId,
    name: string,
    code: string,
    password: string,
    from: From,
  ): Promise<SignedIn & { readonly recoveryCode: string }>;
  /** The session that both halves of a token name. */
  session(bearer: string, cookie: string | undefined): Promise<Session | undefined>;
  /** The password once more, for what needs it proved lately. Rejects SIGN_IN_REFUSED, SIGN_IN_WAIT. */
  prove(session: Pick<Session, 'id' | 'tenant' | 'person' | 'name'>, password: string, from: From, code?: string): Promise<void>;
  readonly passkeys: Passkeys;
  /** Signs in by what a passkey answered. Rejects SIGN_IN_REFUSED, SIGN_IN_WAIT. */
  signInByPasskey(tenant: TenantId, response: unknown, from: From): Promise<SignedIn>;
  /** Absent without a keyring. */
  readonly factor: SecondFactor | undefined;
  /** `by`: the application that asked for it. Rejects SESSION_UNKNOWN. */
  endSession(tenant: TenantId, id: string, actor: string, by?: string): Promise<void>;
  /** Ends every session of a person, and every grant; answers how many sessions. */
  endAll(tenant: TenantId, person: string, actor: string): Promise<number>;
  sessions(tenant: TenantId): Promise<SessionNote[]>;
  list(tenant: TenantId): Promise<Person[]>;
  /** Rejects PERSON_UNKNOWN, PERSON_LAST. */
  setRole(tenant: TenantId, id: string, role: Role, actor: string): Promise<void>;
  /** Rejects PERSON_UNKNOWN, PERSON_LAST. */
  remove(tenant: TenantId, id: string, actor: string): Promise<void>;
};

const IDLE_MS = 2 * 3_600_000;
/** How exactly a list knows when a session was last used. */
const SEEN_MS = 60_000;
/** The first link is printed on a terminal that others may see later. */
const LINK_MS = { setup: 30 * 60_000, invite: 3 * 86_400_000, reset: 30 * 60_000 } as const;
/** How long a proof of the password counts: `Caller.session.fresh`. */
export const FRESH_MS = 10 * 60_000;
/** What a sign-in page may send as a user agent, in a list. */

export type PeopleDeps = {
  readonly change: Change;
  readonly clock: Clock;
  /** The console's own address, once it is known: passkeys belong to it. */
  readonly origin?: () => string | undefined;
  /** Seals second factors; without it there are none. */
  readonly keyring?: Keyring;
  /** Reads the snapshot of who is in force anew. */
  readonly refresh?: () => Promise<void>;
  /** Called when sessions of a person have ended. */
  readonly onSignedOut?: (person: string) => void;
};

export function openPeople(store: Store, deps: PeopleDeps): People {
  const { clock } = deps;
  const factor = deps.keyring === undefined ? undefined : createSecondFactor(store, { ...deps, keyring: deps.keyring });

  const passkeys = createPasskeys(store, { change: deps.change, clock, origin: () => deps.origin?.() });

  /** How somebody with the right password proves it; undefined when the code is wrong, which counts as a wrong password. Rejects SECOND_FACTOR. */
  async function methodsOf(tenant: TenantId, person: string, code: string | undefined): Promise<string[] | undefined> {
    const checked = (await factor?.check(tenant, person, code)) ?? 'none';
    if (checked === 'missing') throw fail('SECOND_FACTOR');
    if (checked === 'wrong') return undefined;
    return checked === 'none' ? ['pwd'] : ['pwd', 'otp', 'mfa'];
  }

  /** A change of who is in force: every process hears of it with the commit, this one before the caller is answered. */
  const change: Change = async (tenant, fn) => {
    const { value, over } = await deps.change(tenant, async (sql, emit) => {
      const value = await fn(sql, emit);
      await notify(sql);
      return { value, over: signedOut.get(sql) ?? [] };
    });
    await deps.refresh?.();
    // After the commit, and outside of its transaction: telling applications reads the store.
    for (const person of new Set(over)) deps.onSignedOut?.(person);
    return value;
  };
  const attempts = new Attempts();
  /** Whose sessions a transaction under way has ended. */
  const signedOut = new WeakMap<Sql, readonly string[]>();
  const start = createStart(deps);

  /** Runs a comparison that may be guessed at: slowed down after failures, each failure an event. */
  async function guarded<T>(tenant: TenantId, name: string, from: From, compare: () => Promise<T | undefined>): Promise<T> {
    const wait = attempts.wait(`${tenant}/${name}`, from.address, clock());
    if (wait > 0) throw fail('SIGN_IN_WAIT', { say: `Try again in ${wait} seconds.` });
    const found = await compare();
    if (found === undefined) {
      attempts.failed(`${tenant}/${name}`, from.address, clock());
      await deps.change(tenant, (_sql, emit) =>
        emit({
          type: 'session.refused',
          actor: 'anonymous',
          target: { kind: 'person', id: shownName(name) },
          detail: { address: from.address },
        }),
      );
      throw fail('SIGN_IN_REFUSED');
    }
    attempts.succeeded(`${tenant}/${name}`, from.address);
    return found;
  }

  const credentials = (tenant: TenantId, by: { name: string } | { id: string }): Promise<rows.Credentials | undefined> =>
    store.tx(tenant, (sql) => rows.selectCredentials(sql, by));

  async function insertLink(
    tenant: TenantId,
    what: { purpose: Purpose; role: Role; person: string | null; email?: string | null },
    actor: string,
  ): Promise<string> {
    const token = newLinkToken();
    const id = newId('inv', clock());
    await deps.change(tenant, async (sql, emit) => {
      const expires = clock() + LINK_MS[what.purpose];
      await rows.insertInvitation(sql, tenant, { id, hash: linkHash(token), expires, ...what }, clock());
      await emit({
        type: 'person.invited',
        actor,
        target: { kind: 'invitation', id },
        detail: { purpose: what.purpose, role: what.role, person: what.person },
      });
    });
    return token;
  }

  async function invitation(token: string): Promise<Invitation> {
    const found = await store.system('identity: the invitation of a link', (sql) => rows.selectInvitation(sql, linkHash(token), clock()));
    if (found === undefined) throw fail('LINK_INVALID');
    if (found.purpose === 'setup' && (await store.tx(found.tenant, rows.countAdministrators)) > 0) throw fail('LINK_INVALID');
    return found;
  }

  /** The rest of a link's use, in one transaction: two who use it at once make one person. */
  function admit(found: Invitation, name: string, password: string, recovery: Buffer): Promise<PrincipalId> {
    return change(found.tenant, async (sql, emit) => {
      const now = clock();
      if (found.purpose === 'setup') {
        await rows.lockSetup(sql);
        if ((await rows.countAdministrators(sql)) > 0) throw fail('LINK_INVALID');
      }
      if (!(await rows.useInvitation(sql, found.id, now))) throw fail('LINK_INVALID');
      if (found.person !== null) {
        await rows.setPassword(sql, found.person, password, recovery, now);
        // Whoever is let in anew has lost more than the password.
        await rows.deleteFactors(sql, found.person);
        await endThem(sql, found.tenant, { person: found.person });
        await emit({
          type: 'person.password_changed',
          actor: found.person,
          target: { kind: 'person', id: found.person, name },
          detail: { by: 'link' },
        });
        return found.person;
      }
      const id = newId('prn', now) as PrincipalId;
      if (!(await insertPrincipal(sql, found.tenant, { id, kind: 'user', name }, now)))
        throw fail('PERSON_NAME', { say: 'This name is taken.' });
      await rows.insertPerson(sql, found.tenant, { id, role: found.role, password, recovery }, now);
      await emit({
        type: 'person.created',
        actor: id,
        target: { kind: 'person', id, name },
        detail: { role: found.role, purpose: found.purpose },
      });
      return id;
    });
  }

  /** Ends sessions, and what was given in them; other applications hear of it after the commit. */
  async function endThem(
    sql: Sql,
    tenant: TenantId,
    which: Parameters<typeof rows.endSessions>[1],
  ): Promise<{ id: string; person: string }[]> {
    const ended = await rows.endSessions(sql, which, clock());
    await endWithSessions(sql, tenant, ended, clock());
    signedOut.set(sql, [...(signedOut.get(sql) ?? []), ...ended.map((session) => session.person)]);
    return ended;
  }

  /** The last administrator stays one: nobody else could make another but by the machine. */
  async function keepOne(sql: Parameters<typeof rows.countAdministrators>[0], role: Role): Promise<void> {
    await rows.lockSetup(sql);
    if (role === 'administrator' && (await rows.countAdministrators(sql)) < 2) throw fail('PERSON_LAST');
  }

  return {
    async setupLink() {
      if ((await store.tx(DEFAULT_TENANT, rows.countAdministrators)) > 0) return undefined;
      return insertLink(DEFAULT_TENANT, { purpose: 'setup', role: 'administrator', person: null }, 'system');
    },
    async invite(tenant, what, actor) {
      if ('role' in what)
        return insertLink(tenant, { purpose: 'invite', role: what.role, person: null, email: what.email?.toLowerCase() ?? null }, actor);
      const person = await credentials(tenant, { id: what.person });
      if (person === undefined) throw fail('PERSON_UNKNOWN');
      return insertLink(tenant, { purpose: 'reset', role: person.role, person: person.id }, actor);
    },
    async reset(tenant, id, actor) {
      const person = await credentials(tenant, { id });
      if (person === undefined) throw fail('PERSON_UNKNOWN');
      await change(tenant, async (sql, emit) => {
        await endThem(sql, tenant, { person: id });
        await emit({ type: 'admin.reset', actor, target: { kind: 'person', id, name: person.name } });
      });
      return insertLink(tenant, { purpose: 'reset', role: person.role, person: id }, actor);
    },
    invitation,
    async accept(token, given, from) {
      const found = await invitation(token);
      const name = found.name ?? checkedName(given.name ?? '');
      const recoveryCode = newRecoveryCode();
      const password = await sealPassword(given.password, name);
      const id = await admit(found, name, password, recoveryHash(recoveryCode));
      return { ...(await start(found.tenant, { id, name, role: found.role }, from)), recoveryCode };
    },
    factor,
    passkeys,
    async signInByPasskey(tenant, response, from) {
      // Nobody has said a name: what is guessed at from one address waits.
      const person = await guarded(tenant, `passkey from ${from.address}`, from, async () => {
        const id = await passkeys.answer(tenant, response);
        return id === undefined ? undefined : credentials(tenant, { id });
      });
      // A key in hardware or a phone, and the person shown to it: two factors in one (RFC 8176).
      return start(tenant, person, from, ['hwk', 'user', 'mfa']);
    },
    async signIn(tenant, name, password, from, code) {
      const { known, methods } = await guarded(tenant, name, from, async () => {
        const known = await credentials(tenant, { name });
        const same = known === undefined ? await pretendToCompare(password) : await isPassword(password, known.password);
        const methods = known !== undefined && same ? await methodsOf(tenant, known.id, code) : undefined;
        return known === undefined || methods === undefined ? undefined : { known, methods };
      });
      return start(tenant, known, from, methods);
    },
    async recover(tenant, name, code, password, from) {
      const person = await guarded(tenant, name, from, async () => {
        const known = await credentials(tenant, { name });
        // Both are hashes of 120 random bits: their comparison tells nothing that could be used.
        return known !== undefined && known.recovery.equals(recoveryHash(code)) ? known : undefined;
      });
      const recoveryCode = newRecoveryCode();
      const sealed = await sealPassword(password, person.name);
      await change(tenant, async (sql, emit) => {
        await rows.setPassword(sql, person.id, sealed, recoveryHash(recoveryCode), clock());
        await rows.deleteFactors(sql, person.id);
        await endThem(sql, tenant, { person: person.id });
        await emit({
          type: 'person.password_changed',
          actor: person.id,
          target: { kind: 'person', id: person.id, name: person.name },
          detail: { by: 'recovery code' },
        });
      });
      return { ...(await start(tenant, person, from)), recoveryCode };
    },
    async session(bearer, cookie) {
      const hash = sessionHash(bearer, cookie);
      if (hash === undefined) return undefined;
      const now = clock();
      const found = await store.system('identity: the session of a token', (sql) => rows.selectSession(sql, hash, now, now - IDLE_MS));
      if (found === undefined) return undefined;
      const { seen, ...session } = found;
      if (now - seen > SEEN_MS) await store.tx(session.tenant, (sql) => rows.touchSession(sql, session.id, now));
      return session;
    },
    async prove(session, password, from, code) {
      const methods = await guarded(session.tenant, session.name, from, async () => {
        const known = await credentials(session.tenant, { id: session.person });
        const same = known !== undefined && password.length <= MAX_PASSWORD && (await isPassword(password, known.password));
        return same ? methodsOf(session.tenant, session.person, code) : undefined;
      });
      await store.tx(session.tenant, (sql) => rows.proveSession(sql, session.id, clock(), methods));
    },
    endSession: (tenant, id, actor, by) =>
      change(tenant, async (sql, emit) => {
        const [ended] = await endThem(sql, tenant, { id });
        if (ended === undefined) throw fail('SESSION_UNKNOWN');
        const detail = { person: ended.person, ...(by === undefined ? {} : { by }) };
        await emit({ type: 'session.ended', actor, target: { kind: 'session', id }, detail });
      }),
    endAll: (tenant, person, actor) =>
      change(tenant, async (sql, emit) => {
        if ((await rows.selectCredentials(sql, { id: person })) === undefined) throw fail('PERSON_UNKNOWN');
        const ended = await endThem(sql, tenant, { person });
        const grants = await endGrants(sql, tenant, { person }, clock());
        await revoke(sql, tenant, person, clock());
        const detail = { sessions: ended.length, grants: grants.length };
        await emit({ type: 'person.signed_out', actor, target: { kind: 'person', id: person }, detail });
        return ended.length;
      }),
    sessions: (tenant) => store.tx(tenant, (sql) => rows.listSessions(sql, clock(), clock() - IDLE_MS)),
    list: (tenant) => store.tx(tenant, rows.listPeople),
    setRole: (tenant, id, role, actor) =>
      change(tenant, async (sql, emit) => {
        const person = await rows.selectCredentials(sql, { id });
        if (person === undefined) throw fail('PERSON_UNKNOWN');
        if (role !== 'administrator') await keepOne(sql, person.role);
        await rows.setRole(sql, id, role);
        await emit({
          type: 'person.role_changed',
          actor,
          target: { kind: 'person', id, name: person.name },
          detail: { from: person.role, to: role },
        });
      }),
    remove: (tenant, id, actor) =>
      change(tenant, async (sql, emit) => {
        const person = await rows.selectCredentials(sql, { id });
        if (person === undefined) throw fail('PERSON_UNKNOWN');
        await keepOne(sql, person.role);
        await rows.disablePerson(sql, id, clock());
        await endThem(sql, tenant, { person: id });
        await endGrants(sql, tenant, { person: id }, clock());
        await emit({ type: 'person.removed', actor, target: { kind: 'person', id, name: person.name }, detail: { role: person.role } });
      }),
  };
}

function checkedName(name: string): string {
  const trimmed = name.trim().normalize('NFC');
  if (trimmed === '' || trimmed.length > MAX_NAME || !trimmed.isWellFormed() || visible(trimmed) !== trimmed)
    throw fail('PERSON_NAME', { say: `It needs 1 to ${MAX_NAME} printable characters.` });
  return trimmed;
}
