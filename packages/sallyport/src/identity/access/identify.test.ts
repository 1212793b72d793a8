import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import type { PrincipalId, TenantId } from '../../kernel/index.ts';
import type { AgentRecord } from '../agents/agent.ts';
import { CLOCK_SKEW, resourcePath, type VerifiedTokens } from './access_token.ts';
import { identifyToken, type Identified, type Presented } from './identify.ts';
import { KnownTokens } from './known_tokens.ts';
import { comesFrom } from './principal.ts';
import { jwkThumbprint } from './proof.ts';
import { SeenProofs } from './seen_proofs.ts';
import { EMPTY, revocationKey, type Snapshot } from './snapshot.ts';

const NOW = 1_800_000_000_000;
const SECONDS = NOW / 1_000;
const ANNA = 'anna' as TenantId;
const place = { issuer: 'http://localhost:8101/oidc', resource: 'http://localhost:8100' };
const server = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const holder = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = holder.publicKey.export({ format: 'jwk' });
const jkt = jwkThumbprint(jwk) as string;

const agent = (id: string, more: Partial<AgentRecord> = {}): AgentRecord => ({
  ...{
    id: id as PrincipalId,
    tenant: ANNA,
    name: id,
    owner: null,
    scopes: ['models', 'fga:read'],
    models: [],
    tools: [],
    hosts: [],
    networks: [],
  },
  ...{ actsFor: 'anybody', dpop: false, expires: null, jwks: [], workloads: [], ...more },
});
const snapshot: Snapshot = {
  ...EMPTY,
  tenants: [ANNA],
  people: new Map([['prn_p', { id: 'prn_p' as PrincipalId, tenant: ANNA, name: 'Anna', role: 'operator' }]]),
  agents: new Map(['prn_a', 'prn_b', 'prn_c', 'prn_d'].map((id) => [id, agent(id, id === 'prn_b' ? { networks: ['10.0.0.0/8'] } : {})])),
  verification: new Map([['k1', server.publicKey]]),
};

