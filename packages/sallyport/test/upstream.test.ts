import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TenantId } from '../src/kernel/index.ts';
import { startIdentityProvider, type Account, type Claims, type IdentityProvider } from './kit/identity_provider.ts';
import { call, join, PASSWORD, useLink, type Said, type SignedIn } from './kit/oauth.ts';
import { openPlace, type Place } from './kit/place.ts';

// Signing in at another organisation's OpenID provider, a real one on a socket; and what an attacker, or a provider that has gone bad, gets.

let place: Place;
let root: SignedIn;
let idp: IdentityProvider;
let other: IdentityProvider;
let [ours, theirs] = ['', ''];
before(async () => {
  const opened = await openPlace('pglite');
  assert.ok(opened !== undefined);
  place = opened;
  const token = await place.app.people.setupLink();
  root = await useLink(place, token ?? '', 'root');
  [idp, other] = await Promise.all([startIdentityProvider(), startIdentityProvider()]);
  ours = await add(idp, 'House');
  theirs = await add(other, 'Other');
});
after(async () => {
  await place?.stop();
  await idp?.close();
  await other?.close();
});

async function add(at: IdentityProvider, name: string, more: object = {}): Promise<string> {
  at.allow('http://localhost/unused');
  const given = { name, issuer: at.issuer, clientId: at.client.id, clientSecret: at.client.secret, ...more };
  const added = await call(place, 'POST', '/api/sign-in-providers', given, root);
  assert.equal(added.status, 201, JSON.stringify(added.json));
  at.allow(`${place.console}/sign-in/${added.json.id}`);
  return added.json.id;
}

/** Time passes, and the administrator has proved the password again. */
async function advance(minutes: number): Promise<void> {
  place.advance(minutes * 60_000);
  assert.equal((await call(place, 'POST', '/api/session/proof', { password: PASSWORD }, root)).status, 200);
}

const invite = (email: string, role = 'viewer'): Promise<Said> => call(place, 'POST', '/api/people/invitations', { role, email }, root);
const begin = async (provider = ours): Promise<{ url: string; proof: string }> =>
  (await call(place, 'POST', '/api/session/provider', { provider })).json;
type Back = Record<string, string>;
/** Visits the provider and answers what the browser brings back. */
async function visit(begun: { url: string; proof: string }, provider = ours, at = idp): Promise<Back> {
  const back = await at.visit(begun.url);
  assert.equal(back.href.split('?', 1)[0], `${place.console}/sign-in/${provider}`);
  return { ...Object.fromEntries(back.searchParams), provider, proof: begun.proof };
}
const finish = (back: Back): Promise<Said> => call(place, 'POST', '/api/session/provider/answer', back);
async function come(account: Account, change: (back: Back) => Back = (back) => back): Promise<Said> {
  idp.account = account;
  return finish(change(await visit(await begin())));
}
const codeOf = ({ json }: Said): string => json.error?.code ?? 'accepted';
const people = async (): Promise<{ name: string; role: string }[]> =>
  (await call(place, 'GET', '/api/people', undefined, root)).json.people;

