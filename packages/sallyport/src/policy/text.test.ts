import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { silentLogger, systemClock } from '../kernel/index.ts';
import { skipReason } from '../../test/kit/postgres.ts';
import { ANNA, BERT, codeOf, openTestStore, STORE_KINDS, until, type TestStore } from '../../test/kit/stores.ts';
import { sampleVars } from './sample.ts';
import { openPolicy, type PolicyService } from './service.ts';
import { checkText } from './text.ts';

const rule = (id: string, when = 'part.size > 10'): string => `rules:
  - id: ${id}
    on: [prompt]
    when: ${when}
    then: deny
    why: It is too long.
    tests: [{ given: { part: { size: 20 } }, expect: deny }]
`;

describe('a text of rules', () => {
  const check = (text: string): string[] =>
    checkText(text, { rules: [] }, new Set()).problems.map(({ line, message }) => `${line}: ${message}`);

  it('is sound, or says every problem with its line', () => {
    assert.deepEqual(check(rule('short')), []);
    assert.deepEqual(check(''), []);
    assert.match(check(rule('short', 'part.siez > 10')).join(), /^4: /);
    assert.match(check(rule('prompt-injection')).join(), /^2: prompt-injection is a rule of the default policy/);
    assert.match(check(`${rule('short')}providers: []\n`).join(), /^8: /, 'nothing but rules may stand there');
    assert.match(check('rules: [').join(), /^\d+: /);
    assert.match(check(rule('short', 'part.size > 100')).join(), /expect/, 'its own test fails');
  });
});

for (const kind of STORE_KINDS) {
  describe(`own rules on ${kind}`, () => {
    let database: TestStore | undefined;
    let service: PolicyService;
    const emitted: string[] = [];
    const open = (): Promise<PolicyService> =>
      openPolicy(
        {
          source: async () => ({ rules: [] }),
          store: (database as TestStore).store,
          audit: {
            get: async () => undefined,
            list: async () => ({ events: [] }),
            change: async (tenant, work) =>
              (database as TestStore).store.tx(tenant, (sql) => work(sql, async ({ type }) => void emitted.push(type))),
          },
        },
        { logger: silentLogger, clock: systemClock },
      );
    const action = (tenant: typeof ANNA, size: number, from = service): string =>
      from.current(tenant).decide('prompt', sampleVars('prompt', { part: { size } })).action;
    const save = (text: string, base: number): Promise<unknown> =>
      service.writeText(ANNA, { text, base, note: '', author: 'Anna' }, 'prn_anna');

    before(async () => {
      database = await openTestStore(kind);
      if (database !== undefined) service = await open();
    });
    after(async () => {
      await service?.close();
      await database?.stop();
    });
    const test = (name: string, run: () => Promise<void>): void =>
      void it(name, async (context) => (database === undefined ? context.skip(skipReason()) : run()));

    test('are in force at once, for their tenant only, in every process and after a restart', async () => {
      const second = await open();
      assert.equal(action(ANNA, 20), 'allow');
      await save(rule('short'), 0);
      assert.deepEqual([action(ANNA, 20), action(BERT, 20), action(ANNA, 5)], ['deny', 'allow', 'allow']);
      await until(() => action(ANNA, 20, second) === 'deny');
      await second.close();
      const third = await open();
      assert.equal(action(ANNA, 20, third), 'deny');
      await third.close();
      assert.equal(emitted.at(-1), 'policy.edited');
    });

    test('who saves after somebody else is told, and nothing is lost', async () => {
      assert.equal(await codeOf(save(rule('mine'), 0)), 'POLICY_TEXT_CHANGED');
      await save(rule('mine', 'part.size > 15'), 1);
      const { current, history } = await service.text(ANNA);
      assert.deepEqual([current.version, current.author, history.map(({ version }) => version)], [2, 'Anna', [2, 1]]);
      assert.match((await service.text(ANNA, 1)).current.text, /id: short/);
      assert.equal(await codeOf(service.text(ANNA, 9)), 'POLICY_TEXT_UNKNOWN');
      assert.equal((await service.text(BERT)).current.version, 0);
    });

    test('of fifty who save at once exactly one is first', async () => {
      const saved = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => save(rule(`one-${i}`), 2)));
      assert.equal(saved.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal((await service.text(ANNA)).current.version, 3);
    });

    test('a wrong text changes nothing; an empty one takes the rules away', async () => {
      assert.equal(await codeOf(save(rule('wrong', 'part.siez > 1'), 3)), 'POLICY_INVALID');
      assert.equal(action(ANNA, 20), 'deny');
      await save('', 3);
      assert.equal(action(ANNA, 20), 'allow');
    });

    test('a configuration that takes a name of theirs is refused, and the old one stays', async () => {
      await save(rule('short'), 4);
      const source = {
        id: 'short',
        on: ['prompt' as const],
        when: 'part.size > 1',
        then: 'deny' as const,
        why: 'x',
        tests: [{ given: {}, expect: 'deny' as const }],
      };
      const reloaded = await service.reload({ rules: [source] });
      assert.equal(reloaded.ok, false);
      assert.equal(action(ANNA, 5), 'allow');
    });
  });
}
