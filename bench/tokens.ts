import { generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto';
import { cpus } from 'node:os';
import { identifyToken, type Presented, type Remembered } from '../packages/sallyport/src/identity/access/identify.ts';
import { KnownTokens } from '../packages/sallyport/src/identity/access/known_tokens.ts';
import { jwkThumbprint } from '../packages/sallyport/src/identity/access/proof.ts';
import { SeenProofs } from '../packages/sallyport/src/identity/access/seen_proofs.ts';
import { EMPTY, type Snapshot } from '../packages/sallyport/src/identity/access/snapshot.ts';
import { ROLES } from '../packages/sallyport/src/identity/people/person.ts';
import type { PrincipalId, TenantId } from '../packages/sallyport/src/kernel/index.ts';
import * as kit from '../packages/sallyport/test/kit/oauth.ts';
import { ephemeralPostgres } from '../packages/sallyport/test/kit/postgres.ts';
import { startSallyport } from '../packages/sallyport/test/kit/sallyport.ts';
import * as oauth from 'openid-client';
import { processorTime } from './processor_time.ts';

// What tokens cost: `node bench/tokens.ts` checks them in process as the gateway does; `--exchange` asks a running gate over PostgreSQL for exchanges.

const TENANT = 'default' as TenantId;
const place = { issuer: 'http://localhost:8101/oidc', resource: 'http://localhost:8100' };

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function jws(header: object, payload: object, key: KeyObject): string {
  const signed = `${part(header)}.${part(payload)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** Microseconds of each call: median and 99th percentile of `count` calls that were not made before. */
function measure(name: string, made: readonly (() => { readonly ok: boolean })[]): void {
  const times: number[] = [];
  for (const call of made) {
    const started = performance.now();
    if (!call().ok) throw new Error(`${name}: refused`);
    times.push((performance.now() - started) * 1_000);
  }
  const kept = times.slice(times.length >> 2).sort((a, b) => a - b);
  const at = (share: number): string => (kept[Math.floor(kept.length * share)] ?? 0).toFixed(1);
  const mean = kept.reduce((sum, one) => sum + one, 0) / kept.length;
  console.log(`${name}: mean ${mean.toFixed(1)} us, median ${at(0.5)} us, p99 ${at(0.99)} us (${kept.length} calls)`);
}

function check(): void {
  const server = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const holder = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = holder.publicKey.export({ format: 'jwk' });
  const now = Date.now();
  const seconds = Math.floor(now / 1_000);
  const snapshot: Snapshot = {
    ...EMPTY,
    tenants: [TENANT],
    people: new Map([['prn_p', { id: 'prn_p' as PrincipalId, tenant: TENANT, name: 'p', role: 'operator', permissions: ROLES.operator }]]),
    verification: new Map([['k1', server.publicKey]]),
  };
  const memory = (): Remembered => ({ seen: new SeenProofs(250_000), known: new KnownTokens() });
  const claims = {
    ...{ iss: place.issuer, sub: 'prn_p', aud: place.resource, client_id: 'app_1', scope: 'models fga:read', tenant: TENANT },
    ...{ iat: seconds, exp: seconds + 300, gid: 'g1' },
  };
  const token = (i: number, more: object = {}): string =>
    jws({ alg: 'RS256', typ: 'at+jwt', kid: 'k1' }, { ...claims, jti: `j${i}`, ...more }, server.privateKey);
  const presented = (text: string, more: Partial<Presented> = {}): Presented => ({
    ...{ scheme: 'bearer', token: text, proof: undefined, method: 'POST', path: '/v1/chat/completions', address: '127.0.0.1' },
    ...more,
  });
  const tokens = Array.from({ length: 2_000 }, (_, i) => presented(token(i)));
  const all = memory();
  const checked = (one: Presented, with_: Remembered) => (): { readonly ok: boolean } => identifyToken(one, place, snapshot, with_, now);
  measure(
    'bearer token, each new (bar 60)',
    tokens.map((one) => checked(one, all)),
  );
  measure(
    'bearer token, seen before',
    tokens.map((one) => checked({ ...one, token: Buffer.from(one.token).toString() }, all)),
  );
  const proofOf = (bound: string, i: number): Presented => {
    const payload = {
      ...{ htm: 'POST', htu: `${place.resource}/v1/chat/completions`, iat: seconds, jti: `p${i}` },
      ath: hash('sha256', bound, 'base64url'),
    };
    return presented(bound, { scheme: 'dpop', proof: jws({ alg: 'ES256', typ: 'dpop+jwt', jwk }, payload, holder.privateKey) });
  };
  const cnf = { jkt: jwkThumbprint(jwk) };
  const fresh = memory();
  measure(
    'bound token with its proof, each new (bar 200)',
    Array.from({ length: 4_000 }, (_, i) => checked(proofOf(token(i, { cnf }), i), fresh)),
  );
  const one = token(0, { cnf });
  const again = memory();
  measure(
    'bound token seen before, each proof new',
    Array.from({ length: 4_000 }, (_, i) => checked(proofOf(one, i), again)),
  );
}

/** Exchanges a second of one process, each with the agent's own signed assertion, `lanes` at once. */
async function exchange(lanes: number, total: number): Promise<void> {
  const postgres = await ephemeralPostgres();
  if (postgres === undefined) throw new Error('no PostgreSQL');
  const gate = await startSallyport({ config: `store: { url: "${postgres.url}" }` });
  try {
    const root = await kit.setUp(gate);
    const agent = await kit.newAgent(gate, root, { actsFor: 'anybody' });
    const person = await oauth.clientCredentialsGrant((await kit.newAgent(gate, root)).config, { scope: 'models' });
    const type = 'urn:ietf:params:oauth:token-type:access_token';
    const once = async (): Promise<void> => {
      await oauth.genericGrantRequest(agent.config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
        ...{ subject_token: person.access_token, subject_token_type: type },
      });
    };
    for (let i = 0; i < 50; i++) await once();
    const before = processorTime(gate.pid);
    const started = performance.now();
    let left = total;
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        while (left-- > 0) await once();
      }),
    );
    const wall = (performance.now() - started) / 1_000;
    const cpu = processorTime(gate.pid) - before;
    console.log(
      `exchanges: ${(total / wall).toFixed(0)} a second by the clock, ${(total / cpu).toFixed(0)} a second of one core of the gate (bar 250); ${lanes} at once, ${cpus().length} cores shared with the client`,
    );
  } finally {
    await gate.remove();
    await postgres.stop();
  }
}

if (process.argv.includes('--exchange')) await exchange(8, 2_000);
else check();
