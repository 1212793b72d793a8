-- Keys of model providers that were given by command, sealed with the tenant's data key; `name` is what ${sealed:NAME} asks for.
create table providers_keys (
  tenant text not null,
  name text not null,
  sealed bytea not null,
  created bigint not null,
  updated bigint not null,
  primary key (tenant, name)
);
alter table providers_keys enable row level security;
alter table providers_keys force row level security;
create policy providers_keys_tenant on providers_keys
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on providers_keys to sallyport_app;
grant select, insert, update, delete on providers_keys to sallyport_system;
