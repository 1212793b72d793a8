import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { noBrowser, openPage, seriousProblems, startBrowser } from './kit/browser.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// The page Knowledge in a real browser: a document is checked, recorded, released, and erased.

const PASSWORD = 'some words that nobody guesses';
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

const look = async (page: Page, name: string): Promise<void> => {
  await page.waitForTimeout(500);
  if (SHOTS !== undefined) {
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  }
  assert.deepEqual(await seriousProblems(page), [], name);
  const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  assert.ok(Number(wider) <= 0, `${name} is ${String(wider)} px too wide`);
};

const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
const SECRET = 'The oven opens with sk_live_51H8sVbK2xQ9mNpRtYwZaBcDeFgHiJkLm and a spoon.';

test('a document is tried, recorded, released and erased', { skip: noBrowser }, async () => {
  assert.ok(browser !== undefined);
  const { page, outside, faults } = await openPage(browser);
  await page.goto(gate.setupUrl ?? '');
  await page.getByLabel('Name').fill('Root');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('link', { name: 'Knowledge' }).click();
  await page.getByText('No document was checked yet').waitFor();
  await page.getByText('Check a document').click();

  const check = async (name: string, text: string, record: boolean): Promise<void> => {
    await page.getByLabel('File').setInputFiles(file(name, text));
    if (record) {
      await page.getByLabel('Object').fill(`document:${name}`);
      await page.getByLabel('Record it').check();
    }
    await page.getByRole('button', { name: 'Check it' }).click();
    await page.getByRole('status').filter({ hasText: name }).waitFor();
  };
  await check('tried.txt', 'The oven opens with a spoon.', false);
  await page.getByText('nothing of it was kept').waitFor();
  await page.getByText('Nothing speaks against it').waitFor();
  await page.getByText('No document was checked yet').waitFor();
  await page.getByLabel('Dataset').fill('wiki/kitchen');
  await check('oven.txt', SECRET, true);
  await look(page, 'knowledge-check-light');

  await page.getByRole('link', { name: 'oven.txt' }).click();
  await page.getByText('document:oven.txt').waitFor();
  await page.getByLabel('Why').fill('The key was revoked.');
  await page.getByRole('button', { name: 'Release from quarantine' }).click();
  await page.getByRole('heading', { name: 'Take out of use' }).waitFor();
  await page.getByText('knowledge.released').waitFor();
  await page.getByRole('button', { name: 'Erase…' }).click();
  await look(page, 'knowledge-erase-light');
  await page.getByRole('button', { name: 'Erase it for good' }).click();
  await page.getByText('erased', { exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Erase…' }).count(), 0);

  await page.getByRole('link', { name: 'Team' }).click();
  await page.getByRole('button', { name: 'New role' }).click();
  const role = page.getByRole('dialog', { name: 'New role' });
  await role.getByLabel('Name').fill('cook');
  await role.getByLabel('Datasets').fill('wiki/* recipes');
  await look(page, 'role-datasets-light');
  await role.getByRole('button', { name: 'Save' }).click();
  await page.getByText('datasets: wiki/* recipes').waitFor();
  assert.deepEqual([outside, faults], [[], []]);
  await page.context().close();
});

for (const phone of [false, true])
  test(`the form is sound in the dark, ${phone ? '390 px' : 'desktop'}`, { skip: noBrowser }, async () => {
    assert.ok(browser !== undefined);
    const { page } = await openPage(browser, { theme: 'dark', phone });
    await page.goto(`${gate.console}/knowledge`);
    await page.getByLabel('Name').fill('Root');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Check a document').click();
    await look(page, `knowledge-check-dark${phone ? '-phone' : ''}`);
    await page.context().close();
  });
