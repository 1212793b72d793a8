-- Rules that a tenant's people write in the console: every version stays, the highest is in force.
create table policy_texts (
  tenant text not null,
  version bigint not null,
  text text not null,
  author text not null,
  note text not null,
  created bigint not null,
  primary key (tenant, version)
);
alter table policy_texts enable row level security;
alter table policy_texts force row level security;
create policy policy_texts_tenant on policy_texts
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert on policy_texts to sallyport_app;
grant select, insert, update, delete on policy_texts to sallyport_system;
