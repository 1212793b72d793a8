-- Passkeys (WebAuthn): public keys, nothing secret. `counter` is what the authenticator says of its use; many say 0 for ever.
create table identity_passkeys (
  tenant text not null,
  -- The credential's id in base64url.
  id text not null,
  person text not null,
  name text not null,
  public_key bytea not null,
  counter bigint not null,
  created bigint not null,
  used bigint,
  primary key (tenant, id),
  foreign key (tenant, person) references identity_people (tenant, id)
);
create index identity_passkeys_person on identity_passkeys (tenant, person);
alter table identity_passkeys enable row level security;
alter table identity_passkeys force row level security;
create policy identity_passkeys_tenant on identity_passkeys
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_passkeys to sallyport_app;
grant select, insert, update, delete on identity_passkeys to sallyport_system;

-- Challenges that were given out: each is taken out by its answer, so that none counts twice, whichever process it comes to. For signing in nobody is
-- known yet: then `person` is empty.
create table identity_challenges (
  tenant text not null,
  challenge text not null,
  person text,
  expires bigint not null,
  primary key (tenant, challenge)
);
alter table identity_challenges enable row level security;
alter table identity_challenges force row level security;
create policy identity_challenges_tenant on identity_challenges
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_challenges to sallyport_app;
grant select, insert, update, delete on identity_challenges to sallyport_system;
