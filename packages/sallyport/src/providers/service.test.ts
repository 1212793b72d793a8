import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DEFAULT_TENANT,
  Secret,
  silentLogger,
  type Caller,
  type Json,
  type PrincipalId,
  type Route,
  type TenantId,
} from '../kernel/index.ts';
import type { Change, StateChange } from '../audit/service.ts';
import { openKeyring, type Keyring } from '../keyring/service.ts';
import { openTestStore, type TestStore } from '../../test/kit/stores.ts';
import { startUpstream, type Upstream } from '../../test/kit/upstream.ts';
import { providerCommands } from './commands.ts';
import type { ProviderEntry } from './config.ts';
import { providerRoutes } from './routes.ts';
import { openProviders, openSealedKeys, type Providers, type SealedKeys } from './service.ts';

const KEY = 'sk-sealed-0123456789';
const NEXT = 'sk-sealed-9876543210';
let upstream: Upstream;
let stores: TestStore;
let keyring: Keyring;
let dir: string;
const events: (StateChange & { tenant: TenantId })[] = [];
const opened: Providers[] = [];

/** As the audit module does it: the change and its event in one transaction. */
const change: Change = (tenant, fn) => stores.store.tx(tenant, (sql) => fn(sql, async (event) => void events.push({ ...event, tenant })));

before(async () => {
  upstream = await startUpstream();
  stores = (await openTestStore('pglite')) as TestStore;
  dir = mkdtempSync(join(tmpdir(), 'sallyport-providers-'));
  keyring = await openKeyring(stores.store, { kind: 'file', dir: join(dir, 'data.keys') }, { clock: Date.now });
});
after(async () => {
  await Promise.all(opened.map((providers) => providers.close()));
  await stores.stop();
  await upstream.close();
  rmSync(dir, { recursive: true, force: true });
});

const sealedKeys = (): SealedKeys =>
  openSealedKeys({ tenant: DEFAULT_TENANT, store: stores.store, keyring, change, clock: Date.now, logger: silentLogger });

async function open(entries: ProviderEntry[], sealed?: SealedKeys): Promise<Providers> {
  const sources = { env: { KEY }, readFile: () => '' };
  const providers = await openProviders(entries, {
    logger: silentLogger,
    clock: Date.now,
    sources,
    ...(sealed === undefined ? {} : { sealed }),
  });
  opened.push(providers);
  return providers;
}

const entry = (more: Partial<ProviderEntry> = {}): ProviderEntry => ({
  name: 'main',
  kind: 'openai',
  baseUrl: `${upstream.url}/v1`,
  models: ['gpt-*', 'exact-name'],
  ...more,
});

function ask(providers: Providers): Promise<{ status: number; code?: string }> {
  const routed = providers.route('gpt-x', 'chat');
  assert.ok(routed.ok);
  return new Promise((resolve) => {
    let status = 0;
    providers.send(
      { api: 'chat', targets: routed.targets, body: () => Buffer.from('{}'), headers: {}, stream: false },
      { head: (code) => void (status = code), data() {}, end: () => resolve({ status }), error: ({ code }) => resolve({ status, code }) },
    );
  });
}

test('a wrong configuration names every problem', async () => {
  await assert.rejects(open([{ name: 'a', preset: 'openai', apiKey: '${env:NONE}' }, { name: 'b' }]), (error: Error) => {
    assert.match(error.message, /\/0\/apiKey: the environment variable NONE is not set; \/1: missing kind/);
    return true;
  });
});

test('a sealed key is used as soon as it is set, replaced and removed', async () => {
  const sealed = sealedKeys();
  const providers = await open([entry({ apiKey: '${sealed:main-key}', retries: 0 })], sealed);
  let told = 0;
  const stop = providers.onKeys(() => told++);
  const until = async (key: string): Promise<void> => {
    for (let i = 0; i < 200 && providers.health()[0]?.key !== key; i++) await sleep(10);
    assert.equal(providers.health()[0]?.key, key);
  };
  assert.deepEqual(await ask(providers), { status: 0, code: 'UPSTREAM_UNAVAILABLE' });
  await sealed.set('main-key', new Secret(KEY), 'svc_1');
  await until('set');
  assert.equal((await ask(providers)).status, 200);
  assert.equal(upstream.requests.at(-1)?.headers['authorization'], `Bearer ${KEY}`);
  assert.deepEqual(providers.keyLiterals(), [KEY]);
  await sealed.set('main-key', new Secret(NEXT), 'svc_1');
  for (let i = 0; i < 200 && providers.keyLiterals()[0] !== NEXT; i++) await sleep(10);
  assert.deepEqual(providers.keyLiterals(), [NEXT]);
  assert.equal(await sealed.remove('main-key', 'svc_1'), true);
  await until('missing');
  assert.deepEqual(providers.keyLiterals(), []);
  assert.equal(await sealed.remove('main-key', 'svc_1'), false);
  assert.ok(told >= 3);
  stop();
  assert.deepEqual(
    events.map(({ type, actor, detail }) => [type, actor, detail?.['replaced']]),
    [['provider.key_set', 'svc_1', false], ['provider.key_set', 'svc_1', true], ['provider.key_removed', 'svc_1', undefined]],
  ); // prettier-ignore
  assert.ok(!JSON.stringify(events).includes('sk-sealed'));
});

