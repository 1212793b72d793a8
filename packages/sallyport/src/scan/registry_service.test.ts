import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { judgePackage } from '../guard/index.ts';
import { run, tree } from '../../test/kit/scan.ts';
import { registryAddress } from './packages/registry.ts';
import { lookUp } from './registry_service.ts';

describe('look-up in registries', () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.includes('broken') === true) response.writeHead(500).end();
    else if (request.url?.includes('house') === true) response.writeHead(200).end('{"latest":"1.0.0"}');
    else if (request.url?.includes('endless') === true) response.writeHead(200).end('x'.repeat(2_000_000));
    else response.writeHead(404).end();
  });
  let base = '';
  before(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  test('missing, existing and unanswered names; what is known is not asked', async () => {
    asked.length = 0;
    const top = tree({
      'package.json':
        '{"dependencies": {"react": "19.0.0", "house-paint-mixer": "1.0.0", "quite-made-up-thing": "1.0.0", "broken-thing-here": "1"}}',
    });
    const { code, out } = await run(
      top,
      'scan packages',
      ['.'],
      { online: true, strict: true },
      { config: { registries: { npm: base } }, deps: { judge: judgePackage } },
    );
    assert.equal(code, 2);
    assert.match(out, /packages\.missing[\s\S]*quite-made-up-thing/);
    assert.ok(!/no package house-paint-mixer/.test(out));
    assert.match(out, /npm:broken-thing-here/);
    assert.deepEqual(asked.toSorted(), [
      '/-/package/broken-thing-here/dist-tags',
      '/-/package/house-paint-mixer/dist-tags',
      '/-/package/quite-made-up-thing/dist-tags',
    ]);
  });

  test('without the flag nothing is asked', async () => {
    asked.length = 0;
    const top = tree({ 'package.json': '{"dependencies": {"quite-made-up-thing": "1.0.0"}}' });
    await run(top, 'scan packages', ['.'], {}, { config: { registries: { npm: base } }, deps: { judge: judgePackage } });
    assert.deepEqual(asked, []);
  });

  test('answers are kept for a while', async () => {
    asked.length = 0;
    const kept = new Map<string, Uint8Array>();
    const cache = { get: (key: string) => kept.get(key), put: (key: string, bytes: Uint8Array) => void kept.set(key, bytes) };
    let now = 1_000;
    const options = { registries: { npm: base }, cache, clock: () => now };
    const wanted = [{ ecosystem: 'npm', name: 'quite-made-up-thing' }] as const;
    for (let round = 0; round < 2; round++)
      assert.equal(
        (await lookUp(wanted, options)).get('npm:quite-made-up-thing') ?? [...(await lookUp(wanted, options)).values()][0],
        'missing',
      );
    assert.equal(asked.length, 1);
    now += 3_700_000;
    await lookUp(wanted, options);
    assert.equal(asked.length, 2);
  });

  test('a long answer is one, and a public registry may not lead to this machine', async () => {
    const clock = (): number => 0;
    assert.deepEqual(
      [...(await lookUp([{ ecosystem: 'npm', name: 'endless-list' }], { registries: { npm: base }, clock })).values()],
      ['exists'],
    );
  });

  test('the addresses', () => {
    assert.equal(registryAddress('https://r', { ecosystem: 'npm', name: '@a/b' }), 'https://r/-/package/%40a%2Fb/dist-tags');
    assert.equal(registryAddress('https://r/', { ecosystem: 'pypi', name: 'A_b.C' }), 'https://r/simple/a-b-c/');
    assert.equal(registryAddress('https://r', { ecosystem: 'crates', name: 'Serde' }), 'https://r/se/rd/serde');
    assert.equal(registryAddress('https://r', { ecosystem: 'crates', name: 'abc' }), 'https://r/3/a/abc');
    assert.equal(registryAddress('https://r', { ecosystem: 'go', name: 'github.com/Azure/x' }), 'https://r/github.com/!azure/x/@v/list');
    for (const name of ['a/../../admin', 'a?b', '', '-x', 'a b', 'x'.repeat(300)])
      assert.equal(registryAddress('https://r', { ecosystem: 'npm', name }), undefined);
  });
});
