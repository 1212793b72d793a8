import { newId, silentLogger, systemClock, type TenantId } from '../../src/kernel/index.ts';
import { openStore } from '../../src/store/service.ts';

/** Writes until it is killed and reports each acknowledged row: the child process of the durability test and of the benchmark. */
async function write(dir: string, round: string): Promise<void> {
  const store = await openStore({ dir }, { logger: silentLogger, clock: systemClock });
  const tenant = `round${round}` as TenantId;
  await store.tx(tenant, (sql) => sql.query('insert into identity_tenants (tenant, created) values ($1, 0)', [tenant]));
  const writer = async (): Promise<void> => {
    for (;;) {
      const id = newId('prn', Date.now());
      await store.tx(tenant, (sql) =>
        sql.query("insert into identity_principals (tenant, id, kind, name, created) values ($1, $2, 'service', $2, 0)", [tenant, id]),
      );
      process.send?.([id]);
    }
  };
  await Promise.all(Array.from({ length: 20 }, writer));
}

if (process.send !== undefined) await write(process.argv[2] ?? '', process.argv[3] ?? '0');
