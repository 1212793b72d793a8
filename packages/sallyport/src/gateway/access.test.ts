import assert from 'node:assert/strict';
import test from 'node:test';
import { accessProblem, presentedKey } from './access.ts';

test('only hosts that the gate serves, and no page of another site', () => {
  const hosts = ['gate.example.com'];
  const origins = ['https://app.example.com'];
  const cases: [Record<string, string>, string | undefined][] = [
    [{ host: 'localhost:8100' }, undefined],
    [{ host: '127.0.0.1' }, undefined],
    [{ host: '[::1]:8100' }, undefined],
    [{ host: 'GATE.example.com:443' }, undefined],
    [{ host: 'evil.example:8100' }, 'HOST_NOT_ALLOWED'],
    [{ host: 'localhost.evil.example' }, 'HOST_NOT_ALLOWED'],
    [{ host: '127.0.0.1.nip.io' }, 'HOST_NOT_ALLOWED'],
    [{}, 'HOST_NOT_ALLOWED'],
    [{ host: 'localhost:8100', origin: 'https://evil.example' }, 'ORIGIN_NOT_ALLOWED'],
    [{ host: 'localhost:8100', origin: 'null' }, 'ORIGIN_NOT_ALLOWED'],
    [{ host: 'localhost:8100', origin: 'https://app.example.com', 'sec-fetch-site': 'cross-site' }, undefined],
    [{ host: 'localhost:8100', 'sec-fetch-site': 'cross-site' }, 'ORIGIN_NOT_ALLOWED'],
    [{ host: 'localhost:8100', origin: 'http://localhost:8100', 'sec-fetch-site': 'same-origin' }, undefined],
  ];
  for (const [headers, expected] of cases) assert.equal(accessProblem(headers, hosts, origins), expected, JSON.stringify(headers));
});

test('a key comes from one header, or from two that agree', () => {
  assert.equal(presentedKey({ authorization: 'Bearer sp_a' }), 'sp_a');
  assert.equal(presentedKey({ authorization: 'bearer sp_a' }), 'sp_a');
  assert.equal(presentedKey({ 'x-api-key': 'sp_a' }), 'sp_a');
  assert.equal(presentedKey({ authorization: 'Bearer sp_a', 'x-api-key': 'sp_a' }), 'sp_a');
  assert.equal(presentedKey({ authorization: 'Bearer sp_a', 'x-api-key': 'sp_b' }), undefined);
  assert.equal(presentedKey({ authorization: 'Basic c3A6YQ==' }), undefined);
  assert.equal(presentedKey({ authorization: `Bearer ${'x'.repeat(513)}` }), undefined);
  assert.equal(presentedKey({}), undefined);
});
