import { createPrivateKey, generateKeyPair, type webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { DEFAULT_TENANT, type Clock, type JsonObject } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import type { Keyring } from '../../keyring/service.ts';
import type { Store } from '../../store/service.ts';
import { jwkThumbprint } from '../access/proof.ts';
import type { SigningKeyRecord } from '../access/snapshot.ts';
import { insertSigningKey } from './store.ts';

const generate = promisify(generateKeyPair);

/** A new key is published for this long before it signs: whoever keeps our key set has read it anew by then. */
const PUBLISHED_FIRST_MS = 15 * 60_000;
/** The old one stays for this long after the new one signs: the longest life of a token that it signed (an ID token's hour), and clocks that differ. */
const KEPT_MS = 70 * 60_000;
/** Keys are changed this often without being asked. */
const ROTATE_MS = 90 * 86_400_000;
const PURPOSE = 'oidc signing key';

export type Signing = {
  /** Makes the first key, or the next one when it is time; answers whether there is a new one. */
  keep(known: readonly SigningKeyRecord[]): Promise<boolean>;
  /** Makes the next key. `now`: the others are out of force at once, and every token that they signed with them. Answers its id. */
  rotate(actor: string, now: boolean): Promise<string>;
  /** The private halves, as the library takes them: the one that signs at `now` first. */
  open(known: readonly SigningKeyRecord[], now: number): Promise<JsonObject[]>;
};

/** The keys that sign tokens: made here, sealed by the keyring, published before they sign and after. */
export function createSigning(store: Store, deps: { readonly keyring: Keyring; readonly change: Change; readonly clock: Clock }): Signing {
  const opened = new Map<string, JsonObject>();

  async function make(actor: string, active: number, retireOthers: number): Promise<string> {
    const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2048 });
    const jwk = publicKey.export({ format: 'jwk' });
    const id = jwkThumbprint(jwk) as string;
    const published: JsonObject = { ...(jwk as unknown as JsonObject), kid: id, use: 'sig', alg: 'RS256' };
    const sealed = await deps.keyring.seal(DEFAULT_TENANT, PURPOSE, id, privateKey.export({ format: 'der', type: 'pkcs8' }));
    await store.system('identity: a new signing key', (sql) =>
      insertSigningKey(sql, { id, jwk: published, sealed, active }, retireOthers, deps.clock()),
    );
    await deps.change(DEFAULT_TENANT, (_sql, emit) =>
      emit({ type: 'signing_key.created', actor, target: { kind: 'signing_key', id }, detail: { active } }),
    );
    return id;
  }

  return {
    async keep(known) {
      const now = deps.clock();
      const newest = known[0];
      if (newest !== undefined && now - newest.active < ROTATE_MS) return false;
      if (newest === undefined) await make('system', now, now + KEPT_MS);
      else await make('system', now + PUBLISHED_FIRST_MS, now + PUBLISHED_FIRST_MS + KEPT_MS);
      return true;
    },
    rotate(actor, at) {
      const now = deps.clock();
      return at ? make(actor, now, now) : make(actor, now + PUBLISHED_FIRST_MS, now + PUBLISHED_FIRST_MS + KEPT_MS);
    },
    async open(known, now) {
      // Newest first: the first that is active signs. One that is not yet goes last, so that it is published and never chosen.
      const order = [...known.filter((key) => key.active <= now), ...known.filter((key) => key.active > now)];
      const keys: JsonObject[] = [];
      for (const { id, jwk, sealed } of order) {
        let half = opened.get(id);
        if (half === undefined) {
          const der = await deps.keyring.open(DEFAULT_TENANT, PURPOSE, id, sealed);
          const secret: webcrypto.JsonWebKey = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' }).export({
            format: 'jwk',
          });
          half = { ...jwk, ...(secret as unknown as JsonObject) };
          opened.set(id, half);
        }
        keys.push(half);
      }
      return keys;
    },
  };
}
