import { cpus, loadavg, tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openApp } from '../packages/sallyport/src/app/open.ts';
import { addConsole } from '../packages/sallyport/src/app/console_pages.ts';
import { gatewayConfig } from '../packages/sallyport/src/gateway/config.ts';
import { CLASS, type Event } from '../packages/sallyport/src/audit/index.ts';
import { DEFAULT_TENANT, newId, silentLogger, systemClock, type EventId } from '../packages/sallyport/src/kernel/index.ts';
import { openPage, startBrowser } from '../packages/sallyport/test/kit/browser.ts';

/**
 * The console at scale, in Chromium: `node bench/console.ts [--rows N] [--rate N] [--seconds N]`. Records N events in a gate of this process,
 * opens the pages, and prints the largest paint of each, the JavaScript of the first load, the frames while the list of traffic is scrolled from
 * its newest row to its oldest, and the long tasks while events come in at that rate.
 */
const flag = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const ROWS = flag('rows', 100_000);
const RATE = flag('rate', 1_000);
const SECONDS = flag('seconds', 20);
const PASSWORD = 'correct horse battery';
const PAGES = [
  '/',
  '/traffic',
  '/approvals',
  '/policies',
  '/guards',
  '/playground',
  '/providers',
  '/permissions',
  '/knowledge',
  '/keys',
  '/identity',
  '/team',
  '/settings',
];
/** Above it a task is long: https://w3c.github.io/longtasks/. */
const LONG_MS = 50;

/** What the page itself sees: the time between its frames, and tasks that kept it from drawing. */
const WATCH = `window.seen = { frames: [], tasks: [] };
  new PerformanceObserver((list) => window.seen.tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' });
  (function frame(last) { requestAnimationFrame((now) => { if (last) window.seen.frames.push(now - last); frame(now); }); })();`;

const LIST = "document.querySelector('.list')";

let made = 0;
/** As the gateway records them: most pass, some are refused, some are masked. */
function event(time: number): Event {
  const n = made++;
  const refused = n % 9 === 0;
  return {
    uid: newId('evt', time) as EventId,
    tenant: DEFAULT_TENANT,
    time,
    class_uid: CLASS.apiActivity,
    activity_id: 1,
    severity_id: refused ? 4 : 1,
    status_id: refused ? 2 : 1,
    kind: 'gateway.request',
    actor: { principal: `prn_app_${n % 7}`, kind: 'service', key: `key_${n % 7}` },
    api: { operation: 'chat', model: `model-${n % 5}`, provider: 'bench', stream: n % 2 === 0 },
    decision: {
      action: refused ? 'deny' : 'allow',
      rules: refused
        ? [
            {
              id: 'hidden-instructions',
              action: 'deny',
              point: 'prompt',
              part: 1,
              why: 'The text holds characters that a person cannot see and a model reads.',
            },
          ]
        : [],
      would:
        n % 5 === 0
          ? [
              {
                id: 'prompt-injection',
                action: 'deny',
                point: 'prompt',
                part: 1,
                why: 'The prompt tries to override the instructions of the application.',
              },
            ]
          : [],
    },
    ...(n % 4 === 0 ? { masked: { EMAIL_ADDRESS: 1 } } : {}),
    timings: { inspect: 0.4, upstream: 412.5, total: 413.1 },
    http: { status: refused ? 403 : 200 },
    content: { mode: 'findings' },
  };
}

