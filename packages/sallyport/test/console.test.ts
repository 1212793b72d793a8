import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { noBrowser, openPage, seriousProblems, startBrowser } from './kit/browser.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// The console in a real browser: from the printed link to a signed-in administrator, and every page in both themes and at phone width.

const PASSWORD = 'some words that nobody guesses';
/** Screenshots, when they are wanted: SALLYPORT_SCREENSHOTS=FOLDER. */
const SHOTS = process.env['SALLYPORT_SCREENSHOTS'];

let gate: Running;
let browser: Browser | undefined;
before(async () => {
  if (noBrowser !== false) return;
  [gate, browser] = await Promise.all([startSallyport(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await gate?.remove();
});

test('the first administrator, a session that ends in the middle of an edit, and the pages', { skip: noBrowser }, async () => {
  assert.ok(browser !== undefined);
  const { page, outside, faults } = await openPage(browser);
  await page.goto(gate.setupUrl ?? '');
  await page.getByRole('heading', { name: 'Set up Sallyport' }).waitFor();
  assert.equal(new URL(page.url()).hash, '', 'the token does not stay in the address');
  await page.getByLabel('Name').fill('Root <b>of</b> all');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  assert.match(await page.getByLabel('Recovery code').innerText(), /^([0-9A-Z]{6}-){3}[0-9A-Z]{6}$/);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('link', { name: 'Team' }).click();
  await page.getByRole('cell', { name: 'Root <b>of</b> all you' }).waitFor();

  // The session ends while a form is open: the page stays, the password is asked for in place, the act is done after it.
  await page.getByLabel('Role', { exact: true }).selectOption('operator');
  await gate.cli('admin', 'reset').then(({ code }) => assert.equal(code, 0));
  await page.getByRole('button', { name: 'Make a link' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.getByLabel('Password').fill('not the right password');
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByLabel('Password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  assert.match(await page.getByLabel('The link').innerText(), /\/setup#[\w-]{43}$/);
  await page.getByRole('button', { name: 'Done' }).click();

  const state = await page.context().storageState({ indexedDB: true });
  const bearer = state.origins[0]?.localStorage.find(({ name }) => name === 'sallyport.session')?.value;
  assert.equal(state.cookies[0]?.httpOnly && state.cookies[0].sameSite === 'Strict', true);
  assert.equal((await fetch(new URL('/api/session', gate.console), { headers: { authorization: `Bearer ${bearer}` } })).status, 401);
  assert.deepEqual([outside, faults], [[], []]);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('an application asks, the person allows; a device by its code', { skip: noBrowser }, async () => {
  assert.ok(browser !== undefined);
  const made = await gate.cli(
    'client',
    'create',
    '--name',
    'Letters <b>bold</b>',
    '--redirect',
    'http://127.0.0.1/back',
    '--native',
    '--device',
    '--json',
  );
  assert.equal(made.code, 0, made.stderr);
  const client = (JSON.parse(made.stdout) as { id: string }).id;
  const { page, context, outside, faults } = await openPage(browser);
  const asked = new URLSearchParams({
    ...{ client_id: client, response_type: 'code', scope: 'openid models', redirect_uri: 'http://127.0.0.1:9/back' },
    ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', state: 'ours' },
  });
  await page.goto(`${gate.console}/oidc/auth?${asked.toString()}`);
  await page.getByLabel('Name').fill('Root <b>of</b> all');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Letters <b>bold</b>').waitFor();
  await page.getByText('use models as you').waitFor();
  assert.deepEqual(await seriousProblems(page), []);
  const back = page.waitForRequest((request) => request.url().startsWith('http://127.0.0.1:9/back'));
  await page.getByRole('button', { name: 'Allow' }).click();
  const answer = new URL((await back).url()).searchParams;
  assert.equal(answer.get('state'), 'ours');
  assert.match(answer.get('code') ?? '', /^[\w-]{43}$/);
  const started = await fetch(`${gate.console}/oidc/device/auth`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: client, scope: 'models' }),
  });
  const device = (await started.json()) as { verification_uri_complete: string };
  await page.goto(device.verification_uri_complete);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'Refuse' }).waitFor();
  assert.deepEqual(await seriousProblems(page), []);
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByText('goes on by itself').waitFor();
  assert.deepEqual(
    [outside, faults.filter((fault) => !fault.includes('127.0.0.1:9') && !fault.includes('ERR_CONNECTION_REFUSED'))],
    [[], []],
  );
  await context.close();
});

test('a passkey is made, signs in without a name, and is refused after it was removed', { skip: noBrowser }, async () => {
  assert.ok(browser !== undefined);
  const { page, context, faults } = await openPage(browser);
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  });
  await page.goto(`${gate.console}/team`);
  await page.getByLabel('Name').fill('Root <b>of</b> all');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Name of the passkey').fill('This <i>laptop</i>');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('This <i>laptop</i>').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  const bearer = String(await page.evaluate("localStorage.getItem('sallyport.session')"));
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const who = await fetch(new URL('/api/session', gate.console), { headers: { authorization: `Bearer ${bearer}`, cookie } });
  assert.deepEqual(((await who.json()) as { session: { methods: string[] } }).session.methods, ['hwk', 'user', 'mfa']);
  await page.goto(`${gate.console}/team`);
  const passkeys = page.getByRole('region', { name: 'Your passkeys' });
  await passkeys.getByRole('button', { name: 'Remove' }).click();
  await passkeys.getByText('This <i>laptop</i>').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByRole('alert').waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

for (const theme of ['light', 'dark'] as const)
  for (const phone of [false, true])
    test(`every page is sound: ${theme}, ${phone ? '390 px' : 'desktop'}`, { skip: noBrowser }, async () => {
      assert.ok(browser !== undefined);
      const { page, context, outside, faults } = await openPage(browser, { theme, phone });
      const look = async (name: string): Promise<void> => {
        // The pages follow events, so that their network is never idle: what is busy says so itself.
        await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
        await page.waitForTimeout(400);
        if (SHOTS !== undefined) {
          mkdirSync(SHOTS, { recursive: true });
          await page.screenshot({ path: join(SHOTS, `${name}-${theme}${phone ? '-phone' : ''}.png`) });
        }
        assert.deepEqual(await seriousProblems(page), [], name);
        const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.ok(Number(wider) <= 0, `${name} is ${String(wider)} px too wide`);
      };
      await page.goto(`${gate.console}/setup#nonsense`);
      await page.getByRole('alert').waitFor();
      await look('setup');
      await page.goto(gate.console);
      await look('sign-in');
      await page.getByLabel('Name').fill('Root <b>of</b> all');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      if (phone) await page.getByRole('button', { name: 'Menu' }).click();
      const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
      await links.first().waitFor();
      const pages = await links.all();
      const places = await Promise.all(pages.map(async (link) => String(await link.getAttribute('href'))));
      assert.ok(places.length > 0);
      for (const place of places) {
        await page.goto(new URL(place, gate.console).href);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await look(place === '/' ? 'home' : place.slice(1).replaceAll('/', '-'));
      }
      assert.deepEqual([outside, faults], [[], []]);
      await context.close();
    });
