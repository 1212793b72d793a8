import { createHash } from 'node:crypto';
import type { Migration } from '../../src/store/migrate.ts';

/** A migration from its text, as `readMigrations` makes them. */
export function migrationOf(number: number, name: string, sql: string): Migration {
  return { number, name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
}

/** The contract's table: every type that the product stores. */
export const CONTRACT_TABLE = migrationOf(
  9999,
  '9999_contract.sql',
  `create table contract_rows (
     tenant text not null, id text not null, count bigint not null default 0, payload jsonb, raw bytea, flag boolean, words text[], small integer, part double precision,
     primary key (tenant, id), check (count >= 0));
   alter table contract_rows enable row level security;
   alter table contract_rows force row level security;
   create policy tenant on contract_rows using (tenant = current_setting('app.tenant', true));
   grant select, insert, update, delete on contract_rows to sallyport_app;
   create table contract_notes (number bigint generated always as identity primary key, tenant text not null, row text not null, upper_row text generated always as (upper(row)) stored,
     foreign key (tenant, row) references contract_rows (tenant, id) deferrable initially deferred);
   alter table contract_notes enable row level security;
   alter table contract_notes force row level security;
   create policy tenant on contract_notes using (tenant = current_setting('app.tenant', true));
   grant select, insert, update, delete on contract_notes to sallyport_app;
   grant usage on sequence contract_notes_number_seq to sallyport_app;`,
);
