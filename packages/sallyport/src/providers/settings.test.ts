import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { parser } from '../kernel/index.ts';
import { CONFIG, type ProviderEntry } from './config.ts';
import { endpointPath, isServable, modelsPath } from './endpoint.ts';
import { PRESETS } from './presets.ts';
import { lookUp, parseReference, type Sources } from './reference.ts';
import { resolveProviders, type ProviderSettings } from './settings.ts';

const KEY = 'sk-0123456789abcdef';
const sources: Sources = {
  env: { KEY, SHORT: 'abc', SPLIT: 'sk-01234567\r\nx-evil: 1', EMPTY: '' },
  readFile: (path) => {
    if (path === '/keys/one') return `${KEY}\n`;
    if (path === '/keys/ca.pem') return '-----BEGIN CERTIFICATE-----\n';
    throw new Error('ENOENT');
  },
};
const check = parser(CONFIG);

function one(entry: ProviderEntry): ProviderSettings {
  assert.deepEqual(check([entry]), { ok: true, value: [entry] });
  const resolved = resolveProviders([entry], sources);
  assert.ok(resolved.ok, JSON.stringify(resolved));
  return resolved.providers[0] as ProviderSettings;
}

test('a preset and a key are enough', () => {
  for (const preset of Object.keys(PRESETS) as (keyof typeof PRESETS)[]) {
    if (preset === 'azure-openai') continue;
    const settings = one({ name: preset, preset, apiKey: '${env:KEY}' });
    assert.match(settings.origin, /^https?:\/\/[a-z0-9.-]+(:\d+)?$/);
    assert.ok(settings.endpoints.size > 0);
    assert.equal(settings.origin.startsWith('http:'), settings.origin.includes('localhost'), preset);
    assert.equal(settings.allow, settings.origin.includes('localhost') ? 'as-written' : 'public', preset);
  }
  assert.equal(one({ name: 'local', preset: 'ollama' }).key.from, 'none');
});

test('the address may be written in the ways the SDKs take it', () => {
  const path = (entry: Omit<ProviderEntry, 'name' | 'models' | 'apiKey'>, model = 'm', api: 'chat' | 'messages' | 'responses' = 'chat') => {
    const settings = one({ name: 'a', models: ['*'], apiKey: '${file:/keys/one}', ...entry });
    return settings.origin + endpointPath(settings, api, model);
  };
  assert.equal(path({ kind: 'openai', baseUrl: 'https://api.openai.com/v1' }), 'https://api.openai.com/v1/chat/completions');
  assert.equal(path({ kind: 'openai', baseUrl: 'http://10.0.0.5:8000/v1/' }), 'http://10.0.0.5:8000/v1/chat/completions');
  assert.equal(path({ kind: 'anthropic', baseUrl: 'https://api.anthropic.com' }, 'm', 'messages'), 'https://api.anthropic.com/v1/messages');
  assert.equal(path({ kind: 'anthropic', baseUrl: 'https://proxy.example/x/v1' }, 'm', 'messages'), 'https://proxy.example/x/v1/messages');
  const azure = { kind: 'azure-openai', baseUrl: 'https://r.openai.azure.com' } as const;
  assert.equal(path(azure, 'gpt4-prod'), 'https://r.openai.azure.com/openai/deployments/gpt4-prod/chat/completions?api-version=2024-10-21');
  assert.equal(
    path({ ...azure, apiVersion: '2025-04-01-preview' }, 'd'),
    'https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2025-04-01-preview',
  );
  const v1 = { ...azure, baseUrl: 'https://r.openai.azure.com/openai/v1/' };
  assert.equal(path(v1, 'd', 'responses'), 'https://r.openai.azure.com/openai/v1/responses');
  assert.equal(path({ ...v1, apiVersion: 'preview' }, 'd'), 'https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview');
  assert.equal(modelsPath(one({ name: 'a', preset: 'anthropic', apiKey: '${env:KEY}' })), '/v1/models?limit=1000');
});

