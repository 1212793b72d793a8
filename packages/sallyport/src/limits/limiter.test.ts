import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLimiter, type Limits, type Permit } from './index.ts';

const T0 = 1_760_000_000_000;
const perMinute = (requestsPerMinute: number): Limits => ({ requestsPerMinute, concurrency: null });
const atOnce = (concurrency: number): Limits => ({ requestsPerMinute: null, concurrency });

test('a minute has exactly its requests at once, then one for each refilled interval', () => {
  const limiter = createLimiter();
  for (const limit of [1, 2, 3, 7, 60, 1000, 6007]) {
    const key = `k${limit}`;
    for (let i = 0; i < limit; i++) assert.equal(limiter.acquire(key, perMinute(limit), T0).ok, true, `${i} of ${limit}`);
    const refused = limiter.acquire(key, perMinute(limit), T0);
    assert.deepEqual(refused.ok ? undefined : [refused.limit, refused.retryAfterSeconds, refused.rate], [
      'requests',
      Math.max(1, Math.ceil(60 / limit)),
      { limit, remaining: 0, resetSeconds: 60 },
    ]);
    assert.equal(limiter.acquire(key, perMinute(limit), T0 + 60_000 / limit + 1).ok, true);
    assert.equal(limiter.acquire(key, perMinute(limit), T0 + 60_000 / limit + 1).ok, false);
  }
});

test('the rate tells what is left', () => {
  const limiter = createLimiter();
  const first = limiter.acquire('k', perMinute(10), T0);
  assert.deepEqual(first.rate, { limit: 10, remaining: 9, resetSeconds: 6 });
  assert.deepEqual(limiter.acquire('k', perMinute(10), T0 + 30_000).rate, { limit: 10, remaining: 9, resetSeconds: 6 });
  assert.equal(limiter.acquire('free', atOnce(1), T0).rate, undefined);
});

test('a limit of zero lets nothing through', () => {
  const limiter = createLimiter();
  assert.equal(limiter.acquire('k', perMinute(0), T0).ok, false);
  assert.equal(limiter.acquire('k', atOnce(0), T0).ok, false);
});

test('concurrency comes back once for each permit', () => {
  const limiter = createLimiter();
  const first = limiter.acquire('k', atOnce(2), T0) as Permit;
  const second = limiter.acquire('k', atOnce(2), T0) as Permit;
  assert.equal(second.ok, true);
  const refused = limiter.acquire('k', atOnce(2), T0);
  assert.deepEqual(refused, { ok: false, limit: 'concurrency', retryAfterSeconds: 1, rate: undefined });
  first.release();
  first.release();
  assert.equal(limiter.acquire('k', atOnce(2), T0).ok, true);
  assert.equal(limiter.acquire('k', atOnce(2), T0).ok, false, 'a second release of the same permit gave nothing');
});

test('two scopes count together or not at all', () => {
  const limiter = createLimiter();
  const key = { key: 'key:1', limits: { requestsPerMinute: 5, concurrency: 5 } };
  const tenant = { key: 'tenant:a', limits: { requestsPerMinute: 2, concurrency: null } };
  const permits = [limiter.acquireBoth(key, tenant, T0), limiter.acquireBoth(key, tenant, T0)];
  assert.deepEqual(permits.map(({ ok, rate }) => [ok, rate?.limit, rate?.remaining]), [[true, 2, 1], [true, 2, 0]]); // prettier-ignore
  for (let i = 0; i < 10; i++) assert.equal(limiter.acquireBoth(key, tenant, T0).ok, false);
  assert.equal(limiter.acquire('key:1', key.limits, T0).rate?.remaining, 2, 'the refused ones did not count against the key');
  for (const permit of permits) if (permit.ok) permit.release();
  assert.equal(limiter.acquire('key:1', { requestsPerMinute: null, concurrency: 2 }, T0).ok, true);
});

test('a flood of new keys never makes a limited or busy key forgotten', () => {
  const limiter = createLimiter({ capacity: 100 });
  for (let i = 0; i < 3; i++) limiter.acquire('limited', perMinute(3), T0);
  limiter.acquire('busy', atOnce(1), T0);
  let refused = 0;
  for (let i = 0; i < 5000; i++) if (!limiter.acquire(`invented${i}`, perMinute(1), T0 + i).ok) refused++;
  assert.ok(refused > 0, 'the flood itself is refused when nothing can be forgotten');
  assert.equal(limiter.size() <= 100, true);
  assert.equal(limiter.acquire('limited', perMinute(3), T0 + 5000).ok, false);
  assert.equal(limiter.acquire('busy', atOnce(1), T0 + 5000).ok, false);
});

test('keys that owe nothing make room', () => {
  const limiter = createLimiter({ capacity: 10 });
  for (let i = 0; i < 1000; i++) {
    const got = limiter.acquire(`k${i}`, perMinute(60), T0 + i * 1000);
    assert.ok(got.ok, String(i));
    got.release();
  }
  assert.equal(limiter.size(), 10);
});

test('a clock that is set back locks nobody out for longer than a minute', () => {
  const limiter = createLimiter();
  limiter.acquire('k', perMinute(2), T0 + 86_400_000);
  assert.equal(limiter.acquire('k', perMinute(2), T0).ok, false);
  assert.equal(limiter.acquire('k', perMinute(2), T0 + 1).ok, false);
  const refused = limiter.acquire('k', perMinute(2), T0 + 1);
  assert.ok(!refused.ok && refused.retryAfterSeconds <= 60);
  assert.equal(limiter.acquire('k', perMinute(2), T0 + 30_001).ok, true);
});

test('property: no schedule of requests gets more than bucket and refill allow, and in-flight never passes its limit', () => {
  const step = fc.record({ wait: fc.integer({ min: 0, max: 5000 }), release: fc.boolean() });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(step, { maxLength: 200 }),
      (rpm, concurrency, steps) => {
        const limiter = createLimiter();
        const open: Permit[] = [];
        let now = T0;
        let taken = 0;
        for (const { wait, release } of steps) {
          now += wait;
          if (release) open.pop()?.release();
          const got = limiter.acquire('k', { requestsPerMinute: rpm, concurrency }, now);
          if (!got.ok) continue;
          taken++;
          open.push(got);
          assert.ok(open.length <= concurrency);
          assert.ok(taken <= rpm + ((now - T0) * rpm) / 60_000 + 1e-3);
        }
      },
    ),
  );
});
