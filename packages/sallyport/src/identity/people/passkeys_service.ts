import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { reasonOf, visible, type Clock, type Json, type TenantId } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import type { Store } from '../../store/service.ts';
import { fail } from '../errors.ts';
import * as rows from './store.ts';
import type { ListedPasskey } from './store.ts';

/** A challenge is answered by a touch. */
const CHALLENGE_MS = 5 * 60_000;
/** COSE algorithms: ES256, EdDSA, RS256. */
const ALGORITHMS = [-7, -8, -257];
const MAX_PASSKEYS = 20;

/** Passkeys (WebAuthn level 3): keys in the device or phone of a person, bound to the address of this console, each use with a touch or a look. */
export type Passkeys = {
  /** What `navigator.credentials.create` is called with. Rejects PASSKEY_UNAVAILABLE, PASSKEY_REFUSED. */
  begin(tenant: TenantId, person: { readonly id: string; readonly name: string }): Promise<Json>;
  /** Rejects PASSKEY_REFUSED. */
  add(tenant: TenantId, person: string, name: string, response: unknown): Promise<void>;
  list(tenant: TenantId, person: string): Promise<ListedPasskey[]>;
  /** Rejects PASSKEY_UNKNOWN. */
  remove(tenant: TenantId, person: string, id: string): Promise<void>;
  /** What `navigator.credentials.get` is called with: the same for everybody, so that it tells nothing about who there is. */
  ask(tenant: TenantId): Promise<Json>;
  /** Whose passkey has answered; undefined when it is nobody's or does not hold. */
  answer(tenant: TenantId, response: unknown): Promise<string | undefined>;
};

export function createPasskeys(
  store: Store,
  deps: { readonly change: Change; readonly clock: Clock; /** The console's own address. */ readonly origin: () => string | undefined },
): Passkeys {
  const { clock } = deps;

  function place(): { origin: string; id: string } {
    const origin = deps.origin();
    if (origin === undefined) throw fail('PASSKEY_UNAVAILABLE');
    return { origin, id: new URL(origin).hostname };
  }

  const remember = (tenant: TenantId, challenge: string, person: string | null): Promise<void> =>
    store.tx(tenant, (sql) => rows.insertChallenge(sql, tenant, { challenge, person, expires: clock() + CHALLENGE_MS }, clock()));
  const take =
    (tenant: TenantId, person: string | null) =>
    (challenge: string): Promise<boolean> =>
      store.tx(tenant, (sql) => rows.takeChallenge(sql, challenge, person, clock()));

  return {
    async begin(tenant, person) {
      const { id: rpID } = place();
      const { generateRegistrationOptions } = await import('@simplewebauthn/server');
      const known = await store.tx(tenant, (sql) => rows.listPasskeys(sql, person.id));
      if (known.length >= MAX_PASSKEYS) throw fail('PASSKEY_REFUSED', { say: 'Remove one first.' });
      const options = await generateRegistrationOptions({
        ...{ rpName: 'Sallyport', rpID, userName: person.name, userID: new Uint8Array(Buffer.from(person.id)), attestationType: 'none' },
        excludeCredentials: known.map(({ id }) => ({ id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: ALGORITHMS,
      });
      await remember(tenant, options.challenge, person.id);
      return JSON.parse(JSON.stringify(options)) as Json;
    },
    async add(tenant, person, name, response) {
      const { origin, id: rpID } = place();
      const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
      const checked = await verifyRegistrationResponse({
        response: response as RegistrationResponseJSON,
        expectedChallenge: take(tenant, person),
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      }).catch((error: unknown) => {
        throw fail('PASSKEY_REFUSED', { detail: reasonOf(error), cause: error });
      });
      if (!checked.verified) throw fail('PASSKEY_REFUSED');
      const { id, publicKey, counter } = checked.registrationInfo.credential;
      await deps.change(tenant, async (sql, emit) => {
        const shown = visible(name.slice(0, 60).toWellFormed());
        if (!(await rows.insertPasskey(sql, tenant, { id, person, name: shown, publicKey, counter }, clock())))
          throw fail('PASSKEY_REFUSED');
        await emit({ type: 'person.factor_added', actor: person, target: { kind: 'person', id: person }, detail: { factor: 'passkey' } });
      });
    },
    list: (tenant, person) => store.tx(tenant, (sql) => rows.listPasskeys(sql, person)),
    remove: (tenant, person, id) =>
      deps.change(tenant, async (sql, emit) => {
        if (!(await rows.deletePasskeys(sql, person, id))) throw fail('PASSKEY_UNKNOWN');
        await emit({ type: 'person.factor_removed', actor: person, target: { kind: 'person', id: person }, detail: { factor: 'passkey' } });
      }),
    async ask(tenant) {
      const { id: rpID } = place();
      const { generateAuthenticationOptions } = await import('@simplewebauthn/server');
      const options = await generateAuthenticationOptions({ rpID, userVerification: 'required' });
      await remember(tenant, options.challenge, null);
      return JSON.parse(JSON.stringify(options)) as Json;
    },
    async answer(tenant, given) {
      const { origin, id: rpID } = place();
      const { id } = given as { id?: unknown };
      if (typeof id !== 'string') return undefined;
      const response = given as AuthenticationResponseJSON;
      const known = await store.tx(tenant, (sql) => rows.selectPasskey(sql, id));
      if (known === undefined) return undefined;
      const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
      const checked = await verifyAuthenticationResponse({
        ...{ response, expectedChallenge: take(tenant, null), expectedOrigin: origin, expectedRPID: rpID, requireUserVerification: true },
        credential: { id: known.id, publicKey: new Uint8Array(known.public_key), counter: known.counter },
      }).catch(() => undefined);
      if (checked?.verified !== true) return undefined;
      await store.tx(tenant, (sql) => rows.usePasskey(sql, known.id, checked.authenticationInfo.newCounter, clock()));
      return known.person;
    },
  };
}