test('an Azure deployment cannot step out of its path, and has no responses without v1', () => {
  const settings = one({ name: 'a', kind: 'azure-openai', baseUrl: 'https://r.openai.azure.com', apiKey: '${env:KEY}', models: ['*'] });
  for (const name of ['..', '.', '../x', 'a/b', 'a?b', 'a#b', '', '%2e%2e', 'a b', 'ü', 'a.'])
    assert.equal(isServable(settings, name), false, name);
  for (const name of ['gpt-4o', 'my_model.v2', 'A']) assert.equal(isServable(settings, name), true, name);
  assert.equal(settings.endpoints.has('responses'), false);
});

test('every problem is reported at once, with its place', () => {
  const entries: ProviderEntry[] = [
    { name: 'a', kind: 'openai', baseUrl: 'ftp://x', models: ['*'] },
    { name: 'a', preset: 'openai' },
    { name: 'practice', preset: 'groq', apiKey: '${env:MISSING}' },
    { name: 'b' },
    { name: 'c', preset: 'openai', kind: 'anthropic', apiKey: '${file:/keys/none}' },
    { name: 'd', kind: 'openai', baseUrl: 'https://u:p@h', models: ['*'], headers: { Authorization: 'x', 'bad name': 'y', 'x-ok': 'ü' } },
    { name: 'e', preset: 'openai', apiKey: '${env:SHORT}', apiVersion: '1' },
    { name: 'f', preset: 'openai', apiKey: '${env:SPLIT}', ca: '/none' },
    { name: 'g', kind: 'openai', baseUrl: 'https://h' },
    { name: 'h', kind: 'azure-openai', baseUrl: 'https://h/other', apiKey: '${env:EMPTY}', models: ['*'] },
  ];
  const resolved = resolveProviders(entries, sources);
  assert.equal(resolved.ok, false);
  const pointers = resolved.ok ? [] : resolved.problems.map(({ pointer }) => pointer);
  assert.deepEqual(pointers.toSorted(), [
    '/0/baseUrl', '/1', '/1/name', '/2/apiKey', '/2/name', '/3', '/4/apiKey', '/4/kind', '/5/baseUrl', '/5/headers/Authorization',
    '/5/headers/bad name', '/5/headers/x-ok', '/6/apiKey', '/6/apiVersion', '/7/apiKey', '/7/ca', '/8', '/9/apiKey', '/9/baseUrl',
  ]); // prettier-ignore
});

test('problems and settings never show a secret', () => {
  const resolved = resolveProviders([{ name: 'f', preset: 'openai', apiKey: '${env:SPLIT}' }], sources);
  assert.ok(!JSON.stringify(resolved).includes('sk-01234567'));
  const settings = one({ name: 'a', preset: 'openai', apiKey: '${env:KEY}', headers: { 'x-team': '${env:KEY}' } });
  assert.ok(!JSON.stringify(settings).includes(KEY) && !inspect(settings, { depth: 9 }).includes(KEY));
});

test('a key can only be referred to, never written down', () => {
  for (const apiKey of [KEY, '${env:A B}', '${env:}', '${file:}', '${secret:x}', 'x${env:KEY}', '${env:KEY}x', '${env:${env:KEY}}']) {
    assert.equal(check([{ name: 'a', preset: 'openai', apiKey }]).ok, false, apiKey);
    assert.equal(parseReference(apiKey), undefined, apiKey);
  }
  assert.deepEqual(parseReference('${sealed:openai-main}'), { from: 'sealed', name: 'openai-main' });
  assert.equal(parseReference('${sealed:../x}'), undefined);
  const found = lookUp({ from: 'file', name: '/keys/one' }, sources);
  assert.equal(found.ok && found.secret.reveal(), KEY);
});

test('unknown keys and wrong values are refused by the schema', () => {
  const base = { name: 'a', preset: 'openai', apiKey: '${env:KEY}' };
  for (const more of [
    { unknown: 1 },
    { retries: -1 },
    { weight: -1 },
    { timeouts: { total: 0 } },
    { timeouts: { wait: 1 } },
    { name: 'A' },
    { models: [] },
    { preset: 'none' },
    { endpoints: ['files'] },
  ]) {
    assert.equal(check([{ ...base, ...more }]).ok, false, JSON.stringify(more));
  }
  assert.equal(check([base]).ok, true);
});
