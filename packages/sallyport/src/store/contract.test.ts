import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { skipReason } from '../../test/kit/postgres.ts';
import {
  ANNA,
  codeOf,
  CONTRACT_TABLE,
  openTestStore,
  runContract,
  STORE_CONTRACT,
  STORE_KINDS,
  type TestStore,
} from '../../test/kit/stores.ts';

for (const kind of STORE_KINDS) {
  describe(`store contract on ${kind}`, () => {
    let opened: TestStore | undefined;
    before(async () => {
      opened = await openTestStore(kind, { extra: [CONTRACT_TABLE] });
    });
    after(async () => {
      await opened?.stop();
    });
    for (const name of Object.keys(STORE_CONTRACT)) {
      it(name, async (context) => {
        if (opened === undefined) return context.skip(skipReason());
        await runContract(name, opened);
      });
    }
    it('answers nothing after close', async (context) => {
      if (opened === undefined) return context.skip(skipReason());
      await opened.store.close();
      assert.equal(await codeOf(opened.store.ping()), 'STORE_UNAVAILABLE');
      assert.equal(await codeOf(opened.store.tx(ANNA, (sql) => sql.query('select 1'))), 'STORE_UNAVAILABLE');
      assert.deepEqual(opened.logged, []);
    });
  });
}
