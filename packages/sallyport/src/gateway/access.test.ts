import assert from 'node:assert/strict';
import test from 'node:test';
import { accessProblem, presentedCredential } from './access.ts';

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

test('a key or token comes from one header, or from two that agree', () => {
  const cases: [Record<string, string>, string | undefined][] = [
    [{ authorization: 'Bearer sp_a' }, 'bearer sp_a'],
    [{ authorization: 'bearer sp_a' }, 'bearer sp_a'],
    [{ 'x-api-key': 'sp_a' }, 'bearer sp_a'],
    [{ authorization: 'Bearer sp_a', 'x-api-key': 'sp_a' }, 'bearer sp_a'],
    [{ authorization: 'Bearer sp_a', 'x-api-key': 'sp_b' }, undefined],
    [{ authorization: 'Basic c3A6YQ==', 'x-api-key': 'sp_b' }, undefined],
    [{ authorization: 'DPoP ey.a.b', dpop: 'ey.p.s' }, 'dpop ey.a.b ey.p.s'],
    [{ authorization: 'Basic c3A6YQ==' }, undefined],
    [{ authorization: `Bearer ${'x'.repeat(8_193)}` }, undefined],
    [{}, undefined],
  ];
  for (const [headers, expected] of cases) {
    const found = presentedCredential(headers);
    const shown = found === undefined ? undefined : [found.scheme, found.token, found.proof].filter((one) => one !== undefined).join(' ');
    assert.equal(shown, expected, JSON.stringify(headers));
  }
});
