-- Which tenants look at demo data, and since when. Its events are made from this moment when they are asked for; no table and no log holds one.
create table demo_loaded (
  tenant text primary key,
  since bigint not null
);
alter table demo_loaded enable row level security;
alter table demo_loaded force row level security;
create policy demo_loaded_tenant on demo_loaded
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, delete on demo_loaded to sallyport_app;
grant select, insert, update, delete on demo_loaded to sallyport_system;