test('the store never holds a key in clear, and one that was tampered with does not take the others away', async () => {
  const sealed = sealedKeys();
  await sealed.set('one', new Secret(KEY), 'svc_1');
  await sealed.set('two', new Secret(NEXT), 'svc_1');
  const rows = await stores.store.tx(DEFAULT_TENANT, (sql) => sql.query<{ sealed: Buffer }>('select sealed from providers_keys'));
  for (const row of rows) assert.ok(!Buffer.from(row.sealed).includes('sk-sealed'));
  await stores.store.tx(DEFAULT_TENANT, (sql) =>
    sql.query("update providers_keys set sealed = (select sealed from providers_keys where name = 'two') where name = 'one'"),
  );
  const keys = await sealed.load();
  assert.deepEqual([...keys.keys()], ['two'], 'a seal moved to another name does not open');
  assert.deepEqual((await sealed.list()).map(({ name }) => name), ['one', 'two']); // prettier-ignore
  for (const bad of ['short', 'with space in it', 'line\nfeed-0123', 'ümlaut-01234567', 'x'.repeat(5000)]) {
    await assert.rejects(sealed.set('one', new Secret(bad), 'svc_1'), { code: 'PROVIDER_KEY_INVALID' });
  }
  await assert.rejects(sealed.set('../x', new Secret(KEY), 'svc_1'), { code: 'PROVIDER_KEY_INVALID' });
  await sealed.remove('one', 'svc_1');
  await sealed.remove('two', 'svc_1');
});

test('models: written names, what upstreams list within the patterns, the practice models', async () => {
  upstream.models = ['gpt-a', 'other', 'exact-name', 'models/gpt-b', 'bad\u202ename', 'x'.repeat(300)];
  const providers = await open([
    entry({ apiKey: '${env:KEY}', alias: { fast: 'gpt-a' } }),
    entry({ name: 'local', preset: 'ollama', baseUrl: `${upstream.url}/v1`, models: ['*'], priority: 9 }),
  ]);
  const before = providers.models().map(({ id }) => id);
  assert.ok(before.includes('exact-name') && before.includes('fast') && before.includes('practice/echo') && !before.includes('gpt-a'));
  await providers.refreshModels();
  const ids = Object.fromEntries(providers.models().map(({ id, provider }) => [id, provider]));
  assert.deepEqual([ids['gpt-a'], ids['gpt-b'], ids['other'], ids['fast']], ['main', 'main', 'local', 'main']);
  assert.ok(!JSON.stringify(ids).includes('bad') && !Object.keys(ids).some((id) => id.length > 250));
  for (const id of Object.keys(ids)) assert.ok(providers.route(id, 'chat').ok, id);
  const refused = providers.route('claude', 'messages');
  assert.ok(refused.ok, 'ollama serves messages too');
});

test('models: a list that hangs, is huge or is no list changes nothing', async () => {
  const providers = await open([entry({ apiKey: '${env:KEY}' })]);
  for (const reply of [
    { json: '[[[' },
    { json: { data: 'x' } },
    { status: 500 },
    { json: { data: Array.from({ length: 5000 }, (_, i) => ({ id: `gpt-${i}` })) } },
    { hang: 'head' as const },
  ]) {
    upstream.script(reply);
    await providers.refreshModels();
    assert.ok(providers.models().length <= 1010);
  }
  upstream.script({ text: 'x' });
});

test('test tells what is wrong without telling what was answered', async () => {
  const providers = await open([
    entry({ apiKey: '${env:KEY}' }),
    entry({ name: 'gone', baseUrl: 'http://127.0.0.1:9/v1' }),
    entry({ name: 'meta', baseUrl: 'http://169.254.169.254/v1' }),
  ]);
  const works = await providers.test('main');
  assert.ok(works.ok && works.models > 0);
  upstream.script({ status: 401, json: { error: { message: `Incorrect API key provided: ${KEY}` } } });
  const refused = await providers.test('main');
  assert.deepEqual(refused, { ok: false, reason: 'refused', status: 401, detail: 'the provider answered with status 401' });
  const reasons = await Promise.all(
    ['gone', 'meta', 'nobody', 'practice'].map(async (name) => {
      const result = await providers.test(name);
      return result.ok ? 'ok' : result.reason;
    }),
  );
  assert.deepEqual(reasons, ['UPSTREAM_UNREACHABLE', 'UPSTREAM_ADDRESS_REFUSED', 'unknown_provider', 'ok']);
  upstream.script({ text: 'x' });
});

