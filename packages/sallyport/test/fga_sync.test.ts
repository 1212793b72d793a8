import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { modelOf } from './kit/fga.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

const MODEL = `model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type folder
  relations
    define parent: [folder]
    define viewer: [user, user:*, group#member] or viewer from parent
type document
  relations
    define parent: [folder]
    define viewer: [user, user:*, group#member] or viewer from parent`;

describe('sallyport fga sync', () => {
  let gate: Running;
  let store = '';
  let send: (path: string, body: unknown) => Promise<Record<string, unknown>>;
  before(async () => {
    gate = await startSallyport();
    const key = await gate.key('--permission', 'fga:read', '--permission', 'fga:write');
    send = async (path, body) => {
      const headers = { authorization: `Bearer ${key}` };
      return (await (await fetch(`${gate.gateway}/fga${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as Record<
        string,
        unknown
      >;
    };
    store = String((await send('/stores', { name: 'docs' }))['id']);
    await send(`/stores/${store}/authorization-models`, modelOf(MODEL));
    const other = { user: 'user:anne@example.com', relation: 'viewer', object: 'document:other' };
    await send(`/stores/${store}/write`, { writes: { tuple_keys: [other] } });
  });
  after(() => gate.remove());

  const can = async (user: string, object: string): Promise<boolean> =>
    (await send(`/stores/${store}/check`, { tuple_key: { user, relation: 'viewer', object } }))['allowed'] === true;
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await gate.cli('fga', 'sync', ...args);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };

  it('writes what is missing, deletes what has gone, and shows it first', async () => {
    const path = join(gate.dir, 'drive.json');
    const share = (emails: string[]): void =>
      writeFileSync(
        path,
        JSON.stringify({
          files: emails.map((emailAddress, i) => ({ id: `f${i % 150}`, permissions: [{ type: 'user', role: 'reader', emailAddress }] })),
        }),
      );
    const args = ['google-drive', path, '--source', 'drive', '--as', 'viewer'];
    share(Array.from({ length: 250 }, (_, i) => `u${i}@example.com`));
    assert.match(await run(...args, '--dry-run'), /would delete 0 and write 250; 0 stay$/);
    assert.equal(await can('user:u7@example.com', 'document:drive/f7'), false);
    assert.equal(await run(...args), 'deleted 0, wrote 250; 0 stayed');
    assert.equal(await can('user:u7@example.com', 'document:drive/f7'), true);
    share(Array.from({ length: 249 }, (_, i) => `u${i + 1}@example.com`));
    const shown = await run(...args, '--dry-run', '--json');
    assert.deepEqual(JSON.parse(shown).deletes.length > 0, true);
    assert.match(await run(...args), /^deleted 250, wrote 249; 0 stayed$/);
    assert.equal(await run(...args), 'deleted 0, wrote 0; 249 stayed');
    assert.equal(await can('user:u0@example.com', 'document:drive/f0'), false);
    assert.equal(await can('user:anne@example.com', 'document:other'), true);
    share([]);
    const refused = await gate.cli('fga', 'sync', ...args);
    assert.deepEqual([refused.code, /FGA_SYNC_EMPTY/.test(refused.stderr)], [1, true]);
    assert.equal(await run(...args, '--allow-empty'), 'deleted 249, wrote 0; 0 stayed');
  });

  it('brings a folder with access lists and the groups of a directory together', async () => {
    const top = join(gate.dir, 'shelf');
    mkdirSync(join(top, 'pay'), { recursive: true });
    writeFileSync(join(top, 'plan.md'), 'plan');
    writeFileSync(join(top, '.access.yaml'), 'viewers: [group:eng]\n');
    writeFileSync(join(top, 'pay', 'list.md'), 'pay');
    writeFileSync(join(top, 'pay', '.access.yaml'), 'inherit: false\nviewers: [bert@example.com]\n');
    const groups = join(gate.dir, 'groups.json');
    const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], id: 'eng', members: [{ value: 'anne@example.com' }] };
    writeFileSync(groups, JSON.stringify({ Resources: [group] }));
    assert.equal(await run('scim', groups, '--source', 'corp'), 'deleted 0, wrote 1; 0 stayed');
    assert.equal(await run('folder', top, '--source', 'shelf', '--groups', 'corp'), 'deleted 0, wrote 4; 0 stayed');
    assert.equal(await can('user:anne@example.com', 'document:shelf/plan.md'), true);
    assert.equal(await can('user:anne@example.com', 'document:shelf/pay/list.md'), false);
    assert.equal(await can('user:bert@example.com', 'document:shelf/pay/list.md'), true);
    // A list that says something it may not say lets nobody in.
    writeFileSync(join(top, 'pay', '.access.yaml'), 'viewer: [everyone]\n');
    await run('folder', top, '--source', 'shelf', '--groups', 'corp');
    assert.equal(await can('user:bert@example.com', 'document:shelf/pay/list.md'), false);
    assert.equal(await can('user:anne@example.com', 'document:shelf/pay/list.md'), false);
    assert.equal((await gate.cli('fga', 'sync', 'folder', join(gate.dir, 'none'), '--source', 'shelf')).code, 1);
    assert.equal((await gate.cli('fga', 'sync', 'ftp', top, '--source', 'shelf')).code, 2);
  });
});
