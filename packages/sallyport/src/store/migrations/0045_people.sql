-- People who sign in at the console. The password is an argon2id text (PHC form), the recovery code its SHA-256: 120 random bits need no slow hash.
create table identity_people (
  tenant text not null,
  id text not null,
  role text not null,
  password text not null,
  recovery bytea not null,
  changed bigint not null,
  primary key (tenant, id),
  foreign key (tenant, id) references identity_principals (tenant, id)
);
alter table identity_people enable row level security;
alter table identity_people force row level security;
create policy identity_people_tenant on identity_people
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_people to sallyport_app;
grant select, insert, update, delete on identity_people to sallyport_system;

-- Sessions of people, by the SHA-256 of both halves of their token. An ended one stays for a while as history.
create table identity_sessions (
  tenant text not null,
  id text not null,
  person text not null,
  hash bytea not null,
  created bigint not null,
  seen bigint not null,
  expires bigint not null,
  -- When the person last proved the password.
  proved bigint not null,
  ended bigint,
  agent text not null,
  address text not null,
  primary key (tenant, id),
  foreign key (tenant, person) references identity_people (tenant, id)
);
create unique index identity_sessions_hash on identity_sessions (hash);
create index identity_sessions_person on identity_sessions (tenant, person, created desc);
alter table identity_sessions enable row level security;
alter table identity_sessions force row level security;
create policy identity_sessions_tenant on identity_sessions
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_sessions to sallyport_app;
grant select, insert, update, delete on identity_sessions to sallyport_system;

-- Links that let one person in, once: the first administrator (`setup`), another person (`invite`), a new password (`reset`, for `person`).
create table identity_invitations (
  tenant text not null,
  id text not null,
  hash bytea not null,
  purpose text not null check (purpose in ('setup', 'invite', 'reset')),
  role text not null,
  person text,
  created bigint not null,
  expires bigint not null,
  used bigint,
  primary key (tenant, id)
);
create unique index identity_invitations_hash on identity_invitations (hash);
alter table identity_invitations enable row level security;
alter table identity_invitations force row level security;
create policy identity_invitations_tenant on identity_invitations
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_invitations to sallyport_app;
grant select, insert, update, delete on identity_invitations to sallyport_system;
