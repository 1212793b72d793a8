import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Secret, silentLogger, systemClock } from '../../kernel/index.ts';
import { ephemeralPostgres, skipReason, type EphemeralPostgres } from '../../../test/kit/postgres.ts';
import { ANNA, codeOf } from '../../../test/kit/stores.ts';
import { readMigrations, type Migration } from '../migrate.ts';
import { openEngine, type Store } from '../service.ts';
import { openPostgres } from './engine.ts';

/** A way to the database that can stop passing bytes while its connections stay open: a network that is gone without a word. */
type Line = { readonly url: string; silent: boolean; readonly passed: () => number; close(): void };

async function lineTo(address: string): Promise<Line> {
  const url = new URL(address);
  const port = Number(url.port);
  const open = new Set<Socket>();
  let passed = 0;
  const server: Server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('data', (bytes) => {
        if (line.silent) return;
        passed += bytes.length;
        to.write(bytes);
      });
      from.on('error', () => {});
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = server.address();
  url.hostname = '127.0.0.1';
  url.port = String(typeof own === 'object' && own !== null ? own.port : 0);
  const line: Line = {
    url: url.href,
    silent: false,
    passed: () => passed,
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
  return line;
}

const ONE = 'select 1 as one';
const deps = { logger: silentLogger, clock: systemClock };

describe('PostgreSQL: a database that falls silent', () => {
  let database: EphemeralPostgres | undefined;
  let line: Line;
  let store: Store;
  before(async () => {
    database = await ephemeralPostgres();
    if (database === undefined) return;
    line = await lineTo(database.url);
    const migrations = shipped();
    await migrations;
    store = await openEngine(await openPostgres(new Secret(line.url), { ...deps, askLimit: 200, networkGrace: 100 }), deps, migrations);
  });
  after(async () => {
    if (database === undefined) return;
    await store.close();
    line.close();
    await database.stop();
  });
  // The migrations take longer than the limits of this file.
  async function shipped(): Promise<Migration[]> {
    const roomy = await openPostgres(new Secret(database?.url ?? ''), deps);
    await (await openEngine(roomy, deps, readMigrations())).close();
    return readMigrations();
  }

  it('refuses what was under way and what comes after, and goes on when it answers', { timeout: 20_000 }, async (context) => {
    if (database === undefined) return context.skip(skipReason());
    // Connections are there already: making one has a limit of its own.
    await Promise.all([store.tx(ANNA, (sql) => sql.query(ONE)), store.tx(ANNA, (sql) => sql.query(ONE)), store.lookup(ANNA, ONE, [])]);
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const middle = store.tx(ANNA, async (sql) => {
      await sql.query(ONE);
      begun.resolve();
      await held.promise;
      return sql.query(ONE);
    });
    await begun.promise;
    line.silent = true;
    const before = line.passed();
    held.resolve();
    const refused = await Promise.all([
      codeOf(middle),
      codeOf(store.lookup(ANNA, ONE, [])),
      codeOf(store.tx(ANNA, (sql) => sql.query(ONE))),
    ]);
    assert.deepEqual(
      refused,
      Array.from({ length: 3 }, () => 'STORE_UNAVAILABLE'),
    );
    assert.equal(line.passed(), before);
    line.silent = false;
    // More than there are connections: none of those that were cut is handed out again.
    for (const answers of [
      await Promise.all(Array.from({ length: 12 }, () => store.lookup(ANNA, ONE, []))),
      await Promise.all(Array.from({ length: 12 }, () => store.tx(ANNA, (sql) => sql.query(ONE)))),
    ])
      assert.deepEqual(
        answers,
        Array.from({ length: 12 }, () => [{ one: 1 }]),
      );
  });

  it('refuses a look-up whose connection is made and then hears nothing', { timeout: 20_000 }, async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const other = await lineTo(database.url);
    const fresh = await openPostgres(new Secret(other.url), { ...deps, askLimit: 200, networkGrace: 100 });
    const lookup = fresh.lookup?.bind(fresh) ?? assert.fail('PostgreSQL has look-ups of their own');
    // The first bytes after the server's greeting are the settings: from there on nothing passes.
    const greeting = setInterval(() => {
      if (other.passed() > start) other.silent = true;
    }, 0);
    const start = other.passed() + 300;
    assert.equal(await codeOf(lookup(ANNA, ONE, [])), 'STORE_UNAVAILABLE');
    clearInterval(greeting);
    other.silent = false;
    assert.deepEqual(await lookup(ANNA, ONE, []), [{ one: 1 }]);
    await fresh.close();
    other.close();
  });

  it('sends nothing of a look-up whose parameters cannot be encoded, and keeps its connection', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    await store.lookup(ANNA, ONE, []);
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const [sent, waiting] = [line.passed(), timers()];
    for (let i = 0; i < 20; i++) assert.equal(await codeOf(store.lookup(ANNA, 'select $1::text', [() => {}])), 'STORE_STATEMENT_REFUSED');
    assert.deepEqual([line.passed(), timers()], [sent, waiting]);
    assert.deepEqual(await store.lookup(ANNA, ONE, []), [{ one: 1 }]);
  });
});
