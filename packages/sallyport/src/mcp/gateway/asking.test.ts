import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAsk, readReply } from './asking.ts';

const form = (fields: object, message = 'Which one?') =>
  readAsk({ method: 'elicitation/create', params: { message, requestedSchema: { type: 'object', properties: fields } } as never }, 'shop');
const link = (url: string) =>
  readAsk({ method: 'elicitation/create', params: { mode: 'url', message: 'Sign in', url, elicitationId: 'e1' } }, 'shop');

describe('what a server asks', () => {
  it('forms say who asks, and have plain fields', () => {
    const read = form({ size: { type: 'string', enum: ['s', 'm'] }, tags: { type: 'array', items: { type: 'string' } } });
    assert.ok(read.ok);
    assert.equal(read.value.params?.['message'], 'shop asks: Which one?');
    assert.equal(form({ deep: { type: 'object', properties: {} } }).ok, false);
    assert.equal(form(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`f${n}`, { type: 'string' }]))).ok, false);
    assert.equal(form({}, 'x'.repeat(300_000)).ok, false);
  });

  it('forms do not ask for secrets, by any of their words; near misses pass', () => {
    for (const field of ['password', 'apiKey', 'api_key', 'accessToken', 'client_secret', 'otp', 'cardNumber', 'pin', 'IBAN'])
      assert.equal(form({ [field]: { type: 'string' } }).ok, false, field);
    assert.equal(form({ code: { type: 'string', title: 'One-time code' } }).ok, false);
    assert.equal(form({ x: { type: 'string', description: 'Your Passwort or password' } }).ok, false);
    assert.equal(form({ x: { type: 'string', description: 'Do not hesitate to enter your password' } }).ok, false);
    assert.ok(form({ x: { type: 'string', description: 'A number (do not give us your pin or password)' } }).ok);
    for (const field of ['name', 'passenger', 'passport_country', 'pinboard', 'keyboard', 'postcode', 'carrier', 'spinner'])
      assert.ok(form({ [field]: { type: 'string' } }).ok, field);
  });

  it('links are https, or http on this machine, without a credential', () => {
    assert.ok(link('https://shop.example/sign-in').ok);
    assert.ok(link('http://localhost:8080/sign-in').ok);
    for (const url of [
      'http://shop.example/',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'https://user:word@shop.example/',
      'shop',
      'http://localhost.evil.example/',
    ])
      assert.equal(link(url).ok, false, url);
  });

  it('samples have no context of other servers, no tools, and a bound', () => {
    const read = readAsk(
      {
        method: 'sampling/createMessage',
        params: {
          messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }],
          includeContext: 'allServers',
          tools: [],
          maxTokens: 1e9,
        },
      },
      'shop',
    );
    assert.ok(read.ok);
    assert.deepEqual(Object.keys(read.value.params ?? {}).sort(), ['maxTokens', 'messages', 'systemPrompt']);
    assert.equal(read.value.params?.['maxTokens'], 4_096);
    assert.match(JSON.stringify(read.value.params?.['systemPrompt']), /shop\. It is not the user/);
    assert.equal(readAsk({ method: 'sampling/createMessage', params: { messages: [] } }, 'shop').ok, false);
    assert.equal(readAsk({ method: 'tools/call' }, 'shop').ok, false);
  });
});

it('what is answered is what the protocol knows of it', () => {
  const files = { roots: [{ uri: 'file:///home/a', name: 'a', more: 1 }, { uri: 'https://b.example' }, 3] };
  assert.deepEqual(readReply('roots/list', files), { ok: true, value: { roots: [{ uri: 'file:///home/a', name: 'a' }] } });
  const accepted = { action: 'accept', content: { a: 'x', b: 2, c: { d: 1 }, e: ['y'] }, other: 1 };
  assert.deepEqual(readReply('elicitation/create', accepted), {
    ok: true,
    value: { action: 'accept', content: { a: 'x', b: 2, e: ['y'] } },
  });
  assert.deepEqual(readReply('elicitation/create', { action: 'whatever', content: {} }), { ok: true, value: { action: 'cancel' } });
  assert.equal(readReply('sampling/createMessage', 'text').ok, false);
});
