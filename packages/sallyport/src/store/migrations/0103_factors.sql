-- A person's second factor: a time-based code (RFC 6238). The secret is sealed by the keyring; `step` is the last time step that was used, so that
-- no code counts twice. Not confirmed: it was begun, and asks for nothing yet.
create table identity_totp (
  tenant text not null,
  person text not null,
  sealed bytea not null,
  created bigint not null,
  confirmed bigint,
  step bigint not null,
  primary key (tenant, person),
  foreign key (tenant, person) references identity_people (tenant, id)
);
alter table identity_totp enable row level security;
alter table identity_totp force row level security;
create policy identity_totp_tenant on identity_totp
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_totp to sallyport_app;
grant select, insert, update, delete on identity_totp to sallyport_system;