describe('signing in at an OpenID provider', () => {
  it('makes who was invited by a verified address a person, and knows the account by its subject from then on', async () => {
    assert.deepEqual(
      (await call(place, 'GET', '/api/session/providers')).json.providers.map(({ name }: { name: string }) => name),
      ['House', 'Other'],
    );
    await invite('Anna@House.example', 'operator');
    const anna = { sub: 'anna-1', email: 'anna@house.example', email_verified: true, name: 'Anna of House' };
    const first = await come(anna);
    assert.equal(first.status, 201, JSON.stringify(first.json));
    assert.deepEqual([first.json.session.name, first.json.session.role], ['Anna of House', 'operator']);
    // Another address, or none, changes nothing: the account is who it was.
    const again = await come({ sub: 'anna-1' });
    assert.equal(again.json.session.name, 'Anna of House');
    const session = { id: '', bearer: again.json.bearer as string, cookie: again.cookie?.split(';')[0] ?? '' };
    const me = await call(place, 'GET', '/api/session', undefined, session);
    assert.deepEqual(me.json.session.methods.slice(0, 1), ['fed']);
    assert.equal((await call(place, 'GET', '/api/session/accounts', undefined, session)).json.accounts[0].shown, 'anna@house.example');
    assert.equal(codeOf(await call(place, 'POST', '/api/session', { name: 'Anna of House', password: PASSWORD })), 'SIGN_IN_REFUSED');
    const listed = await call(place, 'GET', '/api/sign-in-providers', undefined, root);
    assert.equal(JSON.stringify(listed.json).includes(idp.client.secret), false);
  });

  it('adds an account to who is signed in, takes it as a proof, and takes it away', async () => {
    const name = `bert ${Math.random()}`;
    const bert = await join(place, root, name, 'viewer');
    idp.account = { sub: 'bert-1', email: 'root@house.example', email_verified: true };
    const mine = async (purpose: string, who = bert): Promise<Said> => {
      const { json } = await call(place, 'POST', '/api/session/accounts/begin', { provider: ours, purpose }, bert);
      return call(place, 'POST', '/api/session/accounts', await visit(json), who);
    };
    assert.equal(codeOf(await mine('link', root)), 'UPSTREAM_FLOW', 'begun in another session');
    assert.equal((await mine('link')).json.done, 'link');
    assert.equal((await come(idp.account)).json.session.name, name);
    await advance(11);
    const stale = await call(place, 'POST', '/api/session/passkeys/begin', undefined, bert);
    assert.equal(codeOf(stale), 'CONTROL_NOT_FRESH');
    assert.equal(
      codeOf(await call(place, 'POST', '/api/session/accounts/begin', { provider: ours, purpose: 'link' }, bert)),
      'PROOF_STALE',
    );
    idp.account = { sub: 'anna-1' };
    assert.equal(codeOf(await mine('prove')), 'UPSTREAM_REFUSED', 'the account of somebody else');
    idp.account = { sub: 'bert-1' };
    // The provider's clock has not moved with ours: who was asked just now was asked too long ago.
    assert.equal(codeOf(await mine('prove')), 'UPSTREAM_REFUSED');
    idp.tamper = (claims, make) => make({ ...claims, auth_time: Math.floor(Date.now() / 1_000) + 11 * 60 });
    assert.equal((await mine('prove')).json.done, 'prove');
    idp.tamper = undefined;
    const [account] = (await call(place, 'GET', '/api/session/accounts', undefined, bert)).json.accounts;
    assert.equal((await call(place, 'DELETE', `/api/session/accounts/${account.id}`, undefined, bert)).status, 200);
    assert.equal(codeOf(await come({ sub: 'bert-1' })), 'UPSTREAM_NOBODY');
  });
});

