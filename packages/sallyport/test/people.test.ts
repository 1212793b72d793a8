import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { hotp, totpStep } from '../src/identity/people/totp.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// People and sessions over the real console port: the first link, signing in, what a session may do, and the way back in.

let gate: Running;
before(async () => {
  // As on a machine that somebody reached by ssh.
  gate = await startSallyport({ env: { SSH_CONNECTION: '192.0.2.7 50222 192.0.2.1 22' } });
});
after(async () => {
  await gate.remove();
});

const PASSWORD = 'some words that nobody guesses';

type Reply = { status: number; json: Record<string, unknown> & { error?: { code: string } }; cookie: string | null };
type Credentials = { bearer?: string; cookie?: string; headers?: Record<string, string> };

async function call(method: string, path: string, body?: unknown, { bearer, cookie, headers }: Credentials = {}): Promise<Reply> {
  const reply = await fetch(new URL(path, gate.console), {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: reply.status, json: (await reply.json()) as Reply['json'], cookie: reply.headers.get('set-cookie') };
}

async function signIn(name: string): Promise<Required<Pick<Credentials, 'bearer' | 'cookie'>>> {
  const reply = await call('POST', '/api/session', { name, password: PASSWORD });
  assert.equal(reply.status, 201, JSON.stringify(reply.json));
  return { bearer: reply.json['bearer'] as string, cookie: reply.cookie?.split(';')[0] ?? '' };
}

test('from the printed link to a session, once', async () => {
  assert.match(gate.output(), /http:\/\/localhost:\d+\/setup#[\w-]{43}\n/);
  const { port: own } = new URL(gate.console);
  assert.match(gate.output(), new RegExp(`ssh -L ${own}:localhost:${own} \\S+@192\\.0\\.2\\.1\\n`));
  const token = new URL(gate.setupUrl ?? '').hash.slice(1);
  assert.equal((await call('POST', '/api/links/look', { token })).json['purpose'], 'setup');
  const made = await call('POST', '/api/links/use', { token, name: 'root', password: PASSWORD });
  assert.equal(made.status, 201);
  assert.match(String(made.json['recoveryCode']), /^[0-9A-Z-]{27}$/);
  const port = new URL(gate.console).port;
  assert.match(made.cookie ?? '', new RegExp(`^sallyport_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200$`));
  for (const path of ['/api/links/look', '/api/links/use'])
    assert.equal(
      (await call('POST', path, { token, name: 'other', password: PASSWORD })).json.error?.code.slice(0, 4),
      path.endsWith('use') ? 'LINK' : 'CONT',
    );
  const again = await gate.cli('admin', 'reset', '--json');
  assert.equal((JSON.parse(again.stdout) as { purpose: string }).purpose, 'reset');
});

test('a session needs its cookie and its token; neither alone, nor a forged origin, does anything', async () => {
  const session = await signIn('root');
  const me = await call('GET', '/api/session', undefined, session);
  assert.equal((me.json['session'] as { name: string }).name, 'root');
  assert.equal((await call('GET', '/api/session', undefined, { bearer: session.bearer })).status, 401);
  assert.equal((await call('GET', '/api/session', undefined, { cookie: session.cookie })).status, 401);
  const forged = { ...session, headers: { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' } };
  assert.equal((await call('DELETE', '/api/session', undefined, forged)).json.error?.code, 'CONTROL_ORIGIN_REFUSED');
  const rebound = await call('GET', '/api/session', undefined, session);
  assert.equal(rebound.status, 200);
  const out = await call('DELETE', '/api/session', undefined, session);
  assert.match(out.cookie ?? '', /Max-Age=0$/);
  assert.equal((await call('GET', '/api/session', undefined, session)).status, 401);
});

test('a name that is here is not told from one that is not, by text; by time the ratio is printed', async (context) => {
  const times: Record<string, number[]> = { root: [], nobody: [] };
  const said = new Set<string>();
  for (let i = 0; i < 4; i++)
    for (const name of ['root', 'nobody']) {
      const started = performance.now();
      said.add(JSON.stringify((await call('POST', '/api/session', { name, password: `wrong password ${i}` })).json));
      times[name]?.push(performance.now() - started);
    }
  assert.equal(said.size, 1);
  const median = (name: string): number => times[name]?.toSorted((a, b) => a - b)[2] ?? 0;
  context.diagnostic(
    `known ${median('root').toFixed(0)} ms, unknown ${median('nobody').toFixed(0)} ms: ${(median('root') / median('nobody')).toFixed(2)}`,
  );
});

test('what a viewer may not do is refused, and only the machine may print the way in', async () => {
  const root = await signIn('root');
  const invited = await call('POST', '/api/people/invitations', { role: 'viewer' }, root);
  assert.equal(invited.status, 201, JSON.stringify(invited.json));
  await call('POST', '/api/links/use', { token: invited.json['token'], name: 'vera', password: PASSWORD });
  const viewer = await signIn('vera');
  assert.equal((await call('GET', '/api/events', undefined, viewer)).status, 200);
  for (const [method, path, body] of [
    ['POST', '/api/keys', { name: 'x' }],
    ['POST', '/api/people/invitations', { role: 'administrator' }],
    ['GET', '/api/people', undefined],
    ['POST', '/api/policy/modes', { all: true, enforce: false }],
  ] as const)
    assert.equal((await call(method, path, body, viewer)).json.error?.code, 'CONTROL_FORBIDDEN', path);
  assert.equal((await call('POST', '/api/people/way-in', {}, root)).json.error?.code, 'CONTROL_OPERATOR_ONLY');
  const key = await gate.key('--permission', 'people:write');
  assert.equal((await call('POST', '/api/people/way-in', {}, { bearer: key })).json.error?.code, 'CONTROL_OPERATOR_ONLY');
});

test('a second factor is asked for from its first code on, each code once, and goes when somebody is let in anew', async () => {
  const root = await signIn('root');
  const invited = await call('POST', '/api/people/invitations', { role: 'viewer' }, root);
  await call('POST', '/api/links/use', { token: invited.json['token'], name: 'tom', password: PASSWORD });
  const tom = await signIn('tom');
  const begun = await call('POST', '/api/session/factor', undefined, tom);
  const secret = Buffer.from(bytesOfBase32(String(begun.json['secret'])));
  assert.match(String(begun.json['uri']), /^otpauth:\/\/totp\/Sallyport:tom\?secret=[A-Z2-7]{32}&/);
  // Begun only: nothing is asked for yet.
  await signIn('tom');
  assert.equal((await call('PUT', '/api/session/factor', { code: '000000' }, tom)).json.error?.code, 'CODE_WRONG');
  const step = totpStep(Date.now());
  assert.equal((await call('PUT', '/api/session/factor', { code: hotp(secret, step - 1) }, tom)).status, 200);
  const enter = (code?: string): Promise<Reply> =>
    call('POST', '/api/session', { name: 'tom', password: PASSWORD, ...(code === undefined ? {} : { code }) });
  assert.equal((await enter()).json.error?.code, 'SECOND_FACTOR');
  assert.equal((await call('POST', '/api/session', { name: 'tom', password: 'not the password' })).json.error?.code, 'SIGN_IN_REFUSED');
  assert.equal((await enter(hotp(secret, step - 1))).json.error?.code, 'SIGN_IN_REFUSED');
  const both = await Promise.all([1, 2, 3, 4].map(() => enter(hotp(secret, step))));
  assert.deepEqual(
    both.map(({ status }) => status).toSorted((a, b) => a - b),
    [201, 401, 401, 401],
  );
  assert.equal((await call('POST', '/api/session/proof', { password: PASSWORD }, tom)).json.error?.code, 'SECOND_FACTOR');
  assert.equal((await call('GET', '/api/session/factor', undefined, tom)).json['totp'], true);
  const { people } = (await call('GET', '/api/people', undefined, root)).json as { people?: { id: string; name: string }[] };
  const reset = await call('POST', `/api/people/${people?.find(({ name }) => name === 'tom')?.id}/reset`, undefined, root);
  assert.equal((await call('POST', '/api/links/use', { token: reset.json['token'], password: PASSWORD })).status, 201);
  await signIn('tom');
  assert.equal(gate.output().includes(String(begun.json['secret'])), false);
});

/** RFC 4648 section 6. */
function bytesOfBase32(text: string): number[] {
  const bits = [...text].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
}

test('admin reset ends the sessions of that person and raises an event', async () => {
  const session = await signIn('root');
  const reset = await gate.cli('admin', 'reset', '--name', 'root');
  assert.match(reset.stdout, /^http:\/\/localhost:\d+\/setup#[\w-]{43}\n$/, 'the whole address, to be opened');
  assert.equal(reset.code, 0, reset.stderr);
  assert.equal((await call('GET', '/api/session', undefined, session)).status, 401);
  const token = /#([\w-]{43})/.exec(reset.stdout)?.[1];
  const used = await call('POST', '/api/links/use', { token, password: PASSWORD });
  assert.equal(used.status, 201, JSON.stringify(used.json));
  assert.match((await gate.cli('events', 'list', '--json')).stdout, /admin\.reset/);
  assert.match((await gate.cli('admin', 'list')).stdout, /root +administrator/);
  assert.equal(gate.output().includes(PASSWORD), false);
});
