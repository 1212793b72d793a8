import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker } from './breaker.ts';

const T0 = 1_760_000_000_000;

function failing(breaker: Breaker, times: number, now = T0): void {
  for (let i = 0; i < times; i++) breaker.failed(breaker.enter(now), now);
}

test('opens after five failures, lets one probe through after the pause, closes when it succeeds', () => {
  const breaker = new Breaker();
  failing(breaker, 4);
  assert.equal(breaker.state(T0), 'closed');
  failing(breaker, 1);
  assert.equal(breaker.state(T0), 'open');
  assert.equal(breaker.enter(T0 + 4_999), 'open');
  assert.equal(breaker.retryAfter(T0), 5);
  assert.equal(breaker.state(T0 + 5_000), 'half_open');
  assert.equal(breaker.enter(T0 + 5_000), 'probe');
  assert.equal(breaker.enter(T0 + 5_001), 'open', 'one probe at a time');
  breaker.succeeded('probe', T0 + 5_100);
  assert.equal(breaker.enter(T0 + 5_101), 'closed');
});

test('the pause doubles with each failed probe, up to a minute', () => {
  const breaker = new Breaker();
  failing(breaker, 5);
  let now = T0;
  const pauses: number[] = [];
  for (let i = 0; i < 6; i++) {
    now += breaker.retryAfter(now) * 1000;
    assert.equal(breaker.enter(now), 'probe');
    breaker.failed('probe', now);
    pauses.push(breaker.retryAfter(now));
  }
  assert.deepEqual(pauses, [10, 20, 40, 60, 60, 60]);
});

test('a few failures among many successes change nothing', () => {
  const breaker = new Breaker();
  for (let i = 0; i < 100; i++) {
    if (i % 3 === 0) breaker.failed('closed', T0 + i);
    else breaker.succeeded('closed', T0 + i);
  }
  assert.equal(breaker.state(T0 + 100), 'closed');
});

test('old failures are forgotten', () => {
  const breaker = new Breaker();
  failing(breaker, 4, T0);
  failing(breaker, 4, T0 + 25_000);
  assert.equal(breaker.state(T0 + 25_000), 'closed');
  failing(breaker, 1, T0 + 34_000);
  assert.equal(breaker.state(T0 + 34_000), 'open');
});

test('a caller who leaves during the probe does not keep the circuit open', () => {
  const breaker = new Breaker();
  failing(breaker, 5);
  assert.equal(breaker.enter(T0 + 5_000), 'probe');
  breaker.abandoned('probe');
  assert.equal(breaker.enter(T0 + 5_001), 'probe');
  assert.equal(breaker.enter(T0 + 65_002), 'probe', 'a probe that never reports is given up');
});