describe('an attacker at the sign-in', () => {
  it('is nobody with an address that is not verified, was not invited, or is beyond what the provider may vouch for', async () => {
    await invite('carl@house.example');
    for (const [account, why] of [
      [{ sub: 'x1', email: 'carl@house.example', email_verified: false }, 'not verified'],
      [{ sub: 'x2', email: 'carl@house.example' }, 'not said to be verified'],
      [{ sub: 'x3', email: 'root@house.example', email_verified: true }, 'not invited'],
      [{ sub: 'x4', name: 'root' }, 'the name of a person'],
    ] as const)
      assert.equal(codeOf(await come(account)), 'UPSTREAM_NOBODY', why);
    const strict = await startIdentityProvider();
    try {
      const provider = await add(strict, 'Strict', { domains: ['strict.example'] });
      strict.account = { sub: 'y1', email: 'carl@house.example', email_verified: true };
      assert.equal(codeOf(await finish(await visit(await begin(provider), provider, strict))), 'UPSTREAM_NOBODY');
    } finally {
      await strict.close();
    }
    // An address that belongs to a person already gives nobody that person: only an invitation makes one, and another one.
    await invite('anna@house.example');
    const twin = await come({ sub: 'anna-2', email: 'anna@house.example', email_verified: true, name: 'Anna of House' });
    assert.notEqual(twin.json.session.name, 'Anna of House');
    assert.equal((await people()).filter(({ name }) => name === 'root').length, 1);
    // The invitation of an address is good once.
    assert.equal(codeOf(await come({ sub: 'anna-3', email: 'anna@house.example', email_verified: true })), 'UPSTREAM_NOBODY');
  });

  it('gets nothing by a state that was used, is not its own, has expired, or was made up', async () => {
    idp.account = { sub: 'anna-1' };
    const back = await visit(await begin());
    assert.equal(codeOf(await finish(back)), 'accepted');
    assert.equal(codeOf(await finish(back)), 'UPSTREAM_FLOW', 'replayed');
    const mine = await begin();
    assert.equal(codeOf(await finish({ ...(await visit(await begin())), proof: mine.proof })), 'UPSTREAM_FLOW', 'of another browser');
    assert.equal(codeOf(await finish({ ...(await visit(await begin())), state: 'A'.repeat(43) })), 'UPSTREAM_FLOW');
    const late = await visit(await begin());
    await advance(16);
    assert.equal(codeOf(await finish(late)), 'UPSTREAM_FLOW', 'late');
    const twice = await visit(await begin());
    const all = await Promise.all(Array.from({ length: 10 }, () => finish(twice)));
    assert.equal(all.filter(({ status }) => status === 201).length, 1);
    const stolen = await visit(await begin());
    const code = await come({ sub: 'anna-1' }, (own) => ({ ...own, code: stolen['code'] ?? '' }));
    assert.equal(codeOf(code), 'UPSTREAM_REFUSED', 'a code of another flow: PKCE');
  });

  it('cannot mix providers up', async () => {
    idp.account = { sub: 'anna-1' };
    other.account = { sub: 'anna-1' };
    // The answer of one, sent to the address of the other, and the other way round.
    assert.equal(codeOf(await come({ sub: 'anna-1' }, (back) => ({ ...back, provider: theirs }))), 'UPSTREAM_FLOW');
    assert.equal(codeOf(await come({ sub: 'anna-1' }, (back) => ({ ...back, iss: other.issuer }))), 'UPSTREAM_REFUSED');
    const without = Object.entries(await visit(await begin())).filter(([name]) => name !== 'iss');
    assert.equal(codeOf(await finish(Object.fromEntries(without))), 'UPSTREAM_REFUSED', 'RFC 9207: who says that it sends `iss` must');
    // The same subject elsewhere is somebody else.
    assert.equal(codeOf(await finish(await visit(await begin(theirs), theirs, other))), 'UPSTREAM_NOBODY');
  });

  const bad: readonly (readonly [string, NonNullable<IdentityProvider['tamper']>])[] = [
    ['another nonce', (claims, make) => make({ ...claims, nonce: 'another' })],
    ['no nonce', ({ nonce: _, ...claims }, make) => make(claims)],
    ['another audience', (claims, make) => make({ ...claims, aud: 'somebody-else' })],
    ['several audiences without azp', (claims, make) => make({ ...claims, aud: ['somebody-else', String(claims['aud'])] })],
    ['another issuer', (claims, make) => make({ ...claims, iss: other.issuer })],
    ['expired an hour ago', (claims, make) => make({ ...claims, exp: Math.floor(Date.now() / 1_000) - 3_600 })],
    [
      'alg none',
      (claims) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`,
    ],
    ['an unknown key', (claims, make) => make(claims, { kid: 'two' })],
    ['another subject under the old signature', (claims, make) => splice(make(claims), { ...claims, sub: 'anna-1' })],
    ['no subject', ({ sub: _, ...claims }, make) => make(claims)],
  ];
  for (const [name, tamper] of bad)
    it(`is refused with an ID token of ${name}`, async () => {
      idp.tamper = tamper;
      try {
        assert.match(codeOf(await come({ sub: 'eve' })), /^UPSTREAM_(?:REFUSED|DOWN)$/);
      } finally {
        idp.tamper = undefined;
      }
    });

  it('is sent nowhere but to the provider, and back to one address', async () => {
    const { url } = await begin();
    assert.equal(new URL(url).origin, idp.issuer);
    assert.equal(new URL(url).searchParams.get('redirect_uri'), `${place.console}/sign-in/${ours}`);
    for (const extra of [{ redirect: 'https://evil.example' }, { back: 'https://evil.example' }, { redirect_uri: 'https://evil.example' }])
      assert.equal(codeOf(await call(place, 'POST', '/api/session/provider', { provider: ours, ...extra })), 'CONTROL_BAD_REQUEST');
  });
});

describe('a provider', () => {
  const page =
    (status: number, text: string): IdentityProvider['instead'] =>
    (_request, response) =>
      void response.writeHead(status, { 'content-type': 'text/html' }).end(text);

  it('that answers with an error page, another issuer or a wild address is said to be down, and its words are not shown', async () => {
    const bad = await startIdentityProvider();
    const metadata =
      (more: object): IdentityProvider['instead'] =>
      (_request, response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(
          JSON.stringify({
            issuer: bad.issuer,
            authorization_endpoint: `${bad.issuer}/auth`,
            token_endpoint: `${bad.issuer}/token`,
            jwks_uri: `${bad.issuer}/jwks`,
            ...more,
          }),
        );
    try {
      for (const instead of [
        page(500, '<b>Secret trace</b>'),
        page(200, '<b>Welcome</b>'),
        metadata({ issuer: idp.issuer }),
        metadata({ authorization_endpoint: 'javascript:alert(1)' }),
        metadata({ authorization_endpoint: 'http://elsewhere.example/auth' }),
      ]) {
        bad.instead = instead;
        const given = { name: 'Bad', issuer: bad.issuer, clientId: 'x' };
        const added = await call(place, 'POST', '/api/sign-in-providers', given, root);
        assert.match(codeOf(added), /^UPSTREAM_(?:DOWN|REFUSED)$/);
        assert.equal(/Secret|Welcome/.test(JSON.stringify(added.json)), false);
      }
    } finally {
      await bad.close();
    }
    const begun = await visit(await begin());
    idp.instead = page(502, '<b>Bad gateway</b>');
    try {
      assert.equal(codeOf(await finish(begun)), 'UPSTREAM_DOWN');
    } finally {
      idp.instead = undefined;
    }
  });

  it('inside the network is the operating tenant’s to name, exactly, and nobody else’s', async () => {
    const tenant = 'acme' as TenantId;
    await place.app.identity.ensureTenant(tenant);
    const operator = place.app.control.client(tenant);
    const { token } = (await operator.call('POST', '/api/people/invitations', { role: 'administrator' })) as { token: string };
    const admin = await useLink(place, token, 'admin of acme');
    for (const issuer of [idp.issuer, idp.issuer.replace('http:', 'https:'), 'https://169.254.169.254', 'https://localhost:1'])
      assert.match(
        codeOf(await call(place, 'POST', '/api/sign-in-providers', { name: 'x', issuer, clientId: 'x' }, admin)),
        /^UPSTREAM_(?:INVALID|DOWN)$/,
        issuer,
      );
    const metadata = await call(
      place,
      'POST',
      '/api/sign-in-providers',
      { name: 'm', issuer: 'http://169.254.169.254', clientId: 'x' },
      root,
    );
    assert.equal(codeOf(metadata), 'UPSTREAM_DOWN');
    for (const path of ['/api/sign-in-providers'])
      assert.equal(
        (await call(place, 'POST', path, { name: 'x', issuer: idp.issuer, clientId: 'x' }, await join(place, root, 'olga', 'operator')))
          .status,
        403,
      );
  });

  it('that was removed lets nobody in', async () => {
    const begun = await visit(await begin());
    assert.equal((await call(place, 'DELETE', `/api/sign-in-providers/${ours}`, undefined, root)).status, 200);
    assert.equal(codeOf(await finish(begun)), 'UPSTREAM_UNKNOWN');
    assert.equal(codeOf(await call(place, 'POST', '/api/session/provider', { provider: ours })), 'UPSTREAM_UNKNOWN');
    const kinds = new Set<string>();
    for (let i = 0; i < 50 && !kinds.has('upstream.removed'); i++) {
      const { events } = (await call(place, 'GET', '/api/events?limit=100', undefined, root)).json;
      for (const { kind } of events as { kind: string }[]) kinds.add(kind);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const kind of ['upstream.created', 'upstream.removed', 'session.refused', 'person.factor_added']) assert.ok(kinds.has(kind), kind);
  });
});

/** Other claims under the signature of a token. */
function splice(token: string, claims: Claims): string {
  const [head, , signature] = token.split('.');
  return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
}
