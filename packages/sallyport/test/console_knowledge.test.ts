import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { noBrowser, openPage, startBrowser } from './kit/browser.ts';
import { look, setUp, signIn } from './kit/console.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// The page Knowledge in a real browser: a document is checked, recorded, released, and erased.

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

const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
const SECRET = 'The oven opens with sk_live_51H8sVbK2xQ9mNpRtYwZaBcDeFgHiJkLm and a spoon.';

test('a document is tried, recorded, released and erased', { skip: noBrowser }, async () => {
  assert.ok(browser !== undefined);
  const { page, outside, faults } = await openPage(browser);
  await setUp(page, gate);
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
    await signIn(page, gate, '/knowledge');
    await page.getByText('Check a document').click();
    await look(page, `knowledge-check-dark${phone ? '-phone' : ''}`);
    await page.context().close();
  });
