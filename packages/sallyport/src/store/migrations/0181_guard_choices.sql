-- What a tenant's people decided about a detector, stronger than the configuration: every decision stays, the newest of a detector is in force.
-- Null: as configured.
create table guard_choices (
  tenant text not null,
  version bigint not null,
  detector text not null,
  switched boolean,
  threshold double precision,
  author text not null,
  created bigint not null,
  primary key (tenant, version)
);
alter table guard_choices enable row level security;
alter table guard_choices force row level security;
create policy guard_choices_tenant on guard_choices
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert on guard_choices to sallyport_app;
grant select, insert, update, delete on guard_choices to sallyport_system;
