import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from './service.ts';

/** The oldest PostgreSQL that the product supports. */
const OLDEST = 15;
/** How long a cluster may take to answer. */
const START_MS = 30_000;

const VARIABLE = 'SALLYPORT_TEST_POSTGRES';

/** One PostgreSQL cluster for the whole run, in a temporary folder on a free port. A URL in the environment is used as it is. */
export const postgres: Service = {
  name: 'PostgreSQL',
  async start(note) {
    if (process.env[VARIABLE] !== undefined) return { env: {}, stop: async () => {} };
    const bin = findBinaries() ?? installBinaries(note);
    return bin === undefined ? undefined : startCluster(bin);
  },
};

/** The folder of the newest installed server's programs. */
function findBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  const installed = versions
    .filter((version) => version >= OLDEST)
    .sort((a, b) => b - a)
    .map((version) => `${debian}/${version}/bin`);
  const asked = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  if (asked.status === 0) installed.push(asked.stdout.trim());
  return installed.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

function installBinaries(note: (text: string) => void): string | undefined {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return undefined;
  note('installing PostgreSQL with apt-get (once)');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'postgresql'], { env, stdio: 'ignore' });
  return findBinaries();
}

async function startCluster(bin: string): Promise<{ env: Record<string, string>; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-postgres-'));
  chmodSync(folder, 0o700);
  const user = userFor(folder);
  const password = randomBytes(24).toString('base64url');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  const data = join(folder, 'data');
  const as = { cwd: folder, ...user };
  const made = spawnSync(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ],
    { ...as, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}${made.error?.message ?? ''}`);
  const port = await freePort();
  // No sync: this cluster is thrown away with the run. Tests of durability end our own process, never this one.
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off', 'max_connections=200'];
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], { ...as, stdio: 'ignore' });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    await answers(join(bin, 'pg_isready'), port, server);
  } catch (thrown) {
    server.kill('SIGQUIT');
    remove();
    throw thrown;
  }
  return {
    env: { [VARIABLE]: `postgres://postgres:${password}@127.0.0.1:${port}/postgres` },
    stop: () => stopServer(server).then(remove),
  };
}

/** PostgreSQL refuses to run as root: the user `postgres` that its package made runs it, and owns the folder. */
function userFor(folder: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  const user = { uid: id('-u'), gid: id('-g') };
  if (!(user.uid > 0 && user.gid > 0)) throw new Error('PostgreSQL does not run as root, and there is no user postgres');
  chownSync(folder, user.uid, user.gid);
  return user;
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function answers(isReady: string, port: number, server: ChildProcess): Promise<void> {
  const end = performance.now() + START_MS;
  while (performance.now() < end) {
    if (server.exitCode !== null) throw new Error(`postgres ended with exit code ${server.exitCode}`);
    if (spawnSync(isReady, ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('postgres did not answer in time');
}

/** Fast shutdown (SIGINT): connections that tests left open do not hold it. */
function stopServer(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve();
    server.on('exit', () => resolve());
    server.kill('SIGINT');
  });
}
