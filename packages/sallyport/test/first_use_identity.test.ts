import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import * as oauth from 'openid-client';
import type { Browser, Page } from 'playwright-core';
import { noBrowser, openPage, startBrowser } from './kit/browser.ts';
import { discover, newKey, PASSWORD } from './kit/oauth.ts';
import { CLIENT, startOAuthService, type OAuthService } from './kit/oauth_service.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';
import { startUpstream, type Upstream } from './kit/upstream.ts';

// As a new user would: invite a colleague, sign in with a passkey, connect an account, let an agent call it, approve its write from a link in another
// browser, see it go through once, stop the agent, see its stream end.

let gate: Running;
let browser: Browser | undefined;
let service: OAuthService;
let upstream: Upstream;
before(async () => {
  if (noBrowser !== false) return;
  [service, upstream] = await Promise.all([startOAuthService(), startUpstream()]);
  upstream.script({ text: 'word '.repeat(2_000), gapMs: 20 });
  const { origin } = service;
  const config = `providers: [{ name: up, kind: openai, baseUrl: "${upstream.url}/v1", apiKey: "\${env:TEST_PROVIDER_KEY}", models: ["gpt-*"] }]
connections:
  - name: letters
    service: oauth2
    clientId: ${CLIENT.id}
    clientSecret: \${env:CLIENT_SECRET}
    scopes: [read, write]
    api: ${origin}/api
    oauth: { authorize: "${origin}/authorize", token: "${origin}/token" }
    rules: [{ id: read, when: "method == 'GET'", then: allow }, { id: write, when: "method == 'POST'", then: ask, why: A letter goes out. }]
`;
  const env = { CLIENT_SECRET: CLIENT.secret, TEST_PROVIDER_KEY: 'sk-of-the-upstream' };
  [gate, browser] = await Promise.all([startSallyport({ config, env }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await gate?.remove();
  await service?.close();
  await upstream?.close();
});

async function passkeys(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  });
}

async function join(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('link', { name: 'Home' }).waitFor();
}

test('from the invitation to the stopped agent', { skip: noBrowser, timeout: 240_000 }, async () => {
  assert.ok(browser !== undefined);
  const first = await openPage(browser);
  await join(first.page, gate.setupUrl ?? '', 'root');
  await first.page.getByRole('link', { name: 'Team' }).click();
  await first.page.getByLabel('Role', { exact: true }).selectOption('operator');
  await first.page.getByRole('button', { name: 'Make a link' }).click();
  const link = await first.page.getByLabel('The link').innerText();
  await first.page.getByRole('button', { name: 'Done' }).click();

  // The colleague comes, makes a passkey, and signs in with it.
  const second = await openPage(browser);
  await passkeys(second.page);
  await join(second.page, link, 'anna');
  await second.page.getByRole('link', { name: 'Team' }).click();
  await second.page.getByLabel('Name of the passkey').fill('laptop');
  await second.page.getByRole('button', { name: 'Add a passkey' }).click();
  await second.page.getByText('laptop').waitFor();
  await second.page.getByRole('button', { name: 'Sign out' }).click();
  await second.page.getByRole('button', { name: 'Use a passkey' }).click();
  await second.page.getByRole('button', { name: 'Sign out' }).waitFor();

  // An agent with its own key.
  await second.page.goto(`${gate.console}/identity`);
  await second.page.getByRole('button', { name: 'New agent' }).click();
  await second.page.getByLabel('Name', { exact: true }).fill('mailer');
  await second.page.getByLabel('Purpose').fill('answers letters');
  await second.page.getByLabel('Scopes').fill('models tools');
  await second.page.getByRole('button', { name: 'Make the agent' }).click();
  const row = second.page.getByRole('region', { name: 'Agents' }).getByRole('row', { name: /mailer/ });
  await row.waitFor();
  const agents = JSON.parse((await gate.cli('agent', 'list', '--json')).stdout) as { id: string; ownerName: string }[];
  assert.equal(agents[0]?.ownerName, 'anna');
  const id = agents[0]?.id ?? '';
  const key = await newKey();
  const { writeFileSync } = await import('node:fs');
  writeFileSync(`${gate.dir}/key.json`, JSON.stringify(key.jwk));
  assert.equal((await gate.cli('agent', 'key', id, '--jwk', `${gate.dir}/key.json`)).code, 0);
  const config = await discover(gate, id, oauth.PrivateKeyJwt(key.pair.privateKey));
  const { access_token: token } = await oauth.clientCredentialsGrant(config, { scope: 'models tools' });

  // Her account at the letters' service, and who may use it.
  await second.page.goto(`${gate.console}/connections`);
  const letters = second.page.getByRole('region', { name: 'letters' });
  await letters.getByRole('button', { name: 'Connect' }).click();
  await second.page.getByRole('heading', { name: 'Connected' }).waitFor();
  await second.page.getByRole('link', { name: 'To your connections' }).click();
  await letters.getByRole('button', { name: 'Agents' }).click();
  await second.page.getByLabel('mailer').check();
  await second.page.getByRole('button', { name: 'Save' }).click();
  await letters.getByText('1 agent may use it').waitFor();

  const send = async (method: string): Promise<{ status: number; json: { error?: { code: string; url: string } } }> => {
    const reply = await fetch(`${gate.gateway}/proxy/letters/out`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
      ...(method === 'POST' ? { body: '{"to":"bert"}' } : {}),
    });
    return { status: reply.status, json: (await reply.json()) as { error?: { code: string; url: string } } };
  };
  assert.equal((await send('GET')).status, 200);
  const held = await send('POST');
  assert.equal(held.json.error?.code, 'approval_needed');

  // The first administrator opens the link in another browser, on a phone: who asks stands there by name.
  const phone = await openPage(browser, { phone: true });
  await phone.page.goto(held.json.error?.url ?? '');
  await phone.page.getByLabel('Name').fill('root');
  await phone.page.getByLabel('Password').fill(PASSWORD);
  await phone.page.getByRole('button', { name: 'Sign in' }).click();
  await phone.page.getByText('mailer (agent of anna)').first().waitFor();
  await phone.page.getByRole('button', { name: 'Approve' }).click();
  await phone.page.getByRole('heading', { name: 'Thank you' }).waitFor();
  const posts = (): number => service.calls.filter(({ method }) => method === 'POST').length;
  assert.equal((await send('POST')).status, 200);
  assert.equal((await send('POST')).json.error?.code, 'approval_needed', 'once');
  assert.equal(posts(), 1);

  // Its stream runs; she stops the agent; the stream ends and it gets nothing more.
  const stream = await fetch(`${gate.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-slow', stream: true, messages: [{ role: 'user', content: 'hello' }] }),
  });
  assert.equal(stream.status, 200);
  await second.page.goto(`${gate.console}/identity`);
  await row.getByRole('button', { name: 'Stop' }).click();
  await second.page.getByLabel('Why').fill('It writes odd letters.');
  await second.page.getByRole('button', { name: 'Stop it' }).click();
  assert.match(await stream.text(), /content_filter/);
  await row.getByText('stopped').waitFor();
  assert.equal((await send('GET')).status, 401);
  assert.deepEqual([first.faults, second.faults, phone.faults], [[], [], []]);
});
