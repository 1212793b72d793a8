import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Service } from './service.ts';

const VARIABLE = 'SALLYPORT_TEST_CHROMIUM';
/** Where Debian, Ubuntu and Fedora put it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser for the tests of the console: each test starts its own process of it. */
export const chromium: Service = {
  name: 'Chromium',
  async start(note) {
    const path = process.env[VARIABLE] ?? find() ?? install(note);
    return path === undefined ? undefined : { env: { [VARIABLE]: path }, stop: async () => {} };
  },
};

function find(): string | undefined {
  return PLACES.find((path) => existsSync(path));
}

function install(note: (text: string) => void): string | undefined {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return undefined;
  note('installing Chromium with apt-get (once)');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env, stdio: 'ignore' });
  return find();
}
