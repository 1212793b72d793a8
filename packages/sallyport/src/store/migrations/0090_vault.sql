-- Accounts of people (and services) at third-party APIs. `sealed` holds the tokens or the key, encrypted under the tenant's data key and bound to
-- tenant, user and connection.
create table vault_accounts (
  tenant text not null,
  connection text not null,
  user_id text not null,
  sealed bytea not null,
  scopes text[] not null,
  -- When the access token ends; null: not known to end.
  expires bigint,
  state text not null check (state in ('ready', 'reconsent')),
  -- Counts the writes: who refreshed an older version does not overwrite a newer one.
  version bigint not null default 1,
  -- Until when one process has the right to refresh.
  lease bigint,
  created bigint not null,
  changed bigint not null,
  primary key (tenant, connection, user_id)
);
alter table vault_accounts enable row level security;
alter table vault_accounts force row level security;
create policy vault_accounts_tenant on vault_accounts
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on vault_accounts to sallyport_app;
grant select, insert, update, delete on vault_accounts to sallyport_system;

-- Which agents may use an account.
create table vault_grants (
  tenant text not null,
  connection text not null,
  user_id text not null,
  agent text not null,
  created bigint not null,
  primary key (tenant, connection, user_id, agent),
  foreign key (tenant, connection, user_id) references vault_accounts (tenant, connection, user_id) on delete cascade
);
create index vault_grants_agent on vault_grants (tenant, agent, connection);
alter table vault_grants enable row level security;
alter table vault_grants force row level security;
create policy vault_grants_tenant on vault_grants
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on vault_grants to sallyport_app;
grant select, insert, update, delete on vault_grants to sallyport_system;

-- Consents under way: by the hash of their state. `sealed` holds the PKCE verifier.
create table vault_flows (
  tenant text not null,
  state bytea not null,
  connection text not null,
  user_id text not null,
  sealed bytea not null,
  expires bigint not null,
  primary key (tenant, state)
);
alter table vault_flows enable row level security;
alter table vault_flows force row level security;
create policy vault_flows_tenant on vault_flows
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on vault_flows to sallyport_app;
grant select, insert, update, delete on vault_flows to sallyport_system;
