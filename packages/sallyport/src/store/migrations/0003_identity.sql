-- Who exists. Later issues add columns and tables (users, agents, sessions); they never replace these.
create table identity_tenants (
  tenant text primary key,
  created bigint not null,
  disabled bigint
);
alter table identity_tenants enable row level security;
alter table identity_tenants force row level security;
create policy identity_tenants_tenant on identity_tenants
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update on identity_tenants to sallyport_app;
grant select, insert, update, delete on identity_tenants to sallyport_system;

create table identity_principals (
  tenant text not null references identity_tenants (tenant),
  id text not null,
  kind text not null check (kind in ('user', 'agent', 'service')),
  name text not null,
  owner text,
  created bigint not null,
  expires bigint,
  disabled bigint,
  primary key (tenant, id)
);
create unique index identity_principals_name on identity_principals (tenant, name);
alter table identity_principals enable row level security;
alter table identity_principals force row level security;
create policy identity_principals_tenant on identity_principals
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_principals to sallyport_app;
grant select, insert, update, delete on identity_principals to sallyport_system;

-- A key is kept as its SHA-256 only. 256 random bits need no slow hash: there is nothing to guess.
create table identity_keys (
  tenant text not null,
  id text not null,
  principal text not null,
  name text not null,
  hash bytea not null,
  created bigint not null,
  expires bigint,
  revoked bigint,
  permissions text[] not null,
  gateway boolean not null,
  detail text not null check (detail in ('short', 'full')),
  models text[] not null,
  requests_per_minute integer check (requests_per_minute > 0),
  concurrency integer check (concurrency > 0),
  primary key (tenant, id),
  foreign key (tenant, principal) references identity_principals (tenant, id)
);
create unique index identity_keys_hash on identity_keys (hash);
alter table identity_keys enable row level security;
alter table identity_keys force row level security;
create policy identity_keys_tenant on identity_keys
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_keys to sallyport_app;
grant select, insert, update, delete on identity_keys to sallyport_system;
