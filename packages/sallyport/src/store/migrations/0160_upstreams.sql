-- OpenID providers that people of a tenant may sign in with. The secret is sealed; public clients have none.
create table identity_upstreams (
  tenant text not null,
  id text not null,
  name text not null,
  issuer text not null,
  client_id text not null,
  sealed bytea,
  -- Mail domains that it may vouch for; none = every one.
  domains text[] not null,
  created bigint not null,
  primary key (tenant, id),
  unique (tenant, name)
);
alter table identity_upstreams enable row level security;
alter table identity_upstreams force row level security;
create policy identity_upstreams_tenant on identity_upstreams
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_upstreams to sallyport_app;
grant select, insert, update, delete on identity_upstreams to sallyport_system;

-- Who a person is at a provider: issuer and subject, the only claims that stay (OpenID Connect Core 1.0, section 5.7). Never a mail address.
create table identity_upstream_links (
  tenant text not null,
  id text not null,
  issuer text not null,
  sub text not null,
  person text not null,
  -- For the person's own list: what the provider called the account.
  shown text not null,
  created bigint not null,
  used bigint not null,
  primary key (tenant, issuer, sub),
  foreign key (tenant, person) references identity_people (tenant, id)
);
create index identity_upstream_links_person on identity_upstream_links (tenant, person);
alter table identity_upstream_links enable row level security;
alter table identity_upstream_links force row level security;
create policy identity_upstream_links_tenant on identity_upstream_links
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_upstream_links to sallyport_app;
grant select, insert, update, delete on identity_upstream_links to sallyport_system;

-- Sign-ins under way, by the SHA-256 of their state; each is taken out by its answer. `binding`: SHA-256 of what only the browser holds that began.
create table identity_upstream_flows (
  tenant text not null,
  hash bytea not null,
  upstream text not null,
  binding bytea not null,
  purpose text not null check (purpose in ('sign-in', 'link', 'prove')),
  -- Whose session it was begun in; empty for a sign-in.
  session text,
  expires bigint not null,
  primary key (tenant, hash)
);
create index identity_upstream_flows_expires on identity_upstream_flows (tenant, expires);
alter table identity_upstream_flows enable row level security;
alter table identity_upstream_flows force row level security;
create policy identity_upstream_flows_tenant on identity_upstream_flows
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_upstream_flows to sallyport_app;
grant select, insert, update, delete on identity_upstream_flows to sallyport_system;

-- An invitation may be for whoever proves this address (lower case) at a provider.
alter table identity_invitations add column email text;
create index identity_invitations_email on identity_invitations (tenant, email) where email is not null;
