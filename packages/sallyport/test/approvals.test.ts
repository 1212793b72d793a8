import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSallyport, type Running } from './kit/sallyport.ts';

// Held actions through the real process: both ports, mail scanners that open links, and a machine that fails while a thousand wait.

let gate: Running;
let agent: string;
let stranger: string;
let approver: string;

before(async () => {
  gate = await startSallyport({ config: 'approvals: { perHour: 100000 }\ntools: [{ name: wipe, effect: destructive }]\n' });
  agent = await gate.key('--permission', 'approvals:answer', '--permission', 'approvals:read');
  stranger = await gate.key();
  approver = await gate.key('--permission', 'approvals:answer', '--permission', 'approvals:read');
});
after(async () => {
  await gate?.remove();
});

type Reply = { readonly status: number; readonly json: Record<string, unknown> };

async function call(origin: string, key: string, method: string, path: string, body?: object): Promise<Reply> {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}
const ask = (action: object, key: string = agent): Promise<Reply> => call(gate.gateway, key, 'POST', '/v1/approvals/request', action);
const use = (action: object, key: string = agent): Promise<Reply> => call(gate.gateway, key, 'POST', '/v1/approvals/use', action);
const look = (id: string, wait: number = 0, key: string = agent): Promise<Reply> =>
  call(gate.gateway, key, 'GET', `/v1/approvals/${id}?wait=${wait}`);
const answer = (id: string, decision: string, key: string = approver): Promise<Reply> =>
  call(gate.console, key, 'POST', `/api/approvals/${id}/answer`, { decision });
const codeOf = ({ json }: Reply): unknown => (json['error'] as { code?: unknown } | undefined)?.code;

test('an action is asked for, waited for, approved and used once', async () => {
  const action = { tool: 'send_mail', arguments: { to: 'bob@example.org', text: 'Hello \u202e' } };
  const asked = await ask({ ...action, said: 'Please trust me.' });
  assert.equal(asked.status, 201, JSON.stringify(asked.json));
  const id = String(asked.json['id']);
  assert.equal((await ask(action)).json['id'], id);
  assert.equal(codeOf(await use(action)), 'not_approved');
  assert.equal((await look(id, 0, stranger)).status, 404, 'of another key');
  assert.equal((await look('apr_00000000000000000000000000')).status, 404);
  assert.equal(codeOf(await answer(id, 'approve', agent)), 'APPROVAL_OWN');
  assert.equal((await answer(id, 'approve', stranger)).status, 403, 'it needs a permission');
  const waiting = look(id, 20);
  const shown = await call(gate.console, approver, 'GET', `/api/approvals/${id}`);
  assert.equal(shown.json['arguments'], '{"text":"Hello \u202e","to":"bob@example.org"}');
  assert.match(
    JSON.stringify(shown.json['shown']),
    /\{"kind":"escape","text":"\\\\u\{202e\}"\}|\{"text":"\\\\u\{202e\}","kind":"escape"\}/,
  );
  assert.equal((await answer(id, 'approve')).json['state'], 'approved');
  assert.equal((await waiting).json['state'], 'approved');
  assert.equal((await use({ ...action, arguments: { ...action.arguments, text: 'Hello' } })).status, 403);
  assert.equal((await use(action, stranger)).status, 403);
  assert.equal((await use(action)).json['approval'], id);
  assert.equal((await use(action)).status, 403);
  assert.equal((await look(id)).json['state'], 'used');
  assert.equal((await answer(id, 'reject')).status, 409);
});

test('by command: what waits, what it is, and an answer', async () => {
  const { json } = await ask({ tool: 'wipe', arguments: { disk: '/dev/sda', note: '\u001b[2J' }, said: 'harmless' });
  const id = String(json['id']);
  assert.match((await gate.cli('approval', 'list')).stdout, new RegExp(id));
  const { stdout } = await gate.cli('approval', 'show', id);
  assert.ok(stdout.includes('destructive, high risk') && stdout.includes('/dev/sda') && !stdout.includes('\u001b['), stdout);
  assert.equal((await gate.cli('approval', 'reject', id, '--note', 'Never.')).code, 0);
  assert.deepEqual([(await look(id)).json['state'], (await look(id)).json['note']], ['rejected', 'Never.']);
  assert.equal(codeOf(await ask({ tool: 'wipe', arguments: { disk: '/dev/sda', note: '\u001b[2J' } })), 'approval_rejected');
});

