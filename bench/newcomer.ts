import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openPage, startBrowser } from '../packages/sallyport/test/kit/browser.ts';

/**
 * The first ten minutes, timed: `node bench/newcomer.ts` clones the repository into an empty folder, starts it by `./run` as the README
 * says, and does in Chromium what a newcomer does: set up the first administrator, make a key, send a request of an app, try an attack,
 * and find out why it was refused. Prints a line a step; fails when a step does, or when the browser speaks to another machine.
 */
const TOP = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'sallyport-newcomer-'));
const clone = join(folder, 'sallyport');
const ready = join(folder, 'ready.json');
const PASSWORD = 'correct horse battery';
const started = performance.now();
let last = started;

function step(name: string): void {
  const now = performance.now();
  console.log(`${((now - started) / 1000).toFixed(1).padStart(7)} s  ${name} (${((now - last) / 1000).toFixed(1)} s)`);
  last = now;
}

if (spawnSync('git', ['clone', '--quiet', TOP, clone], { stdio: 'inherit' }).status !== 0) throw new Error('the clone failed');
step('cloned');
const program = spawn('sh', ['./run', 'up', '--gateway-port', '0', '--console-port', '0', '--ready-file', ready], {
  cwd: clone,
  stdio: 'ignore',
});
const browser = await startBrowser();
try {
  while (!existsSync(ready)) {
    if (program.exitCode !== null) throw new Error('./run ended');
    await new Promise((done) => setTimeout(done, 100));
  }
  const place = JSON.parse(readFileSync(ready, 'utf8')) as { gateway: string; setupUrl: string };
  step('./run answers, everything installed and built');
  const { page, outside, faults } = await openPage(browser);
  await page.goto(place.setupUrl);
  await page.getByLabel('Name').fill('Newcomer');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  step('signed in as the first administrator');
  await page.getByRole('link', { name: 'Keys' }).click();
  await page.getByRole('button', { name: 'New key' }).first().click();
  await page.getByRole('dialog').getByLabel('Name').fill('my app');
  await page.getByRole('button', { name: 'Make the key' }).click();
  const key = (await page.getByRole('dialog').getByLabel('Key', { exact: true }).innerText()).trim();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  step('made a key');
  await page.getByRole('link', { name: 'Home' }).click();
  const links = page.getByRole('list', { name: 'The way of the first request' }).getByRole('listitem');
  await links.nth(5).waitFor();
  step(`looked at the way of the first request: ${(await links.allInnerTexts()).map((text) => text.split(/\s/)[0]).join(', ')}`);
  const reply = await fetch(`${place.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'practice/assistant', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  if (reply.status !== 200) throw new Error(`the first request was answered ${reply.status}`);
  const answered = performance.now();
  await page.getByRole('region', { name: 'Latest requests' }).getByText('practice/assistant').waitFor();
  step(`sent the first request; it was on the page ${Math.round(performance.now() - answered)} ms after its answer`);
  await page.getByRole('link', { name: 'Traffic' }).click();
  await page.getByText('practice/assistant').first().waitFor();
  step('and in the traffic');
  await page.getByRole('link', { name: 'Playground' }).click();
  const attack = page.getByRole('article').filter({ has: page.getByRole('heading', { name: 'Order in a web page' }) });
  await attack.getByRole('button', { name: 'Try it' }).click();
  await attack.getByText('injected-content').waitFor();
  await attack.getByRole('link', { name: 'Why, step by step' }).click();
  await page.getByText('injected-content').first().waitFor();
  step('an attack stopped, and why');
  if (outside.length + faults.length > 0) throw new Error([...outside, ...faults].join('\n'));
} finally {
  await browser.close();
  program.kill('SIGTERM');
  await new Promise((done) => program.once('exit', done));
  rmSync(folder, { recursive: true, force: true });
}
