import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { noBrowser, openPage, startBrowser } from './kit/browser.ts';
import { look, setUp, signIn } from './kit/console.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// The page Permissions in a real browser: a store, a model that is checked while it is typed, tuples, and the question with its reason.

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

test('from an empty page to a question with its reason', { skip: noBrowser }, async () => {
  assert.ok(browser !== undefined);
  const { page, outside, faults } = await openPage(browser);
  await setUp(page, gate);
  await page.getByRole('link', { name: 'Permissions' }).click();
  await page.getByText('There is no permission store yet').waitFor();
  await page.getByText('New store').click();
  await page.getByLabel('Name').fill('documents');
  await page.getByRole('button', { name: 'Make the store' }).click();

  const model = page.getByLabel("In OpenFGA's language");
  await page.getByText('It can be saved').waitFor();
  const text = await model.inputValue();
  await model.fill(text.replace('[user, group#member]', '[user, nothing#member]'));
  await page.locator('p.problem').filter({ hasText: 'nothing' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Save as the newest' }).isDisabled(), true);
  await model.fill(text);
  await page.getByText('It can be saved').waitFor();
  await page.getByRole('button', { name: 'Save as the newest' }).click();
  await page.getByText('This is the newest model').waitFor();

  const tuples = page.getByRole('region', { name: 'Tuples' }).last();
  const add = async (user: string, relation: string, object: string): Promise<void> => {
    const form = page.locator('form').filter({ has: page.getByRole('button', { name: 'Add the tuple' }) });
    await form.getByLabel('User').fill(user);
    await form.getByLabel('Relation').fill(relation);
    await form.getByLabel('Object').fill(object);
    await form.getByRole('button', { name: 'Add the tuple' }).click();
    await page.getByRole('button', { name: `Delete ${object}#${relation}@${user}` }).waitFor();
  };
  await add('user:anne', 'member', 'group:eng');
  await add('group:eng#member', 'viewer', 'folder:plans');
  await add('folder:plans', 'parent', 'document:roadmap');
  assert.equal(await tuples.getByRole('row').count(), 4);

  const ask = async (user: string): Promise<void> => {
    const form = page.locator('form').filter({ has: page.getByRole('button', { name: 'Ask', exact: true }) });
    await form.getByLabel('User').fill(user);
    await form.getByLabel('Relation').fill('viewer');
    await form.getByLabel('Object').fill('document:roadmap');
    await form.getByRole('button', { name: 'Ask', exact: true }).click();
  };
  await ask('user:anne');
  await page.getByText('group:eng#member: group:eng#member@user:anne').waitFor();
  await ask('user:bert');
  await page.getByText('group:eng#member@user:bert').waitFor();
  await page.getByRole('img', { name: /Types of the model/ }).waitFor();
  await look(page, 'permissions-light');
  await page.getByRole('button', { name: 'Delete document:roadmap#parent@folder:plans' }).click();
  await page.getByRole('cell', { name: 'document:roadmap', exact: true }).waitFor({ state: 'detached' });
  await ask('user:anne');
  await page.getByText('Any of these lines would make it true').waitFor();
  assert.deepEqual([outside, faults], [[], []]);
});

for (const phone of [false, true])
  test(`the page with a model and tuples is sound: dark, ${phone ? '390 px' : 'desktop'}`, { skip: noBrowser }, async () => {
    assert.ok(browser !== undefined);
    const { page, context } = await openPage(browser, { theme: 'dark', phone });
    await signIn(page, gate, '/permissions');
    await page.getByRole('img', { name: /Types of the model/ }).waitFor();
    await look(page, `permissions-dark${phone ? '-phone' : ''}`);
    await context.close();
  });