const dir = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
const app = await openApp({
  dataDir: join(dir, 'data'),
  config: { gateway: gatewayConfig() },
  env: {},
  logger: silentLogger,
  clock: systemClock,
  onFatal: (error) => console.error(error),
});
addConsole(app.control);
const port = await app.control.listen({ hosts: ['127.0.0.1'], port: 0, plain: false });
const url = `http://localhost:${port}`;
app.at('http://localhost:1', url);
const browser = await startBrowser();
try {
  console.log(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Chromium ${browser.version()}`);
  const started = Date.now();
  for (let at = 0; at < ROWS; at += 1_000) {
    await Promise.all(
      Array.from({ length: Math.min(1_000, ROWS - at) }, (_, i) => app.audit.record(event(started - (ROWS - at - i) * 400))),
    );
    // The projection gets its turn.
    while (app.audit.health().projectionLag > 5_000) await pause(20);
  }
  while (app.audit.health().projectionLag > 0) await pause(50);
  console.log(`${ROWS.toLocaleString('en')} events recorded and listed in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  // The embedded database looks at what has grown once a minute.
  await pause(75_000);

  const { page, outside, faults } = await openPage(browser);
  const token = await app.people.setupLink();
  await page.goto(`${url}/setup#${token}`);
  await page.getByLabel('Name').fill('Bench');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await paints(page);
  await scroll(page);
  await live(page);
  if (outside.length + faults.length > 0) throw new Error([...outside, ...faults].join('\n'));
} finally {
  await browser.close();
  await app.close();
  rmSync(dir, { recursive: true, force: true });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Each page as it is opened by its address, nothing of it in the browser's memory. */
async function paints(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  console.log('\n| page | largest paint, ms | JavaScript, kB as sent |\n|---|--:|--:|');
  for (const path of PAGES) {
    await page.goto(`${url}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(700);
    const [paint, bytes] = await page.evaluate<[number, number]>(`new Promise((done) => new PerformanceObserver((list) => {
      const scripts = performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.js'));
      done([list.getEntries().at(-1).startTime, scripts.reduce((sum, one) => sum + one.encodedBodySize, 0)]);
    }).observe({ type: 'largest-contentful-paint', buffered: true }))`);
    console.log(`| ${path} | ${paint.toFixed(0)} | ${(bytes / 1000).toFixed(1)} |`);
  }
  await session.send('Network.setCacheDisabled', { cacheDisabled: false });
}

async function report(page: Page, name: string): Promise<void> {
  const { frames, tasks } = await page.evaluate<{ frames: number[]; tasks: number[] }>('window.seen');
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0);
  const late = tasks.filter((task) => task >= LONG_MS);
  console.log(
    `${name}: ${frames.length} frames, median ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, longest ${(sorted.at(-1) ?? 0).toFixed(0)} ms; ${late.length} long tasks, longest ${Math.max(0, ...late).toFixed(0)} ms, together ${late.reduce((sum, task) => sum + task, 0).toFixed(0)} ms`,
  );
}

async function scroll(page: Page): Promise<void> {
  await page.goto(`${url}/traffic`);
  const list = page.getByRole('region', { name: 'Events' });
  await list.waitFor();
  const began = Date.now();
  const rows = async (): Promise<number> => Math.round(Number(await page.evaluate(`${LIST}.scrollHeight / 58`)));
  for (let before = 0, same = 0; same < 200;) {
    await page.evaluate(`${LIST}.scrollTo({ top: ${LIST}.scrollHeight })`);
    await page.waitForTimeout(25);
    const now = await rows();
    same = now === before ? same + 1 : 0;
    before = now;
  }
  if ((await rows()) < ROWS) throw new Error('the list ends too early');
  console.log(`\nread to the oldest of ${(await rows()).toLocaleString('en')} rows in ${((Date.now() - began) / 1000).toFixed(0)} s`);
  await page.evaluate(`${LIST}.scrollTo({ top: 0 })`);
  await page.waitForTimeout(500);
  await page.evaluate(WATCH);
  let most = 0;
  // About what a wheel that is turned without end does, and then the whole list by its bar.
  for (const [name, step] of [
    ['scrolled at 6,000 px a second', 100],
    ['the whole list in 10 s', 0],
  ] as const) {
    await page.evaluate('window.seen.frames = []; window.seen.tasks = []');
    await page.evaluate(`new Promise((done) => { const element = ${LIST}; const until = performance.now() + 10_000;
      const each = ${step} || element.scrollHeight / 600; element.scrollTo({ top: 0 });
      (function next() { element.scrollTop += each; if (performance.now() < until) requestAnimationFrame(next); else done(); })(); })`);
    most = Math.max(most, await list.locator('li').count());
    await report(page, name);
  }
  console.log(`rows in the document while scrolling: ${most}`);
}

async function live(page: Page): Promise<void> {
  await page.goto(`${url}/traffic`);
  await page.getByRole('region', { name: 'Events' }).waitFor();
  await page.waitForTimeout(500);
  await page.evaluate(WATCH);
  const first = made;
  const began = performance.now();
  let sent = 0;
  let answered = 0;
  while (performance.now() - began < SECONDS * 1_000) {
    const due = Math.floor(((performance.now() - began) / 1_000) * RATE);
    for (; sent < due; sent++) void app.audit.record(event(Date.now()));
    // A click in the middle of it: does the page still answer?
    if (sent > 0 && answered === 0 && performance.now() - began > (SECONDS * 1_000) / 2) {
      answered = 1;
      const asked = performance.now();
      void page
        .getByLabel('Decision')
        .selectOption('deny')
        .then(() => console.log(`a filter chosen in the middle of it took ${(performance.now() - asked).toFixed(0)} ms`));
    }
    await pause(5);
  }
  await page.waitForTimeout(500);
  await report(
    page,
    `live at ${Math.round(((made - first) / (performance.now() - began)) * 1_000).toLocaleString('en')} events a second for ${SECONDS} s`,
  );
  console.log(`rows in the document: ${await page.getByRole('region', { name: 'Events' }).locator('li').count()}`);
}