const claims = {
  ...{
    iss: place.issuer,
    sub: 'prn_p',
    aud: place.resource,
    client_id: 'app_1',
    scope: 'models fga:read fga:write',
    jti: 'j1',
    tenant: ANNA,
  },
  ...{ iat: SECONDS - 10, exp: SECONDS + 290, gid: 'g1' },
};
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function jws(header: object, payload: object, key: KeyObject = server.privateKey, digest: string | null = 'sha256'): string {
  const signed = `${part(header)}.${part(payload)}`;
  return `${signed}.${sign(digest, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}
const token = (more: object = {}, header: object = {}): string =>
  jws({ alg: 'RS256', typ: 'at+jwt', kid: 'k1', ...header }, { ...claims, ...more });

function use(text: string, more: Partial<Presented> = {}, at: Partial<Snapshot> = {}, seen = new SeenProofs(250_000)): Identified {
  const presented: Presented = {
    ...{ scheme: 'bearer', token: text, proof: undefined, method: 'POST', path: '/v1/chat/completions', address: '127.0.0.1', ...more },
  };
  return identifyToken(presented, place, { ...snapshot, ...at }, { seen, known: new KnownTokens() }, NOW);
}
const sayOf = (found: Identified): string => (found.ok ? 'accepted' : (found.say ?? ''));

describe('access tokens', () => {
  it('are good for what their holder may do now', () => {
    const found = use(token());
    assert.ok(found.ok);
    // The token has fga:write; an operator has not.
    assert.deepEqual([...found.key.permissions], ['fga:read']);
    assert.deepEqual([found.key.principal, found.key.principalKind, found.key.useModels], ['prn_p', 'user', true]);
    const acted = use(token({ act: { sub: 'prn_a', act: { sub: 'prn_c' } }, scope: 'models inspect' }));
    assert.ok(acted.ok);
    assert.deepEqual([acted.key.actors, [...acted.key.permissions]], [['prn_a', 'prn_c'], []]);
  });

  const [head, body, tail] = token().split('.') as [string, string, string];
  const secret = server.publicKey.export({ format: 'pem', type: 'spki' });
  const confused = `${part({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })}.${body}`;
  const nested = (depth: number): object => (depth === 0 ? { sub: 'prn_a' } : { sub: 'prn_a', act: nested(depth - 1) });
  const cases: [string, string, RegExp][] = [
    ['signed by another key', jws({ alg: 'RS256', typ: 'at+jwt', kid: 'k1' }, claims, other.privateKey), /signature/],
    [
      'with a key of its own',
      jws({ alg: 'RS256', typ: 'at+jwt', kid: 'k1', jwk: other.publicKey.export({ format: 'jwk' }) }, claims, other.privateKey),
      /signature/,
    ],
    ['of an unknown key', token({}, { kid: 'k2' }), /signing key/],
    ['without a signature', `${part({ alg: 'none', typ: 'at+jwt', kid: 'k1' })}.${body}.`, /not a token/],
    ['that says none', `${part({ alg: 'none', typ: 'at+jwt', kid: 'k1' })}.${body}.${tail}`, /signature/],
    [
      'with the public key as a shared secret',
      `${confused}.${createHmac('sha256', secret).update(confused).digest('base64url')}`,
      /signature/,
    ],
    [
      'of another algorithm with the same key',
      jws({ alg: 'RS512', typ: 'at+jwt', kid: 'k1' }, claims, server.privateKey, 'sha512'),
      /signature/,
    ],
    ['with another body', `${head}.${part({ ...claims, sub: 'prn_x' })}.${tail}`, /signature/],
    ['that is an ID token', token({}, { typ: 'JWT' }), /not an access token/],
    ['with a critical header', token({}, { crit: ['b64'], b64: false }), /not an access token/],
    ['of another issuer', token({ iss: 'http://localhost:9/oidc' }), /another issuer/],
    ['for another place', token({ aud: 'https://elsewhere.example' }), /another place/],
    ['for a place with the same beginning', token({ aud: 'http://localhost:81000' }), /another place/],
    ['for another part', token({ aud: `${place.resource}/mcp/mail` }), /another place/],
    ['for several places', token({ aud: [place.resource] }), /lacks a claim/],
    ['that has expired', token({ exp: SECONDS }), /expired 0 seconds ago/],
    ['that expired an hour ago', token({ iat: SECONDS - 3_900, exp: SECONDS - 3_600 }), /expired 60 minutes ago/],
    ['from an hour ahead', token({ iat: SECONDS + 3_600, exp: SECONDS + 3_900 }), /60 minutes ahead of this clock/],
    ['of nobody', token({ sub: 'prn_x' }), /subject is not in force/],
    ['of another tenant', token({ tenant: 'bert' }), /subject is not in force/],
    ['by an agent that is not', token({ act: { sub: 'prn_x' } }), /agent that acts/],
    ['by an agent from elsewhere', token({ act: { sub: 'prn_b' } }), /from this address/],
    ['with a longer chain', token({ act: nested(3) }), /lacks a claim/],
    ['bound to something else', token({ cnf: { 'x5t#S256': 'x' } }), /lacks a claim/],
    ['cut short', `${head}.${body}`, /not a token/],
    ['with a fourth part', `${token()}.x`, /not a token/],
    ['too long', `eyJ${'a'.repeat(9_000)}.${body}.${tail}`, /not a token/],
    ['with a lone surrogate', jws({ alg: 'RS256', typ: 'at+jwt', kid: 'k1' }, { ...claims, sub: '\ud800' }), /subject is not in force/],
  ];
  for (const [name, text, expected] of cases) it(`are refused: ${name}`, () => assert.match(sayOf(use(text)), expected));

  it('allow for clocks that differ by two minutes, and no more', () => {
    assert.equal(sayOf(use(token({ iat: SECONDS + 120, exp: SECONDS + 420 }))), 'accepted');
    assert.match(sayOf(use(token({ iat: SECONDS + CLOCK_SKEW + 1, exp: SECONDS + 420 }))), /future/);
  });

  it('are refused when any of what they come from is revoked, and good again when issued later', () => {
    const acted = token({ act: { sub: 'prn_a' } });
    for (const handle of ['j1', 'g1', 'app_1', 'prn_p', 'prn_a']) {
      const revocations = new Map([[revocationKey(ANNA, handle), NOW - 5_000]]);
      assert.match(sayOf(use(acted, {}, { revocations })), /revoked/, handle);
      assert.equal(sayOf(use(token({ act: { sub: 'prn_a' }, iat: SECONDS - 4 }), {}, { revocations })), 'accepted', handle);
      assert.equal(sayOf(use(acted, {}, { revocations: new Map([[revocationKey('bert', handle), NOW]]) })), 'accepted');
    }
  });

  it('are for whole segments of a path', () => {
    for (const [path, expected] of [
      ['', ''],
      ['/', ''],
      ['/mcp/mail', '/mcp/mail'],
      ['/mcp/mail/', '/mcp/mail'],
      ['/../x', undefined],
      ['/a//b', undefined],
      ['/a?b', undefined],
      ['/a%2fb', undefined],
      ['.evil.example', undefined],
      ['@evil.example/', undefined],
    ] as const)
      assert.equal(resourcePath(`${place.resource}${path}`, place.resource), expected, path);
    assert.equal(sayOf(use(token({ aud: `${place.resource}/v1` }))), 'accepted');
    assert.match(sayOf(use(token({ aud: `${place.resource}/v` }))), /another place/);
  });
});

describe('proofs of a key', () => {
  const bound = token({ cnf: { jkt } });
  const proof = (more: object = {}, header: object = {}, key: KeyObject = holder.privateKey): string =>
    jws(
      { alg: 'ES256', typ: 'dpop+jwt', jwk, ...header },
      {
        ...{ htm: 'POST', htu: `${place.resource}/v1/chat/completions`, iat: SECONDS, jti: String(Math.random()) },
        ath: hash('sha256', bound, 'base64url'),
        ...more,
      },
      key,
    );
  const prove = (text: string | undefined, seen?: SeenProofs): string => sayOf(use(bound, { scheme: 'dpop', proof: text }, {}, seen));
  const thief = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  it('let a bound token through, once each', () => {
    const seen = new SeenProofs(250_000);
    const one = proof();
    assert.equal(prove(one, seen), 'accepted');
    assert.match(prove(one, seen), /used before/);
    assert.equal(prove(proof(), seen), 'accepted');
    assert.equal(prove(proof({ htu: `${place.resource}/v1/chat/completions?a=b#c` }), seen), 'accepted');
  });

  const cases: [string, string | undefined, RegExp][] = [
    ['none', undefined, /missing/],
    ['by another key', proof({}, { jwk: thief.publicKey.export({ format: 'jwk' }) }, thief.privateKey), /another key/],
    ['with the right key named and another used', proof({}, {}, thief.privateKey), /signature/],
    ['with the private key inside', proof({}, { jwk: holder.privateKey.export({ format: 'jwk' }) }), /no public key/],
    ['with a shared secret', proof({}, { jwk: { kty: 'oct', k: 'AAAA' } }), /no public key/],
    ['that says none', proof({}, { alg: 'none' }), /signature/],
    ['of another algorithm', proof({}, { alg: 'RS256' }), /signature/],
    ['that is a token', proof({}, { typ: 'JWT' }), /something else/],
    ['for another method', proof({ htm: 'GET' }), /another method/],
    ['for another path', proof({ htu: `${place.resource}/v1/models` }), /another address/],
    ['for another host', proof({ htu: 'https://evil.example/v1/chat/completions' }), /another address/],
    ['with credentials in its address', proof({ htu: 'http://a@localhost:8100/v1/chat/completions' }), /another address/],
    ['for another token', proof({ ath: hash('sha256', 'x', 'base64url') }), /another token/],
    ['without the token', proof({ ath: undefined }), /another token/],
    ['without an id', proof({ jti: undefined }), /lacks/],
    ['an hour old', proof({ iat: SECONDS - 3_600 }), /60 minutes behind this clock/],
    ['an hour ahead', proof({ iat: SECONDS + 3_600 }), /60 minutes ahead of this clock/],
    ['that is no JWT', 'x', /cannot be read/],
  ];
  for (const [name, text, expected] of cases) it(`are refused: ${name}`, () => assert.match(prove(text), expected));

  it('allow for clocks that differ by two minutes', () => {
    for (const off of [-120, 120]) assert.equal(prove(proof({ iat: SECONDS + off })), 'accepted');
  });

  it('are asked for by bound tokens only', () => {
    assert.match(sayOf(use(bound)), /bound to a key/);
    assert.match(sayOf(use(token(), { scheme: 'dpop', proof: proof() })), /not bound/);
  });

  it('are remembered for as long as they could come again', () => {
    const seen = new SeenProofs(1_000);
    assert.match(seen.first('a', 0) ?? '', /^[\w-]{22}$/);
    for (const now of [999, 1_500, 1_999]) assert.equal(seen.first('a', now), undefined);
    assert.match(seen.first('a', 5_000) ?? '', /^[\w-]{22}$/);
  });
});

