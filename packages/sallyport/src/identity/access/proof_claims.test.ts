import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createProofClaims } from './proof_claims.ts';

/** A place that all processes share, which counts how often it is asked and answers when it is told to. */
function place(): { take: (ids: readonly string[]) => Promise<string[]>; asked: () => number; release: () => void } {
  const taken = new Set<string>();
  let asked = 0;
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  return {
    asked: () => asked,
    release,
    async take(ids) {
      asked++;
      await gate;
      const mine = ids.filter((id) => !taken.has(id));
      for (const id of mine) taken.add(id);
      return mine;
    },
  };
}

describe('whether a proof is new everywhere', () => {
  it('is asked in bunches, and of several with the same one is first', async () => {
    const shared = place();
    const [one, other] = [createProofClaims(shared.take), createProofClaims(shared.take)];
    const asking = ['a', 'b', 'b', 'c', 'a'].flatMap((id) => [one(id), other(id)]);
    shared.release();
    const told = await Promise.all(asking);
    assert.equal(told.filter((verdict) => verdict === 'first').length, 3);
    assert.equal(told.filter((verdict) => verdict === 'used').length, 7);
    assert.equal(shared.asked(), 4, 'the first alone, the rest together, for each of the two');
    assert.equal(await one('a'), 'used');
    assert.equal(await other('d'), 'first');
  });

  it('is unknown when nobody answers, and known again afterwards', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let silent = true;
    const claim = createProofClaims((ids) => (silent ? new Promise(() => {}) : Promise.resolve(ids)));
    const asking = claim('a');
    context.mock.timers.tick(2_000);
    assert.equal(await asking, 'unknown');
    silent = false;
    assert.equal(await claim('b'), 'first');
    const failing = createProofClaims(() => Promise.reject(new Error('no database')));
    assert.equal(await failing('a'), 'unknown');
  });
});
