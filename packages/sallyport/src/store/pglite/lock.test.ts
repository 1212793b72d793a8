import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { codeOf } from '../../../test/kit/stores.ts';
import { takeLock } from './lock.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'sallyport-lock-'));
});
after(() => rm(root, { recursive: true, force: true }));

const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const space = fs.readlinkSync('/proc/self/ns/pid');
const stamp = (path: string, owner: object, age = 0): void => {
  fs.writeFileSync(path, JSON.stringify(owner));
  const at = (Date.now() - age) / 1000;
  fs.utimesSync(path, at, at);
};

describe('lock of the data folder', () => {
  it('is given to one, released, and given again; nothing else stays in the folder', async () => {
    const path = join(root, 'plain.lock');
    const lock = await takeLock(path, Date.now);
    assert.equal(await codeOf(takeLock(path, Date.now)), 'STORE_LOCKED');
    assert.equal(await lock.beat(), true);
    await lock.release();
    await (await takeLock(path, Date.now)).release();
    assert.deepEqual(fs.readdirSync(root), []);
  });

  it('knows a dead owner: gone, number used again, machine started anew', async () => {
    const dead = [
      { pid: 2 ** 22 + 1, start: '1', boot, space, host: hostname() },
      { pid: process.pid, start: '1', boot, space, host: hostname() },
      { pid: process.pid, start: '1', boot: 'another-boot', space, host: hostname() },
    ];
    for (const [index, owner] of dead.entries()) {
      const path = join(root, `dead-${index}.lock`);
      stamp(path, owner);
      await (await takeLock(path, Date.now)).release();
    }
  });

  it('believes an owner whose processes it cannot see for a minute after its last sign', async () => {
    const foreign = [
      { pid: 1, start: '1', boot, space: 'pid:[1]', host: 'container' },
      { pid: 1, start: '1', boot: 'elsewhere', space, host: 'another-machine' },
    ];
    for (const [index, owner] of foreign.entries()) {
      const path = join(root, `foreign-${index}.lock`);
      stamp(path, owner, 30_000);
      await assert.rejects(takeLock(path, Date.now), /process 1 on (?:container|another-machine)/);
      stamp(path, owner, 61_000);
      await (await takeLock(path, Date.now)).release();
    }
  });

  it('prints nothing that a forged lock file says, and takes it over when it is old', async () => {
    const path = join(root, 'forged.lock');
    for (const text of ['', '{', 'null', '{"pid":"../../x"}', '{"pid":1,"host":"\\u001b[31m/../x","start":"/../../y"}']) {
      fs.writeFileSync(path, text);
      await assert.rejects(takeLock(path, Date.now), (error: Error) => !error.message.includes('\u001b') && !error.message.includes('../'));
      fs.utimesSync(path, 1, 1);
      await (await takeLock(path, Date.now)).release();
    }
  });

  it('loses its beat when another took over', async () => {
    const path = join(root, 'taken.lock');
    const lock = await takeLock(path, Date.now);
    stamp(path, { pid: 1, start: '1', boot: 'elsewhere', space, host: 'another-machine' });
    assert.equal(await lock.beat(), false);
    await lock.release();
    assert.equal(fs.existsSync(path), true);
  });

  it('is never given to two of four that come at once after a kill', { timeout: 30_000 }, async () => {
    const path = join(root, 'race.lock');
    const open = (): Promise<[ChildProcess, string]> => {
      const child = fork(new URL('../../../test/kit/lock_taker.ts', import.meta.url), [path], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      return once(child, 'message').then(([word]) => [child, String(word)]);
    };
    let takers = await Promise.all(Array.from({ length: 4 }, open));
    for (let round = 0; round < 2; round++) {
      const owners = takers.filter(([, word]) => word === 'mine');
      assert.equal(owners.length, 1);
      const [owner] = owners[0] ?? [];
      // Half the rounds leave the file of a killed owner, half a released one.
      owner?.kill(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      if (owner !== undefined) await once(owner, 'exit');
      const rest = takers.filter(([child]) => child !== owner).map(([child]) => child);
      for (const child of rest) child.send('again');
      takers = await Promise.all(
        rest.map((child) => once(child, 'message').then(([word]): [ChildProcess, string] => [child, String(word)])),
      );
    }
    for (const [child] of takers) child.kill('SIGKILL');
  });
});