it('networks of an agent, with IPv4 inside IPv6', () => {
  assert.equal(comesFrom(['10.0.0.0/8'], '::ffff:10.1.2.3'), true);
  assert.equal(comesFrom(['10.0.0.0/8', '2001:db8::/32'], '2001:db8::1'), true);
  assert.equal(comesFrom(['10.0.0.0/8'], '11.0.0.1'), false);
  assert.equal(comesFrom(['10.0.0.0/8'], 'not an address'), false);
  assert.equal(comesFrom([], 'not an address'), true);
});

describe('a token that was verified before', () => {
  const known: VerifiedTokens = new KnownTokens();
  const again = (text: string, at: Partial<Snapshot> = {}, now = NOW, to: Partial<Presented> = {}): string =>
    sayOf(
      identifyToken(
        { ...{ scheme: 'bearer', token: text, proof: undefined, method: 'POST', path: '/v1/models', address: '' }, ...to },
        place,
        { ...snapshot, ...at },
        { seen: new SeenProofs(250_000), known },
        now,
      ),
    );

  it('is looked at anew for all that may have changed since', () => {
    const text = token();
    assert.equal(again(text), 'accepted');
    assert.equal(again(text), 'accepted');
    assert.match(again(text, { verification: new Map() }), /signing key/);
    assert.match(again(text, { revocations: new Map([[revocationKey(ANNA, 'j1'), NOW]]) }), /revoked/);
    assert.match(again(text, { people: new Map() }), /subject/);
    assert.match(again(text, {}, NOW + 400_000), /expired/);
    assert.match(again(text, {}, NOW, { scheme: 'dpop' }), /not bound/);
    assert.match(again(`${text}x`), /signature/);
    assert.match(again(text.slice(0, -1)), /signature/);
  });
});
