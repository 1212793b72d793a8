import assert from 'node:assert/strict';
import test from 'node:test';
import { ask } from './kit/http.ts';
import { startSallyport } from './kit/sallyport.ts';

test('what is refused unread is in the log: counted by reason, written at the latest when the gate stops, provable as all else', async () => {
  const gate = await startSallyport();
  try {
    const key = await gate.key('--rpm', '1');
    const body = JSON.stringify({ model: 'practice/assistant', messages: [{ role: 'user', content: 'Hello' }] });
    const send = async (headers: Record<string, string>, path = '/v1/chat/completions'): Promise<number> =>
      (await ask(gate.gateway, { path, headers: { 'content-type': 'application/json', ...headers }, body })).status;
    const known = { authorization: `Bearer ${key}` };
    const statuses = [];
    for (let i = 0; i < 20; i++) statuses.push(await send({ authorization: 'Bearer sp_nobody' }));
    statuses.push(await send({}, '/v1/anything'), await send(known), await send(known), await send(known));
    assert.deepEqual([...new Set(statuses)], [401, 404, 200, 429]);
    assert.equal(await gate.stop(), 0);
    const listed = await gate.cli('events', 'list', '--kind', 'request', '--json');
    const { events } = JSON.parse(listed.stdout) as {
      events: { kind: string; status_code: string; actor: { principal: string }; detail: { count: number; address: string } }[];
    };
    assert.deepEqual(
      events
        .map(({ status_code, detail, actor }) => `${status_code} ${detail.count} ${actor.principal === 'unknown' ? 'unknown' : 'known'}`)
        .toSorted((a, b) => a.localeCompare(b)),
      ['ENDPOINT_NOT_GUARDED 1 unknown', 'RATE_LIMITED 2 known', 'UNAUTHENTICATED 20 unknown'],
    );
    assert.ok(events.every(({ kind, detail }) => kind === 'request.refused' && /^(127\.0\.0\.1|::1)$/.test(detail.address)));
    assert.equal((await gate.cli('audit', 'verify')).code, 0);
    const replay = JSON.parse((await gate.cli('policy', 'explain', '--rule', 'jailbreak', '--json')).stdout) as { requests: number };
    assert.equal(replay.requests, 1, 'no figure of requests holds them');
  } finally {
    await gate.remove();
  }
});
