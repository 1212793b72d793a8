import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type Context } from 'oidc-provider';

/** What an account says of itself. */
export type Account = { readonly sub: string; readonly email?: string; readonly email_verified?: boolean; readonly name?: string };

/** Another organisation's OpenID provider: a real one, on a socket, at which everybody is signed in already. */
export type IdentityProvider = {
  readonly issuer: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** Who comes next. */
  account: Account;
  /** Changes the ID token before it is given out; `sign` signs claims with the provider's own key. */
  tamper: ((claims: Claims, make: (claims: Claims, header?: object) => string) => string) | undefined;
  /** Answers in the provider's place when it is set. */
  instead: RequestListener | undefined;
  /** Where it sends people back to; known only once it has been added. */
  allow(redirect: string): void;
  /** Goes the way of a browser from the address that a relying party gives; answers the address that the browser is sent back to. */
  visit(url: string): Promise<URL>;
  close(): Promise<void>;
};
export type Claims = Record<string, unknown>;

const CLIENT = { id: 'sallyport', secret: 'the secret of sallyport at its provider' };
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const make = (claims: Claims, header: object = {}): string => {
    const signed = `${encode({ alg: 'RS256', kid: 'one', ...header })}.${encode(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  };
  let handle: RequestListener = (_request, response) => void response.writeHead(503).end();
  const server: Server = createServer((request, response) => (idp.instead ?? handle)(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const redirects: string[] = [];

  const idp: IdentityProvider = {
    issuer,
    client: CLIENT,
    account: { sub: 'nobody' },
    tamper: undefined,
    instead: undefined,
    allow(redirect) {
      redirects.push(redirect);
      handle = build();
    },
    async visit(url) {
      const cookies = new Map<string, string>();
      let at = new URL(url);
      for (let hop = 0; hop < 6; hop++) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const reply = await fetch(at, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
        for (const set of reply.headers.getSetCookie()) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
          if (name !== undefined) cookies.set(name, value ?? '');
        }
        const location = reply.headers.get('location');
        if (location === null) throw new Error(`${at.href}: ${reply.status} ${await reply.text()}`);
        at = new URL(location, at);
        if (at.origin !== issuer) return at;
      }
      throw new Error('too many redirects');
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  function build(): RequestListener {
    const provider = new Provider(issuer, {
      clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [...redirects] }],
      jwks: { keys: [jwk] },
      cookies: { keys: ['a key of the test'] },
      claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
      conformIdTokenClaims: false,
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_ctx: Context, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_ctx: Context, accountId: string) => ({ accountId, claims: async () => ({ ...idp.account, sub: accountId }) }),
      loadExistingGrant: async ({ oidc }: Context) => {
        const grant = new provider.Grant({ clientId: CLIENT.id, accountId: oidc?.session?.accountId });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
    });
    provider.use(async (ctx, next) => {
      await next();
      const body = ctx.body as { id_token?: string } | undefined;
      if (ctx.path !== '/token' || idp.tamper === undefined || typeof body?.id_token !== 'string') return;
      const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
      body.id_token = idp.tamper(claims, make);
    });
    const callback = provider.callback();
    return (request, response) => {
      if (request.url?.startsWith('/interaction/') !== true) return callback(request, response);
      void provider.interactionDetails(request, response).then(async (asking) => {
        asking.result = { login: { accountId: idp.account.sub, amr: ['pwd'], ts: Math.floor(Date.now() / 1_000) } };
        await asking.save(60);
        response.writeHead(303, { location: asking.returnTo }).end();
      });
    };
  }
  return idp;
}
