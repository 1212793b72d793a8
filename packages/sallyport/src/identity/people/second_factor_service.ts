import { randomBytes } from 'node:crypto';
import type { Clock, TenantId } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import type { Keyring } from '../../keyring/service.ts';
import type { Sql, Store } from '../../store/service.ts';
import { fail } from '../errors.ts';
import * as rows from './store.ts';
import { base32, stepOfCode, TOTP_SECRET_BYTES, totpUri } from './totp.ts';

const PURPOSE = 'totp';

/** A code that changes every 30 seconds, beside the password. */
export type SecondFactor = {
  /** Begins one: what an app on the phone needs. It asks for nothing until a code has confirmed it. Rejects FACTOR_PRESENT. */
  begin(
    tenant: TenantId,
    person: { readonly id: string; readonly name: string },
  ): Promise<{ readonly secret: string; readonly uri: string }>;
  /** Rejects CODE_WRONG. */
  confirm(tenant: TenantId, person: string, code: string): Promise<void>;
  remove(tenant: TenantId, person: string, actor: string): Promise<void>;
  has(tenant: TenantId, person: string): Promise<boolean>;
  /** Whether the code is right and was not used. True without one when the person has no second factor: then `undefined` is asked for nothing. */
  check(tenant: TenantId, person: string, code: string | undefined): Promise<'none' | 'right' | 'missing' | 'wrong'>;
};

export function createSecondFactor(
  store: Store,
  deps: { readonly keyring: Keyring; readonly change: Change; readonly clock: Clock },
): SecondFactor {
  const { keyring, clock } = deps;

  /** The step of a right code, taken by this call alone: of two with one code at the same moment, one wins. */
  async function take(sql: Sql, tenant: TenantId, person: string, row: rows.TotpRow, code: string): Promise<boolean> {
    const step = stepOfCode(await keyring.open(tenant, PURPOSE, person, row.sealed), code, clock(), row.step);
    return step !== undefined && (await rows.takeTotpStep(sql, person, step));
  }

  return {
    async begin(tenant, { id, name }) {
      const secret = randomBytes(TOTP_SECRET_BYTES);
      const sealed = Buffer.from(await keyring.seal(tenant, PURPOSE, id, secret));
      const begun = await store.tx(tenant, (sql) => rows.beginTotp(sql, tenant, id, sealed, clock()));
      if (!begun) throw fail('FACTOR_PRESENT');
      return { secret: base32(secret), uri: totpUri(secret, name) };
    },
    async confirm(tenant, person, code) {
      const row = await store.tx(tenant, (sql) => rows.selectTotp(sql, person));
      if (row === undefined || row.confirmed !== null) throw fail('CODE_WRONG');
      const step = stepOfCode(await keyring.open(tenant, PURPOSE, person, row.sealed), code, clock(), row.step);
      if (step === undefined) throw fail('CODE_WRONG');
      await deps.change(tenant, async (sql, emit) => {
        if (!(await rows.takeTotpStep(sql, person, step))) throw fail('CODE_WRONG');
        await rows.confirmTotp(sql, person, clock());
        await emit({ type: 'person.factor_added', actor: person, target: { kind: 'person', id: person }, detail: { factor: 'totp' } });
      });
    },
    remove: (tenant, person, actor) =>
      deps.change(tenant, async (sql, emit) => {
        if (!(await rows.deleteTotp(sql, person))) return;
        await emit({ type: 'person.factor_removed', actor, target: { kind: 'person', id: person }, detail: { factor: 'totp' } });
      }),
    async has(tenant, person) {
      const row = await store.tx(tenant, (sql) => rows.selectTotp(sql, person));
      return row !== undefined && row.confirmed !== null;
    },
    async check(tenant, person, code) {
      const row = await store.tx(tenant, (sql) => rows.selectTotp(sql, person));
      if (row === undefined || row.confirmed === null) return 'none';
      if (code === undefined) return 'missing';
      return (await store.tx(tenant, (sql) => take(sql, tenant, person, row, code))) ? 'right' : 'wrong';
    },
  };
}
