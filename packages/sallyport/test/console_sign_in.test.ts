import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { noBrowser, openPage, startBrowser } from './kit/browser.ts';
import { startIdentityProvider, type IdentityProvider } from './kit/identity_provider.ts';
import { application, PASSWORD, REDIRECT, signIn } from './kit/oauth.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// Signing in with an account at another OpenID provider, in a real browser: at the console, and on the way to an application.

let gate: Running;
let browser: Browser | undefined;
let idp: IdentityProvider;
before(async () => {
  if (noBrowser !== false) return;
  idp = await startIdentityProvider();
  [gate, browser] = await Promise.all([startSallyport(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await gate?.remove();
  await idp?.close();
});

test('a provider is added, and an invited person comes by it on the way to an application', { skip: noBrowser }, async () => {
  assert.ok(browser !== undefined);
  const admin = await openPage(browser);
  await admin.page.goto(gate.setupUrl ?? '');
  await admin.page.getByLabel('Name').fill('root');
  await admin.page.getByLabel('Password').fill(PASSWORD);
  await admin.page.getByRole('button', { name: 'Create the account' }).click();
  await admin.page.getByRole('button', { name: 'I have kept it' }).click();
  await admin.page.getByRole('link', { name: 'Team' }).click();
  idp.allow('http://localhost/unused');
  await admin.page.getByLabel('Name on the sign-in page').fill('Works <b>account</b>');
  await admin.page.getByLabel('Issuer').fill(idp.issuer);
  await admin.page.getByLabel('Client id').fill(idp.client.id);
  await admin.page.getByLabel('Client secret').fill(idp.client.secret);
  await admin.page.getByRole('button', { name: 'Add a provider' }).click();
  const redirect = await admin.page.locator('code', { hasText: '/sign-in/idp_' }).innerText();
  idp.allow(redirect);
  await admin.page.getByLabel('Mail address').fill('anna@house.example');
  await admin.page.getByRole('button', { name: 'Make a link' }).click();
  await admin.page.getByRole('button', { name: 'Done' }).click();

  // An application sends her to the authorization server: she is asked to sign in, goes to the provider, and comes back to the question.
  const root = await signIn(gate, 'root');
  const config = await application(gate, root, { name: 'Letters' });
  const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await import('openid-client');
  const url = buildAuthorizationUrl(config, {
    ...{ redirect_uri: REDIRECT, scope: 'models', code_challenge_method: 'S256' },
    code_challenge: await calculatePKCECodeChallenge('v'.repeat(43)),
  });
  idp.account = { sub: 'anna-1', email: 'anna@house.example', email_verified: true, name: 'Anna' };
  const anna = await openPage(browser);
  await anna.page.goto(url.href);
  await anna.page.getByRole('button', { name: 'Sign in with Works <b>account</b>' }).click();
  await anna.page.getByText('Letters').first().waitFor();
  assert.match(new URL(anna.page.url()).pathname, /^\/allow\//);
  const gone = anna.page.waitForRequest((request) => request.url().startsWith(REDIRECT));
  await anna.page.getByRole('button', { name: 'Allow' }).click();
  assert.match((await gone).url(), /[?&]code=/);

  // Nobody is signed in by an address that was kept: what comes back without its beginning counts for nothing.
  const stranger = await openPage(browser);
  await stranger.page.goto(`${new URL(redirect).pathname.replace(/^/, gate.console)}?code=x&state=y`);
  await stranger.page.getByRole('heading', { name: 'Not signed in' }).waitFor();
  assert.equal(new URL(stranger.page.url()).search, '', 'nothing stays in the address');

  assert.deepEqual([admin.faults, anna.faults.filter((fault) => !fault.includes('app.example')), stranger.faults], [[], [], []]);
});
