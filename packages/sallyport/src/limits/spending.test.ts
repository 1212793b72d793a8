import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { silentLogger } from '../kernel/index.ts';
import { skipReason } from '../../test/kit/postgres.ts';
import { ANNA, BERT, openTestStore, STORE_KINDS, type TestStore } from '../../test/kit/stores.ts';
import { openSpending, type Budget, type Spending } from './service.ts';

const NOON = Date.UTC(2026, 10, 21, 12);
const USD = 1_000_000;
const day = (scope: string, micros: number): Budget => ({ scope, microsPerDay: micros, microsPerMonth: null });

for (const kind of STORE_KINDS) {
  describe(`budgets on ${kind}`, () => {
    let database: TestStore | undefined;
    let now = NOON;
    const open = (): Spending => openSpending((database as TestStore).store, { clock: () => now, logger: silentLogger });

    before(async () => (database = await openTestStore(kind)));
    after(() => database?.stop());
    const test = (name: string, run: () => Promise<void>): void =>
      void it(name, async (context) => (database === undefined ? context.skip(skipReason()) : run()));

    test('what is set aside is gone, what is settled counts, what is left comes back', async () => {
      const spending = open();
      const first = await spending.reserve(ANNA, [day('a', 10 * USD)], 6 * USD);
      assert.equal(first.ok, true);
      const second = await spending.reserve(ANNA, [day('a', 10 * USD)], 6 * USD);
      assert.deepEqual(second, { ok: false, scope: 'a', per: 'day', retryAfterSeconds: 12 * 3600 });
      if (first.ok) first.settle(1 * USD);
      if (first.ok) first.settle(0);
      const third = await spending.reserve(ANNA, [day('a', 10 * USD)], 9 * USD);
      assert.equal(third.ok, true, 'nine of the nine that are left');
      if (third.ok) third.settle(9 * USD);
      const fourth = await spending.reserve(ANNA, [day('a', 10 * USD)], 1);
      assert.equal(fourth.ok, false);
      assert.deepEqual((await spending.spent(ANNA)).get('a'), { day: 10 * USD, month: 0 });
      assert.equal((await spending.spent(BERT)).size, 0, "another tenant's budget is not seen");
      await spending.close();
    });

    test('a key and its tenant: both or neither', async () => {
      const spending = open();
      const both = [day('key', 100 * USD), day('tenant', 5 * USD)];
      const refused = await spending.reserve(ANNA, both, 6 * USD);
      assert.equal(refused.ok ? '' : refused.scope, 'tenant');
      const held = await spending.reserve(ANNA, [day('key', 100 * USD)], 100 * USD);
      assert.equal(held.ok, true, 'the refused one took nothing from the key');
      if (held.ok) held.settle(0);
      await spending.close();
    });

    test('a new day and a new month begin with the whole budget', async () => {
      const spending = open();
      const budget: Budget = { scope: 'calendar', microsPerDay: 4 * USD, microsPerMonth: 6 * USD };
      const spend = async (micros: number): Promise<string> => {
        const held = await spending.reserve(ANNA, [budget], micros);
        if (!held.ok) return held.per;
        held.settle(micros);
        return 'spent';
      };
      assert.deepEqual([await spend(4 * USD), await spend(1)], ['spent', 'day']);
      now += 86_400_000;
      assert.deepEqual([await spend(2 * USD), await spend(1)], ['spent', 'month']);
      now = Date.UTC(2026, 11, 1);
      assert.equal(await spend(4 * USD), 'spent');
      now = NOON;
      await spending.close();
    });

    test('three processes and a crash never spend more than the budget together', async () => {
      const processes = [open(), open(), open()];
      const cap = 3 * USD;
      let spent = 0;
      const worker = async (spending: Spending, seed: number): Promise<void> => {
        for (let i = 0; i < 60; i++) {
          const worst = 20_000 + ((seed * 7919 + i * 104_729) % 30_000);
          const held = await spending.reserve(ANNA, [day('shared', cap)], worst);
          if (!held.ok) return;
          const real = Math.floor(worst / (1 + (i % 3)));
          spent += real;
          held.settle(real);
        }
      };
      await Promise.all(processes.flatMap((one, p) => Array.from({ length: 8 }, (_, i) => worker(one, p * 8 + i))));
      // The first ends without giving anything back, as a killed process does.
      await Promise.all(processes.slice(1).map((one) => one.close()));
      const last = open();
      for (let i = 0; i < 400; i++) {
        const held = await last.reserve(ANNA, [day('shared', cap)], 10_000);
        if (!held.ok) break;
        spent += 10_000;
        held.settle(10_000);
      }
      assert.ok(spent <= cap, `${spent} of ${cap}`);
      assert.ok(spent > cap * 0.9, `all but a share of it can be spent: ${spent}`);
      await last.close();
      await (processes[0] as Spending).close();
    });

    test('what was spent beyond what was set aside counts', async () => {
      const spending = open();
      const held = await spending.reserve(ANNA, [day('debt', 10 * USD)], 1 * USD);
      if (held.ok) held.settle(9 * USD);
      assert.equal((await spending.reserve(ANNA, [day('debt', 10 * USD)], 2 * USD)).ok, false);
      await spending.close();
      assert.deepEqual((await open().spent(ANNA)).get('debt')?.day, 9 * USD);
    });
  });
}
