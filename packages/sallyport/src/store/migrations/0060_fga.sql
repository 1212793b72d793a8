-- Relationship-based authorization: stores, models, tuples and their change log. Texts compare by bytes, as OpenFGA's continuation tokens need.
-- `version` counts the writes of a store: its row is locked by each, so that changes are numbered in the order of their commits.
create table fga_stores (
  tenant text not null,
  id text collate "C" not null,
  name text not null,
  created bigint not null,
  updated bigint not null,
  version bigint not null default 0,
  changed bigint not null default 0,
  primary key (tenant, id)
);
alter table fga_stores enable row level security;
alter table fga_stores force row level security;
create policy fga_stores_tenant on fga_stores
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on fga_stores to sallyport_app;
grant select, insert, update, delete on fga_stores to sallyport_system;

create table fga_models (
  tenant text not null,
  store text collate "C" not null,
  id text collate "C" not null,
  model text not null,
  primary key (tenant, store, id),
  foreign key (tenant, store) references fga_stores (tenant, id) on delete cascade
);
alter table fga_models enable row level security;
alter table fga_models force row level security;
create policy fga_models_tenant on fga_models
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, delete on fga_models to sallyport_app;
grant select, insert, update, delete on fga_models to sallyport_system;

-- `subject_relation` is '' unless the user is a userset. The primary key serves checks (who is related to an object) and pages, the index
-- list-objects (what a user is related to). The index begins with the subject: a planner without statistics, as after a bulk load and always
-- on the embedded database, takes any index whose first columns match, and two that begin with tenant and store look alike to it.
create table fga_tuples (
  tenant text not null,
  store text collate "C" not null,
  object text collate "C" not null,
  relation text collate "C" not null,
  subject_relation text collate "C" not null,
  subject text collate "C" not null,
  object_type text collate "C" not null,
  condition text,
  context text,
  written bigint not null,
  primary key (tenant, store, object, relation, subject_relation, subject)
);
create index fga_tuples_subject on fga_tuples (subject, subject_relation, relation, store, object, tenant);
alter table fga_tuples enable row level security;
alter table fga_tuples force row level security;
create policy fga_tuples_tenant on fga_tuples
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on fga_tuples to sallyport_app;
grant select, insert, update, delete on fga_tuples to sallyport_system;

create table fga_changes (
  tenant text not null,
  store text collate "C" not null,
  ulid text collate "C" not null,
  object_type text collate "C" not null,
  written bigint not null,
  deleted boolean not null,
  tuple text not null,
  primary key (tenant, store, ulid)
);
create index fga_changes_type on fga_changes (tenant, store, object_type, ulid);
alter table fga_changes enable row level security;
alter table fga_changes force row level security;
create policy fga_changes_tenant on fga_changes
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, delete on fga_changes to sallyport_app;
grant select, insert, update, delete on fga_changes to sallyport_system;

create table fga_assertions (
  tenant text not null,
  store text collate "C" not null,
  model text collate "C" not null,
  assertions text not null,
  primary key (tenant, store, model)
);
alter table fga_assertions enable row level security;
alter table fga_assertions force row level security;
create policy fga_assertions_tenant on fga_assertions
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on fga_assertions to sallyport_app;
grant select, insert, update, delete on fga_assertions to sallyport_system;
