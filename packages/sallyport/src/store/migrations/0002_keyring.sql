-- Data keys, each wrapped by the key-encryption key, which is never here. `use`: 'seal' keys encrypt (the newest seals, all open),
-- the one 'mac' key of a tenant is the root of its keyed hashes. `subject` is '' or the keyed hash of a person's id.
create table keyring_keys (
  tenant text not null,
  id text not null,
  use text not null check (use in ('seal', 'mac')),
  subject text not null,
  kek text not null,
  wrapped bytea not null,
  created bigint not null,
  primary key (tenant, id)
);
create index keyring_keys_subject on keyring_keys (tenant, subject, use, created);
create unique index keyring_keys_mac on keyring_keys (tenant) where use = 'mac';
alter table keyring_keys enable row level security;
alter table keyring_keys force row level security;
create policy keyring_keys_tenant on keyring_keys
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on keyring_keys to sallyport_app;
grant select, insert, update, delete on keyring_keys to sallyport_system;
