-- What applications keep of a person's chats and facts, sealed for that person: associated data bind tenant, person, application and conversation.
create table identity_conversations (
  tenant text not null,
  person text not null,
  client text not null,
  id text not null,
  sealed bytea not null,
  created bigint not null,
  updated bigint not null,
  expires bigint not null,
  primary key (tenant, person, client, id)
);
create index identity_conversations_expires on identity_conversations (tenant, expires);
alter table identity_conversations enable row level security;
alter table identity_conversations force row level security;
create policy identity_conversations_tenant on identity_conversations
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_conversations to sallyport_app;
grant select, insert, update, delete on identity_conversations to sallyport_system;
