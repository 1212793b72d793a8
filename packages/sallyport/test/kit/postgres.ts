import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

/** A PostgreSQL database of its own; `stop` drops it (and the cluster, when this call made one). */
export type EphemeralPostgres = {
  readonly url: string;
  /** Makes every connection break and refuses new ones until `allow`; for tests of lost connections. */
  readonly refuse: () => Promise<void>;
  readonly allow: () => Promise<void>;
  /** Another fresh database of the same cluster; stop it first. */
  sibling(): Promise<EphemeralPostgres>;
  /** What a database does by itself some time after much was written: cleans, counts, writes down. */
  readonly settle: () => Promise<void>;
  /** Transactions that it has committed so far; waits until its backends have told, which they do once a second. */
  readonly committed: () => Promise<number>;
  stop(): Promise<void>;
};

const run = promisify(execFile);
/** A backend says at most once a second what it has done. */
const STATISTICS_MS = 1_500;

/**
 * A fresh database. With SALLYPORT_TEST_POSTGRES (the address of a superuser) it is made in that cluster, so that a whole run of tests
 * shares one; else in a cluster of its own, made by the system's binaries in a temporary folder on a free port.
 * `undefined` when there is no PostgreSQL on this machine: skip the test by name, with `skipReason`.
 */
export async function ephemeralPostgres(): Promise<EphemeralPostgres | undefined> {
  const shared = process.env['SALLYPORT_TEST_POSTGRES'];
  if (shared !== undefined && shared !== '') return freshDatabase(shared, async () => {});
  const cluster = await startCluster();
  return cluster === undefined ? undefined : freshDatabase(cluster.url, () => cluster.stop());
}

/** Why tests that need PostgreSQL do not run; throws where they must (`REQUIRE_SERVICES=1`). */
export function skipReason(): string {
  const reason = 'no PostgreSQL: install its server or set SALLYPORT_TEST_POSTGRES';
  if (process.env['REQUIRE_SERVICES'] === '1') throw new Error(`${reason} (REQUIRE_SERVICES=1)`);
  return reason;
}

async function freshDatabase(admin: string, after: () => Promise<void>): Promise<EphemeralPostgres> {
  const name = `sallyport_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(admin, `create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  const disconnect = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`;
  return {
    url: url.href,
    async refuse() {
      await asAdmin(admin, `alter database ${name} allow_connections false`);
      await asAdmin(admin, disconnect);
    },
    async allow() {
      await asAdmin(admin, `alter database ${name} allow_connections true`);
    },
    sibling: () => freshDatabase(admin, async () => {}),
    async settle() {
      await asAdmin(url.href, 'vacuum analyze');
      await asAdmin(url.href, 'checkpoint');
    },
    async committed() {
      await new Promise((resolve) => setTimeout(resolve, STATISTICS_MS));
      const rows = await asAdmin(url.href, 'select xact_commit as count from pg_stat_database where datname = current_database()');
      return Number((rows[0] as { count: string }).count);
    },
    async stop() {
      await asAdmin(admin, `drop database if exists ${name} with (force)`);
      await after();
    },
  };
}

async function asAdmin(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}

/** A running server with its data, which is removed at the end. */
export type Cluster = {
  readonly url: string;
  /** Ends the server as a crash does; its data stay. */
  halt(): Promise<void>;
  /** Starts it again after `halt`. */
  resume(): Promise<void>;
  /** Stops the server's processes where they stand, as a machine that hangs: connections stay open, nothing answers. */
  freeze(): Promise<void>;
  thaw(): void;
  stop(): Promise<void>;
};

/** Starts a cluster of its own; `tools/test.ts` starts one for a whole run and hands its address on as SALLYPORT_TEST_POSTGRES. */
export async function startCluster(): Promise<Cluster | undefined> {
  const bin = findBinaries();
  if (bin === undefined) return undefined;
  const dir = await mkdtemp(join(tmpdir(), 'sallyport-postgres-'));
  const as = await ownerOf(dir);
  const data = join(dir, 'data');
  await run(...as(join(bin, 'initdb'), ['-D', data, '-U', 'sallyport', '--auth=trust', '--no-sync', '--locale=C.UTF-8', '-E', 'UTF8']));
  const port = await freePort();
  // Nothing here outlives the run: fsync would only cost time. Tests of durability look at PGlite, whose syncs are ours.
  const settings = {
    fsync: 'off',
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: dir,
    max_connections: 200,
    shared_buffers: '32MB',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const [command, args] = as(join(bin, 'postgres'), ['-D', data, ...options]);
  const start = (): ChildProcess => spawn(command, args, { stdio: 'ignore' });
  let server = start();
  let frozen: readonly number[] = [];
  const url = `postgres://sallyport@127.0.0.1:${port}/postgres`;
  const thaw = (): void => {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
    frozen = [];
  };
  const stop = async (): Promise<void> => {
    thaw();
    await stopServer(server, 'SIGINT');
    await rm(dir, { recursive: true, force: true });
  };
  // A test that ends without stopping must not leave a server behind.
  process.once('exit', () => {
    thaw();
    server.kill('SIGINT');
  });
  try {
    await answers(url, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    halt: () => stopServer(server, 'SIGQUIT'),
    async resume() {
      server = start();
      await answers(url, server);
    },
    async freeze() {
      const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(server.pid)]);
      frozen = [server.pid ?? 0, ...stdout.trim().split(/\s+/).map(Number)];
      for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    },
    thaw,
    stop,
  };
}

/** Debian and its kin keep them out of the path, one folder for each version; the newest of 15 or later. */
function findBinaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root)
    ? readdirSync(root)
        .map(Number)
        .filter((version) => version >= 15)
    : [];
  const folders = versions.sort((a, b) => b - a).map((version) => join(root, String(version), 'bin'));
  return [...folders, ...(process.env['PATH'] ?? '').split(':')].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
}

/** PostgreSQL refuses to run as root: then the folder is given to the user `postgres`, and the commands run as that user. */
async function ownerOf(dir: string): Promise<(command: string, args: string[]) => [string, string[]]> {
  if (userInfo().uid !== 0) return (command, args) => [command, args];
  const { stdout } = await run('id', ['-u', 'postgres']);
  const uid = Number(stdout);
  await chown(dir, uid, uid);
  // `setpriv` replaces itself by the command, so a signal to our child reaches the server (`runuser` would stand between).
  return (command, args) => ['setpriv', [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', command, ...args]];
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
    const answered = await asAdmin(url, 'select 1').then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('postgres does not answer');
}

/** SIGINT: fast shutdown. SIGQUIT: at once, so that the next start recovers. */
async function stopServer(server: ChildProcess, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await ended;
}
