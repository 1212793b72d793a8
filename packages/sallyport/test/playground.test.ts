import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ATTACKS, type Attack } from '../src/redteam/index.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// The twenty attacks of the playground through the running gate, as a fresh installation has it.

type Sent = {
  status: number;
  event: string | null;
  decision: string | null;
  reply: { sallyport?: { masked?: object; rules?: { id: string }[] }; error?: object };
};

/** What stops each: the rule of a refusal or of a mask, or that the text was taken out. */
const STOPS: Readonly<Record<string, string>> = {
  override: 'prompt-injection',
  'override-german': 'prompt-injection',
  'override-base64': 'prompt-injection',
  'override-spaced': 'prompt-injection',
  'hidden-tags': 'hidden-instructions',
  'jailbreak-persona': 'jailbreak',
  'jailbreak-developer': 'jailbreak',
  'fake-turn': 'prompt-injection',
  'tool-result': 'injected-content',
  'tool-result-comment': 'injected-content',
  'hidden-document': 'hidden-instructions-in-content',
  'poisoned-tool': 'injected-content',
  'system-prompt-leak': 'system-prompt-repeated',
  'key-in-reply': 'secret-in-reply',
  'card-in-reply': 'personal-data-in-reply',
  'exfiltration-image': 'data-in-links',
  'script-in-reply': 'active-content',
  'secret-in-prompt': 'secret-in-prompt',
  'personal-data': 'personal-data',
  'command-in-tool-call': 'command-in-arguments',
};

let gate: Running;
let key: string;

before(async () => {
  gate = await startSallyport();
  key = await gate.key('--permission', 'events:read', '--permission', 'playground:use');
});
after(() => gate?.remove());

async function send(body: object): Promise<{ status: number; json: Sent }> {
  const answer = await fetch(`${gate.console}/api/playground`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, json: (await answer.json()) as Sent };
}

async function rulesOf(event: string): Promise<string[]> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`${gate.console}/api/events/${event}`, { headers: { authorization: `Bearer ${key}` } });
    if (answer.status === 200) {
      const { event: found } = (await answer.json()) as { event: { decision: { rules: { id: string }[] } } };
      return found.decision.rules.map(({ id }) => id);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return assert.fail('the event did not come');
}

test('there are twenty, each named once', () => {
  assert.equal(ATTACKS.length, 20);
  assert.deepEqual(ATTACKS.map(({ id }) => id).toSorted(), Object.keys(STOPS).toSorted());
});

for (const attack of ATTACKS) {
  test(`${attack.id}: stopped, and the event says by what`, async () => {
    const { status, json } = await send({ request: attack.request });
    assert.equal(status, 200);
    assert.ok(json.event !== null, JSON.stringify(json));
    const rules = await rulesOf(json.event);
    assert.ok(rules.includes(STOPS[attack.id] ?? ''), `${rules.join(', ')} (${json.status}) ${JSON.stringify(json.reply).slice(0, 300)}`);
  });
}

test('an ordinary question passes', async () => {
  const harmless: Attack['request'] = {
    model: 'practice/assistant',
    messages: [{ role: 'user', content: 'Which inner tube fits a 28 inch wheel?' }],
  };
  const { json } = await send({ request: harmless });
  assert.equal(json.status, 200, JSON.stringify(json));
});

test('only practice models, only with the permission', async () => {
  assert.equal((await send({ request: { model: 'gpt-5', messages: [] } })).status, 400);
  const reader = await gate.key('--permission', 'events:read');
  const answer = await fetch(`${gate.console}/api/playground`, {
    method: 'POST',
    headers: { authorization: `Bearer ${reader}`, 'content-type': 'application/json' },
    body: JSON.stringify({ request: ATTACKS[0]?.request }),
  });
  assert.equal(answer.status, 403);
});
