import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { skipReason } from '../../test/kit/postgres.ts';
import { openTestStore, STORE_KINDS } from '../../test/kit/stores.ts';
import { DEFAULT_TENANT, newId, type EventId, type TenantId } from '../kernel/index.ts';
import type { Store } from '../store/service.ts';
import type { Event } from './event.ts';
import { eventJson } from './event_json.ts';
import { diskFiles } from './file_port.ts';
import { verifyProof } from './proof.ts';
import { readerOf, testEvent } from './test/log_kit.ts';
import { openTestTrail, until, type TestTrail } from './test/trail_kit.ts';
import { verifyLogs } from './verify.ts';

const ACME = 'acme' as TenantId;
const OTHER = 'other' as TenantId;
const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: { code: string }) => error.code,
  );
const inLogs = (dir: string, uid: string): number => {
  const events = join(dir, 'events');
  const logs = readdirSync(events).filter((name) => /^log_\w{26}$/.test(name));
  const text = logs
    .flatMap((log) =>
      readdirSync(join(events, log))
        .filter((name) => name.endsWith('.seg'))
        .map((name) => readFileSync(join(events, log, name), 'latin1')),
    )
    .join('');
  return text.split(`"uid":"${uid}"`).length - 1;
};

for (const kind of STORE_KINDS) {
  describe(`the audit trail on ${kind}`, () => {
    let opened: TestTrail | undefined;
    before(async () => {
      opened = await openTestTrail(openTestStore(kind));
    });
    after(() => opened?.stop());
    const it = (name: string, run: (trail: TestTrail) => Promise<void>): void => {
      test(name, (context) => (opened === undefined ? context.skip(skipReason()) : run(opened)));
    };

    it('a rebuild of the list loses nothing, although events come while it runs', async (trail) => {
      // The answer to the deletion comes late: the next event would wake the projection before it.
      const store: Store = {
        ...trail.store,
        async system(reason, fn, options) {
          const value = await trail.store.system(reason, fn, options);
          if (reason.startsWith('audit: rebuild')) await delay(600);
          return value;
        },
      };
      const audit = await trail.open({ store });
      const event = testEvent({ tenant: ACME });
      await audit.record(event);
      await until(() => audit.health().projectionLag === 0);
      const rebuilt = audit.rebuild();
      await audit.record(testEvent({ tenant: ACME }));
      await rebuilt;
      await until(() => audit.health().projectionLag === 0);
      assert.ok((await audit.list(ACME, {})).events.some(({ uid }) => uid === event.uid));
      await audit.close();
    });

    it('an event is found before and after it reaches the database, by its own tenant only', async (trail) => {
      const audit = await trail.open();
      const event = testEvent({ tenant: ACME });
      await audit.record(event);
      assert.equal(inLogs(trail.dir, event.uid), 1);
      assert.equal((await audit.get(ACME, event.uid))?.uid, event.uid);
      assert.equal(await audit.get(OTHER, event.uid), undefined);
      await until(() => audit.health().projectionLag === 0);
      assert.deepEqual(await audit.get(ACME, event.uid), JSON.parse(eventJson(event)));
      assert.equal(await audit.get(OTHER, event.uid), undefined);
      assert.deepEqual((await audit.list(OTHER, {})).events, []);
      assert.equal(await audit.get(ACME, "evt_' or 1=1" as EventId), undefined);
      await audit.close();
    });

    it('events are listed newest first, page by page, by every filter', async (trail) => {
      const audit = await trail.open();
      const tenant = 'lister' as TenantId;
      const time = 1_763_800_000_000;
      const events = Array.from({ length: 25 }, (_, at) =>
        testEvent({
          tenant,
          time: time + Math.floor(at / 2),
          decision: { action: at % 5 === 0 ? 'deny' : 'allow', rules: [], would: [] },
          api: { operation: 'chat', model: at % 2 === 0 ? 'even' : 'odd' },
          actor: { principal: at < 3 ? 'prn_a' : 'prn_b' },
          kind: at === 7 ? 'guard.failure' : 'gateway.request',
        }),
      );
      await Promise.all(events.map((event) => audit.record(event)));
      await until(() => audit.health().projectionLag === 0);
      const pages: Event[] = [];
      for (let after: string | undefined, more = true; more;) {
        const page = await audit.list(tenant, { limit: 10, ...(after !== undefined && { after }) });
        pages.push(...page.events);
        after = page.next;
        more = after !== undefined;
      }
      const expected = events.toSorted((a, b) => b.time - a.time || (a.uid < b.uid ? 1 : -1));
      assert.deepEqual(
        pages.map((event) => event.uid),
        expected.map((event) => event.uid),
      );
      const count = async (query: object): Promise<number> => (await audit.list(tenant, { limit: 500, ...query })).events.length;
      assert.deepEqual(
        await Promise.all([count({ decision: 'deny' }), count({ model: 'odd' }), count({ principal: 'prn_a' })]),
        [5, 12, 3],
      );
      assert.deepEqual(await Promise.all([count({ kind: 'guard.failure' }), count({ kind: 'gateway' }), count({ kind: '%' })]), [1, 24, 0]);
      assert.equal(await count({ since: time + 2, until: time + 4 }), 4);
      await audit.close();
    });

    it('of a stream the later record stays, whichever comes last', async (trail) => {
      const audit = await trail.open();
      const started = testEvent({ tenant: ACME, phase: 'started' });
      const ended: Event = { ...started, phase: 'ended', usage: { input: 3, output: 4 } };
      await audit.record(started);
      await until(() => audit.health().projectionLag === 0);
      assert.equal((await audit.get(ACME, started.uid))?.phase, 'started');
      await audit.record(ended);
      assert.equal((await audit.get(ACME, started.uid))?.phase, 'ended', 'the log is asked while the database has the started one');
      await audit.record(started);
      await until(() => audit.health().projectionLag === 0);
      assert.deepEqual((await audit.get(ACME, started.uid))?.usage, { input: 3, output: 4 });
      await audit.close();
    });

    it('a change and its event commit together, and the event is in the log before the caller hears of it', async (trail) => {
      const audit = await trail.open();
      const uids: string[] = [];
      const answer = await audit.change(ACME, async (sql, emit) => {
        await emit({ type: 'key.created', actor: 'prn_admin', target: { kind: 'key', id: 'key_1', name: 'my key' }, detail: { rpm: 5 } });
        const rows = await sql.query<{ uid: string }>('select uid from audit_outbox');
        uids.push(...rows.map((row) => row.uid));
        return 42;
      });
      assert.equal(answer, 42);
      assert.deepEqual([uids.length, inLogs(trail.dir, uids[0]!)], [1, 1]);
      await until(async () => (await trail.store.system('test', (sql) => sql.query('select uid from audit_outbox'))).length === 0);
      await until(() => audit.health().projectionLag === 0);
      const event = await audit.get(ACME, uids[0] as EventId);
      assert.deepEqual(
        [event?.kind, event?.class_uid, event?.activity_id, event?.target?.name, event?.detail],
        ['key.created', 3004, 1, 'my key', { rpm: 5 }],
      );
      const size = audit.health().size;
      await assert.rejects(
        audit.change(ACME, async (_sql, emit) => {
          await emit({ type: 'key.revoked', actor: 'prn_admin', target: { kind: 'key', id: 'key_1' } });
          throw new Error('undone');
        }),
        /undone/,
      );
      assert.equal(audit.health().size, size, 'nothing is recorded of what did not happen');
      assert.deepEqual(await trail.store.tx(ACME, (sql) => sql.query('select uid from audit_outbox')), []);
      await audit.close();
    });

    it('what a crash left in the outbox is appended once, and only if it is not in the log', async (trail) => {
      let audit = await trail.open();
      const { log } = audit.health();
      const known = testEvent({ tenant: ACME, kind: 'key.created' });
      await audit.record(known);
      await audit.close();
      const lost = testEvent({ tenant: ACME, kind: 'key.revoked' });
      await trail.store.tx(ACME, async (sql) => {
        for (const event of [known, lost]) {
          await sql.query('insert into audit_outbox (tenant, uid, log, created, event) values ($1, $2, $3, $4, $5)', [
            ACME,
            event.uid,
            log,
            Date.now(),
            eventJson(event),
          ]);
        }
      });
      for (let round = 0; round < 2; round++) {
        audit = await trail.open();
        assert.deepEqual([inLogs(trail.dir, known.uid), inLogs(trail.dir, lost.uid)], [1, 1]);
        await audit.close();
      }
      assert.deepEqual(await trail.store.system('test', (sql) => sql.query('select uid from audit_outbox')), []);
    });

    it('while the database is away events are recorded and found; they catch up when it is back', async (trail) => {
      const audit = await trail.open();
      trail.store.away = true;
      const events = Array.from({ length: 20 }, () => testEvent({ tenant: 'away' as TenantId }));
      await Promise.all(events.map((event) => audit.record(event)));
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (const event of events) assert.equal((await audit.get('away' as TenantId, event.uid))?.uid, event.uid);
      assert.equal(await audit.get('away' as TenantId, newId('evt', 1) as EventId), undefined);
      assert.equal(await code(audit.list('away' as TenantId, {})), 'STORE_UNAVAILABLE');
      assert.ok(audit.health().projectionLag >= 20);
      trail.store.away = false;
      await until(() => audit.health().projectionLag === 0);
      assert.equal((await audit.list('away' as TenantId, { limit: 100 })).events.length, 20);
      await audit.close();
    });

    it('an event that the database cannot take does not keep the others out', async (trail) => {
      const audit = await trail.open();
      const tenant = 'poison' as TenantId;
      const bad = testEvent({ tenant, time: 1e300 });
      const good = [testEvent({ tenant }), testEvent({ tenant, message: 'nul \u0000 lone \ud800 quote " ü' })];
      await Promise.all([good[0]!, bad, good[1]!].map((event) => audit.record(event)));
      await until(() => audit.health().projectionLag === 0);
      assert.deepEqual((await audit.list(tenant, {})).events.map((event) => event.uid).sort(), good.map((event) => event.uid).sort());
      await audit.close();
    });

    it('a rebuild gives the same list again', async (trail) => {
      const audit = await trail.open();
      const all = async (): Promise<unknown> =>
        (await Promise.all(['lister', 'away', 'acme'].map((tenant) => audit.list(tenant as TenantId, { limit: 500 })))).map(
          (page) => page.events,
        );
      const was = await all();
      await trail.store.system('test', (sql) => sql.query("delete from audit_events where tenant = 'lister'"));
      const seen: number[] = [];
      assert.equal(await audit.rebuild((done) => seen.push(done)), audit.health().size);
      assert.deepEqual(await all(), was);
      assert.equal(seen.at(-1), audit.health().size);
      await audit.close();
    });

    it('each event is proved, over segments, also when the cache was damaged; no other tenant gets a proof', async (trail) => {
      const audit = await trail.open({ segmentSize: 4000 });
      const keys = [createPublicKey(trail.keyring.signing().publicKeyPem)];
      const events = Array.from({ length: 30 }, () => testEvent({ tenant: ACME }));
      for (const event of events) await audit.record(event);
      for (const event of [events[0]!, events[15]!, events[29]!]) {
        const verdict = verifyProof(await audit.proof(ACME, event.uid), keys);
        assert.ok(verdict.ok);
        assert.equal((verdict.event as Event).uid, event.uid);
      }
      const cache = join(trail.dir, 'cache', 'tree', audit.health().log, 'level-01');
      writeFileSync(cache, Buffer.alloc(readFileSync(cache).length));
      const proof = await audit.proof(ACME, events[15]!.uid);
      assert.ok(verifyProof(proof, keys).ok);
      assert.ok(!verifyProof({ ...proof, event: proof.event.replace('gateway', 'Gateway') }, keys).ok);
      assert.ok(!verifyProof({ ...proof, index: proof.index + 1 }, keys).ok);
      assert.ok(!verifyProof(proof, []).ok && !verifyProof({}, keys).ok && !verifyProof(null, keys).ok);
      assert.equal(await code(audit.proof(OTHER, events[0]!.uid)), 'EVENT_NOT_FOUND');
      assert.equal(await code(audit.proof(ACME, 'evt_x' as EventId)), 'EVENT_NOT_FOUND');
      await audit.close();
    });

    it('followers see their own tenant as it happens', async (trail) => {
      const audit = await trail.open();
      const stop = new AbortController();
      const seen: string[] = [];
      const reading = (async () => {
        for await (const event of audit.follow(ACME, stop.signal)) {
          seen.push(event.uid);
          if (seen.length === 2) stop.abort();
        }
      })();
      await new Promise((resolve) => setImmediate(resolve));
      const events = [testEvent({ tenant: ACME }), testEvent({ tenant: OTHER }), testEvent({ tenant: ACME })];
      for (const event of events) await audit.record(event);
      await reading;
      assert.deepEqual(seen, [events[0]!.uid, events[2]!.uid]);
      await audit.close();
    });

    it('the database keeps the signed heads; an older copy of the log is refused at start and found by verification', async (trail) => {
      let audit = await trail.open();
      const events = join(trail.dir, 'events');
      await audit.record(testEvent());
      await audit.close();
      const copy = `${events}.copy`;
      cpSync(events, copy, { recursive: true });
      audit = await trail.open();
      await audit.record(testEvent());
      await audit.close();
      renameSync(events, `${events}.newer`);
      renameSync(copy, events);
      assert.equal(await code(trail.open()), 'LOG_BROKEN');
      rmSync(events, { recursive: true });
      renameSync(`${events}.newer`, events);
      audit = await trail.open();
      const heads = await audit.heads();
      assert.match(verifyLogs(readerOf(diskFiles, events), { heads }).summary, /the database agrees, not witnessed/);
      await audit.close();
    });

    it('a missing log folder is told where the database is embedded, and by verification everywhere', async (trail) => {
      let audit = await trail.open();
      const { log } = audit.health();
      const events = join(trail.dir, 'events');
      await audit.close();
      renameSync(join(events, log), join(trail.dir, log));
      audit = await trail.open();
      assert.deepEqual(audit.health().missingLogs.includes(log), kind === 'pglite');
      await until(() => audit.health().projectionLag === 0);
      const said = (await audit.list(DEFAULT_TENANT, { kind: 'audit.log_missing' })).events;
      assert.equal(
        said.some((event) => event.target?.id === log),
        kind === 'pglite',
      );
      assert.match(verifyLogs(readerOf(diskFiles, events), { heads: await audit.heads() }).broken?.why ?? '', /the whole log is missing/);
      await audit.close();
      renameSync(join(trail.dir, log), join(events, log));
    });

    it('a log that a dead process left is sealed, its events are projected, and the newest one is taken over', async (trail) => {
      const events = join(trail.dir, 'events');
      const left = readdirSync(events).filter((name) => name.startsWith('log_') && !name.endsWith('.lock'));
      assert.ok(left.length >= 2, 'the test before left two');
      const audit = await trail.open();
      assert.equal(audit.health().log, left.sort().at(-1));
      for (const log of left.slice(0, -1)) {
        const report = verifyLogs(readerOf(diskFiles, events)).logs.find((found) => found.log === log);
        assert.equal(report?.last?.state, 'sealed');
      }
      await until(() => audit.health().projectionLag === 0);
      await audit.close();
    });

    it('two trails at once have two logs, and the second sees what the first records', async (trail) => {
      const first = await trail.open();
      const second = await trail.open();
      assert.notEqual(first.health().log, second.health().log);
      const stop = new AbortController();
      const event = testEvent({ tenant: ACME });
      if (kind === 'postgres') {
        const reading = (async () => {
          for await (const seen of second.follow(ACME, stop.signal)) if (seen.uid === event.uid) return true;
          return false;
        })();
        await new Promise((resolve) => setImmediate(resolve));
        await first.record(event);
        assert.equal(await reading, true);
      } else await first.record(event);
      await until(async () => (await second.get(ACME, event.uid)) !== undefined);
      stop.abort();
      await Promise.all([first.close(), second.close()]);
    });

    it('the witness file gets the heads; a log behind it is refused', async (trail) => {
      const folder = join(trail.dir, '..', 'elsewhere');
      mkdirSync(folder, { recursive: true });
      const witness = { kind: 'file' as const, path: join(folder, 'witness.jsonl') };
      let audit = await trail.open({ witness });
      await audit.record(testEvent());
      await audit.checkpoint();
      await until(() => audit.health().witness?.size === audit.health().size);
      await audit.close();
      const events = join(trail.dir, 'events');
      const text = readFileSync(witness.path, 'utf8');
      const verdict = verifyLogs(readerOf(diskFiles, events), { witness: text });
      assert.deepEqual([verdict.ok, verdict.witnessed], [true, true]);
      audit = await trail.open({ witness });
      await audit.close();
    });

    it('a failing disk stops the process; nothing is answered after it', async (trail) => {
      const { MemoryFiles } = await import('./test/memory_files.ts');
      const files = new MemoryFiles();
      const audit = await trail.open({ files, dir: '/memory' });
      files.faults.push({ on: 'sync', code: 'EIO' });
      assert.equal(await code(audit.record(testEvent())), 'LOG_FAILED');
      assert.equal(trail.fatal.length, 1);
      assert.equal(audit.health().state, 'failed');
      assert.equal(
        await code(audit.change(ACME, (_sql, emit) => emit({ type: 'a.created', actor: 'x', target: { kind: 'a', id: '1' } }))),
        'LOG_FAILED',
      );
      await audit.close();
    });
  });
}
