-- Roles that a tenant has made beside those that everybody has. Empty lists of models, tools and applications mean all.
create table identity_roles (
  tenant text not null references identity_tenants (tenant),
  name text not null,
  permissions text[] not null,
  models text[] not null,
  tools text[] not null,
  apps text[] not null,
  created bigint not null,
  primary key (tenant, name)
);
alter table identity_roles enable row level security;
alter table identity_roles force row level security;
create policy identity_roles_tenant on identity_roles
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_roles to sallyport_app;
grant select, insert, update, delete on identity_roles to sallyport_system;

-- When each permission of a person, agent, key or grant was last used: one row for each, however often it is.
create table identity_uses (
  tenant text not null,
  holder text not null,
  permission text not null,
  at bigint not null,
  primary key (tenant, holder, permission)
);
alter table identity_uses enable row level security;
alter table identity_uses force row level security;
create policy identity_uses_tenant on identity_uses
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_uses to sallyport_app;
grant select, insert, update, delete on identity_uses to sallyport_system;

-- Since when uses are written down: before that, none says nothing.
alter table identity_tenants add column uses_since bigint not null default (extract(epoch from now()) * 1000)::bigint;