const caller = (tenant: TenantId): Caller => ({
  tenant,
  principal: 'svc_1' as PrincipalId,
  permissions: new Set(['providers:read', 'providers:write']),
});

async function request(
  routes: readonly Route[],
  method: string,
  path: string,
  body?: Json,
  tenant: TenantId = DEFAULT_TENANT,
): Promise<Json> {
  for (const route of routes) {
    const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
    const match = route.method === method ? new RegExp(`^${route.path.replaceAll(/:\w+/g, '([^/]+)')}$`).exec(path) : null;
    if (match === null) continue;
    const params = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1] as string)]));
    const reply = await route.handler({
      caller: caller(tenant),
      params,
      query: {},
      body,
      from: { address: '127.0.0.1', agent: 'test' },
      signal: AbortSignal.abort(),
    });
    assert.ok('json' in reply);
    return reply.json;
  }
  throw new Error(`no route ${method} ${path}`);
}

async function run(routes: readonly Route[], words: string[], input: string[] = [], json = false): Promise<{ exit: number; out: string }> {
  const stdin = (async function* () {
    yield* input;
  })();
  const command = providerCommands(stdin).find(({ name }) => name === words.slice(0, 2).join(' '));
  assert.ok(command);
  let out = '';
  const exit = await command.run({
    args: words.slice(2),
    flags: {},
    json,
    dataDir: '',
    configFile: undefined,
    signal: AbortSignal.abort(),
    width: 80,
    colour: false,
    api: () => Promise.resolve({ call: (method, path, body) => request(routes, method, path, body), lines: () => assert.fail() }),
    out: (text) => void (out += `${text}\n`),
    note() {},
  });
  return { exit, out };
}

test('routes and commands: keys go in and never come out', async () => {
  const sealed = sealedKeys();
  const providers = await open([entry({ apiKey: '${sealed:main}' })], sealed);
  const routes = providerRoutes(providers, sealed);
  assert.ok(routes.every(({ authority }) => 'permission' in authority));
  assert.deepEqual(await run(routes, ['provider', 'key', 'set', 'main'], [KEY.slice(0, 5), `${KEY.slice(5)}\n`]), {
    exit: 0,
    out: 'The key main is sealed and in use. Refer to it as ${sealed:main}.\n',
  });
  for (let i = 0; i < 200 && providers.health()[0]?.key !== 'set'; i++) await sleep(10);
  const shown = [
    (await run(routes, ['provider', 'list'])).out,
    (await run(routes, ['provider', 'list'], [], true)).out,
    (await run(routes, ['provider', 'key', 'list'])).out,
    (await run(routes, ['provider', 'key', 'list'], [], true)).out,
    (await run(routes, ['provider', 'test', 'main'])).out,
  ].join('');
  assert.ok(!shown.includes(KEY));
  assert.match(shown, /main {2}openai {2}http/);
  assert.match(shown, /circuit closed, key set/);
  assert.match(shown, /main works: \d+ models listed/);
  assert.equal((await run(routes, ['provider', 'key', 'remove', 'main'])).exit, 0);
  await assert.rejects(run(routes, ['provider', 'key', 'remove', 'main']), { code: 'PROVIDER_KEY_UNKNOWN' });
  await assert.rejects(run(routes, ['provider', 'key', 'set', 'main'], ['short\n']), { code: 'PROVIDER_KEY_INVALID' });
  await assert.rejects(
    run(
      routes,
      ['provider', 'key', 'set', 'main'],
      Array.from({ length: 100 }, () => 'x'.repeat(1000)),
    ),
    { code: 'PROVIDER_KEY_INVALID' },
  );
  await assert.rejects(run(routes, ['provider', 'test', 'nobody']), { code: 'PROVIDER_UNKNOWN' });
  assert.equal((await run(routes, ['provider', 'key', 'burn', 'main'])).exit, 2);
  assert.equal((await run(routes, ['provider', 'key', 'set'])).exit, 2);
});

test('routes: the keys are the installation’s, which other tenants may neither see nor change', async () => {
  const routes = providerRoutes(await open([]), sealedKeys()).filter(({ path }) => path !== '/api/providers');
  assert.equal(routes.length, 4);
  for (const { authority, path } of routes) assert.ok('installation' in authority, path);
});
