import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Debian's, unless the runner says another. */
const PATH = process.env['SALLYPORT_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

export const noBrowser = existsSync(PATH) ? false : 'no Chromium';

/** A browser that talks to nobody but the pages it is sent to. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A fresh profile with one page; `outside` collects every address that is not this machine's, which the page may not reach. */
export async function openPage(
  browser: Browser,
  options: { readonly theme?: 'light' | 'dark'; readonly phone?: boolean } = {},
): Promise<{ page: Page; context: BrowserContext; outside: string[]; faults: string[] }> {
  const context = await browser.newContext({
    viewport: options.phone === true ? { width: 390, height: 844 } : { width: 1280, height: 860 },
    colorScheme: options.theme ?? 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  const outside: string[] = [];
  const faults: string[] = [];
  await context.route('**/*', (route) => {
    const { hostname } = new URL(route.request().url());
    if (hostname === 'localhost' || hostname === '127.0.0.1') return route.continue();
    outside.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(`${message.text()} ${message.location().url}`);
  });
  return { page, context, outside, faults };
}

/** A page that has not changed for so long, in milliseconds, is drawn to its end: a request on loopback is answered in less. */
const QUIET_MS = 100;
/** A page that changes by itself, as the list of events does, is looked at as it stands after this. */
const MOST_MS = 2_000;

/** Until nothing on the page is busy, moves or changes. The pages follow events, so that their network is never idle: what is busy says so itself. */
export async function settled(page: Page): Promise<void> {
  await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
  await page.evaluate(`new Promise((done) => {
    const end = () => { watch.disconnect(); clearTimeout(most); done(); };
    const quiet = () => {
      const waits = document.querySelector('[aria-busy="true"]') !== null || document.getAnimations().some((one) => one.playState === 'running');
      if (waits) timer = setTimeout(quiet, ${QUIET_MS}); else requestAnimationFrame(end);
    };
    const watch = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(quiet, ${QUIET_MS}); });
    watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    let timer = setTimeout(quiet, ${QUIET_MS});
    const most = setTimeout(end, ${MOST_MS});
  })`);
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds that is serious or critical, a line each. It runs past the page's own policy, as an extension would. */
export async function seriousProblems(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const there = await session.send('Runtime.evaluate', { expression: "typeof axe === 'object'", returnByValue: true });
  if (there.result.value !== true) await session.send('Runtime.evaluate', { expression: axe });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'] }).then((found) => JSON.stringify(found.violations
      .filter((one) => one.impact === 'serious' || one.impact === 'critical')
      .map((one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ')).join(', '))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  return JSON.parse(String(result.value)) as string[];
}
