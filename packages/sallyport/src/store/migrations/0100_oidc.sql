-- What the authorization server keeps: codes, tokens that are looked up, grants, browser sessions, pushed and device requests.
-- A row is found by a value that only its holder knows; whose it is stands in the row. So there is no tenant, and only sallyport_system reads it.
create table identity_oidc (
  model text not null,
  -- SHA-256 of the value in base64url, but for what must be sent again (see identity/server/artifacts.ts).
  id text not null,
  payload jsonb not null,
  expires bigint,
  consumed bigint,
  grant_id text,
  user_code text,
  uid text,
  account text,
  primary key (model, id)
);
create index identity_oidc_grant on identity_oidc (grant_id) where grant_id is not null;
create unique index identity_oidc_user_code on identity_oidc (user_code) where user_code is not null;
create index identity_oidc_uid on identity_oidc (uid) where uid is not null;
create index identity_oidc_account on identity_oidc (account) where account is not null;
create index identity_oidc_expires on identity_oidc (expires);

-- Keys that sign tokens. `active`: from when on a key signs; before that it is only published. The private half is sealed by the keyring.
create table identity_signing_keys (
  id text primary key,
  public jsonb not null,
  sealed bytea not null,
  created bigint not null,
  active bigint not null,
  retired bigint
);

-- Applications that sign people in or call the gate with tokens. An agent is its own client; its row stands in identity_agents.
create table identity_clients (
  tenant text not null references identity_tenants (tenant),
  id text not null,
  name text not null,
  metadata jsonb not null,
  created bigint not null,
  revoked bigint,
  primary key (tenant, id)
);
create unique index identity_clients_id on identity_clients (id);
create unique index identity_clients_name on identity_clients (tenant, name) where revoked is null;
alter table identity_clients enable row level security;
alter table identity_clients force row level security;
create policy identity_clients_tenant on identity_clients
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_clients to sallyport_app;
grant select, insert, update, delete on identity_clients to sallyport_system;

-- What a person has allowed an application or agent to do. It ends with the session that it was given in, unless it was given for longer (`offline`).
create table identity_grants (
  tenant text not null,
  id text not null,
  person text not null,
  session text,
  client text not null,
  client_name text not null,
  scope text not null,
  resource text,
  offline boolean not null,
  created bigint not null,
  expires bigint not null,
  ended bigint,
  agent text not null,
  address text not null,
  primary key (tenant, id),
  foreign key (tenant, person) references identity_people (tenant, id)
);
create index identity_grants_person on identity_grants (tenant, person, created desc);
alter table identity_grants enable row level security;
alter table identity_grants force row level security;
create policy identity_grants_tenant on identity_grants
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_grants to sallyport_app;
grant select, insert, update, delete on identity_grants to sallyport_system;

-- What is refused although its signature is good: tokens by their id, grant, session, client or principal, issued at or before `at`.
-- A row is needed only until the last such token has expired.
create table identity_revocations (
  tenant text not null,
  handle text not null,
  at bigint not null,
  expires bigint not null,
  primary key (tenant, handle)
);
alter table identity_revocations enable row level security;
alter table identity_revocations force row level security;
create policy identity_revocations_tenant on identity_revocations
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_revocations to sallyport_app;
grant select, insert, update, delete on identity_revocations to sallyport_system;
