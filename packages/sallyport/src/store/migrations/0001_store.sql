-- Ground of the store: schema, the two roles, the history of migrations.
--
-- Conventions for every later file of this folder:
--   * a table of tenants has the column `tenant text not null`, then
--       alter table T enable row level security;
--       alter table T force row level security;
--       create policy tenant on T using (tenant = current_setting('app.tenant', true));
--       grant select, insert, update, delete on T to sallyport_app;      -- or fewer
--     (a policy without `with check` checks new rows with the same expression);
--   * a table without a tenant stands in store/isolation.ts with its reason and is granted to nobody;
--   * sallyport_system receives its privileges by the default below;
--   * times are bigint milliseconds since 1970.
-- Both rules are checked at every start.

do $$
begin
  if not exists (select from pg_namespace where nspname = 'sallyport') then
    create schema sallyport;
  end if;
  -- Roles belong to the whole cluster: another database's migration may make them at this very moment.
  begin
    if not exists (select from pg_roles where rolname = 'sallyport_app') then
      create role sallyport_app nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'sallyport_system') then
      create role sallyport_system nologin bypassrls;
    end if;
  exception when duplicate_object or unique_violation then
    null;
  end;
  if not pg_has_role(current_user, 'sallyport_app', 'member') then
    execute format('grant sallyport_app to %I', current_user);
  end if;
  if not pg_has_role(current_user, 'sallyport_system', 'member') then
    execute format('grant sallyport_system to %I', current_user);
  end if;
end
$$;

grant usage on schema sallyport to sallyport_app, sallyport_system;
alter default privileges in schema sallyport grant select, insert, update, delete on tables to sallyport_system;
alter default privileges in schema sallyport grant usage, select, update on sequences to sallyport_system;
-- New functions are executable by everyone unless this says otherwise.
alter default privileges in schema sallyport revoke execute on functions from public;

create table store_migrations (
  number integer primary key,
  name text not null,
  sha256 text not null,
  applied bigint not null
);
