import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { seriousProblems, settled } from './browser.ts';
import type { Running } from './sallyport.ts';

// What tests of the console's pages do alike: become the administrator, sign in, look at a page.

export const PASSWORD = 'some words that nobody guesses';
/** Where each page that is looked at is kept as a picture. */
const SHOTS = process.env['SALLYPORT_SCREENSHOTS'];

/** Makes the administrator by the link that the gate printed, and stays signed in. */
export async function setUp(page: Page, gate: Running, name = 'Root'): Promise<void> {
  await page.goto(gate.setupUrl ?? '');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByRole('button', { name: 'I have kept it' }).click();
}

/** Goes to `place` as somebody who must sign in first. */
export async function signIn(page: Page, gate: Running, place: string, name = 'Root'): Promise<void> {
  await page.goto(new URL(place, gate.console).href);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out', includeHidden: true }).waitFor({ state: 'attached' });
}

/** The page as it stands has no serious problem that axe finds, and is not wider than the screen. */
export async function look(page: Page, name: string): Promise<void> {
  await settled(page);
  if (SHOTS !== undefined) {
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  }
  assert.deepEqual(await seriousProblems(page), [], name);
  const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  assert.ok(Number(wider) <= 0, `${name} is ${String(wider)} px too wide`);
}

/** The page in both themes, which its style sheet alone tells apart: it is loaded once. */
export async function lookInBoth(page: Page, name: string): Promise<void> {
  for (const theme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await look(page, `${name}-${theme}`);
  }
}
