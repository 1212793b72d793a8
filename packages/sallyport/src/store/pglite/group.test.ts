import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createGroup, type Acknowledged } from './group.ts';
import type { Ended } from './messages.ts';

/** A database thread: commits count up, a flush covers what was committed before it began. */
function fakeThread() {
  let commits = 0;
  let unflushed = 0;
  let syncs = 0;
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const flush = (): void => {
    if (unflushed > 0) syncs++;
    unflushed = 0;
  };
  return {
    blocked: false,
    get commits() {
      return commits;
    },
    get syncs() {
      return syncs;
    },
    async end(commit: boolean, wrote: boolean, withFlush: boolean): Promise<Ended> {
      await turn();
      const syncsBefore = syncs;
      if (commit && wrote) {
        commits++;
        unflushed++;
      }
      if (withFlush) flush();
      return { committed: commit, wrote: commit && wrote, unflushed, syncsBefore, syncs };
    },
    async flush(): Promise<Ended> {
      await turn();
      if (!this.blocked) flush();
      return { committed: false, wrote: false, unflushed, syncsBefore: syncs, syncs };
    },
  };
}

it('acknowledges each commit after a flush that began behind it, and shares flushes', async () => {
  const thread = fakeThread();
  const seen: Acknowledged[] = [];
  let waiting = 50;
  const group = createGroup({
    clock: () => 0,
    waiting: () => waiting,
    flush: () => thread.flush(),
    onAcknowledged: (one) => seen.push(one),
  });
  const all = Array.from({ length: 50 }, () => {
    waiting--;
    return group.finish(true, waiting, (flush) => thread.end(true, true, flush));
  });
  await Promise.all(all);
  assert.equal(seen.length, 50);
  for (const { syncsBefore, syncs } of seen) assert.ok(syncs > syncsBefore);
  assert.ok(thread.syncs < 25, `${thread.syncs} flushes`);
});

it('flushes for its members when the last transaction never comes, and waits while a failed one blocks the flush', async () => {
  const thread = fakeThread();
  thread.blocked = true;
  const group = createGroup({ clock: () => 0, waiting: () => 5, flush: () => thread.flush() });
  // The first sets the size of the next group: five wait.
  await group.finish(true, 0, (flush) => thread.end(true, true, flush));
  let acknowledged = false;
  const member = group.finish(true, 4, (flush) => thread.end(true, true, flush)).then(() => (acknowledged = true));
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(acknowledged, false);
  thread.blocked = false;
  await member;
});

it('acknowledges nobody when the flush fails', async () => {
  const thread = fakeThread();
  const group = createGroup({ clock: () => 0, waiting: () => 5, flush: () => thread.flush() });
  await group.finish(true, 0, (flush) => thread.end(true, true, flush));
  const first = group.finish(true, 1, (flush) => thread.end(true, true, flush));
  const last = group.finish(true, 0, () => Promise.reject(new Error('the thread ended')));
  await assert.rejects(last, /the thread ended/);
  await assert.rejects(first, /the thread ended/);
});

it('lets a reader go at once when nothing waits for a flush', async () => {
  const thread = fakeThread();
  const group = createGroup({ clock: () => 0, waiting: () => 5, flush: () => thread.flush() });
  await group.finish(true, 3, (flush) => thread.end(true, false, flush));
  assert.equal(thread.syncs, 0);
});