test('opening the link changes nothing, whoever opens it how often', async () => {
  const { json } = await ask({ tool: 'post', arguments: { text: 'prefetch' } });
  const [id, url] = [String(json['id']), new URL(String(json['url']))];
  assert.equal(url.origin, new URL(gate.console).origin);
  for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS', 'POST', 'PUT'])
    for (const authorization of [undefined, `Bearer ${approver}`]) {
      const response = await fetch(url, { method, headers: authorization === undefined ? {} : { authorization }, redirect: 'manual' });
      assert.ok(
        method === 'GET' ? response.status === 200 : response.status === 404 || response.status === 415,
        `${method} ${response.status}`,
      );
      assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
      await response.arrayBuffer();
    }
  assert.equal((await look(id)).json['state'], 'waiting');
  const token = url.pathname.split('/')[2] ?? '';
  const byLink = (path: string, body: object, key: string): Promise<Reply> =>
    call(gate.console, key, 'POST', `/api/approval-links/${path}`, body);
  for (let times = 0; times < 3; times++) assert.equal((await byLink('look', { token }, approver)).json['state'], 'waiting');
  assert.equal((await byLink('look', { token }, 'nobody')).status, 401);
  assert.equal(codeOf(await byLink('answer', { token, decision: 'approve' }, agent)), 'APPROVAL_OWN');
  assert.equal((await byLink('answer', { token, decision: 'approve' }, approver)).json['state'], 'approved');
  assert.equal((await byLink('answer', { token, decision: 'reject' }, approver)).status, 410, 'a link answers once');
});

test('what cannot be asked is refused in words', async () => {
  const bad: [object, number][] = [
    [{ tool: 'x' }, 400],
    [{ arguments: {} }, 400],
    [{ tool: 'x', arguments: {}, more: 1 }, 400],
    [{ tool: 'x', arguments: {}, callback: 'http://127.0.0.1/' }, 400],
    [{ tool: 'x', arguments: '\ud800' }, 403],
    [{ tool: 'x', arguments: 'y'.repeat(70_000) }, 403],
  ];
  for (const [action, status] of bad) assert.equal((await ask(action)).status, status, JSON.stringify(action).slice(0, 80));
  assert.equal((await call(gate.gateway, 'nobody', 'POST', '/v1/approvals/request', {})).status, 401);
  assert.equal((await look('x/../y')).status, 404);
});

test('kill -9 while 1,000 wait and are answered: none is lost, none is answered twice', async () => {
  const MANY = 1_000;
  const pool = async <T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> => {
    const rest = [...items];
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let item = rest.shift(); item !== undefined; item = rest.shift()) await run(item);
      }),
    );
  };
  const ids: string[] = [];
  await pool(
    Array.from({ length: MANY }, (_, n) => n),
    async (n) => {
      const { status, json } = await ask({ tool: 'many', arguments: { n } });
      assert.equal(status, 201);
      ids.push(String(json['id']));
    },
  );
  assert.equal(new Set(ids).size, MANY);
  const acknowledged = new Map<string, string>();
  const enough = new Promise<void>((done) => {
    const timer = setInterval(() => {
      if (acknowledged.size < MANY / 4) return;
      clearInterval(timer);
      done();
    }, 5);
  });
  const killed = enough.then(() => gate.kill());
  await pool(ids, async (id) => {
    const decision = id.charCodeAt(id.length - 1) % 2 === 0 ? 'approve' : 'reject';
    const reply = await answer(id, decision).catch(() => undefined);
    if (reply?.status === 200) acknowledged.set(id, decision === 'approve' ? 'approved' : 'rejected');
  });
  await killed;
  gate = await gate.restart();
  let [lost, changed, answered] = [0, 0, 0];
  await pool(ids, async (id) => {
    const { status, json } = await look(id);
    if (status !== 200) lost++;
    if (acknowledged.has(id) && json['state'] !== acknowledged.get(id)) changed++;
    if (json['state'] === 'waiting') assert.equal((await answer(id, 'approve')).status, 200);
    else {
      answered++;
      assert.equal((await answer(id, 'approve')).status, 409);
    }
    const view = await call(gate.console, approver, 'GET', `/api/approvals/${id}`);
    if ((view.json['answers'] as unknown[]).length !== 1) changed++;
  });
  assert.deepEqual([lost, changed], [0, 0]);
  assert.ok(answered >= acknowledged.size && acknowledged.size >= MANY / 4 && acknowledged.size < MANY);
});
