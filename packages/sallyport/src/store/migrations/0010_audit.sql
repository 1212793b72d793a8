-- Events as the log holds them, for queries. Written by the projection only; dropped and rebuilt at will.
create table audit_events (
  tenant text not null,
  uid text not null,
  log text not null,
  seq bigint not null,
  time bigint not null,
  kind text not null,
  principal text not null,
  decision text,
  severity smallint not null,
  model text,
  event jsonb not null,
  primary key (tenant, uid)
);
create index audit_events_time on audit_events (tenant, time desc, uid desc);
create index audit_events_decision on audit_events (tenant, time desc, uid desc) where decision <> 'allow';
create index audit_events_log on audit_events (log, seq);
alter table audit_events enable row level security;
alter table audit_events force row level security;
create policy audit_events_tenant on audit_events
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select on audit_events to sallyport_app;
grant select, insert, update, delete on audit_events to sallyport_system;

-- Events of state changes, committed with the change; each leaves once it is in the log.
create table audit_outbox (
  tenant text not null,
  uid text not null,
  log text not null,
  created bigint not null,
  event text not null,
  primary key (tenant, uid)
);
create index audit_outbox_created on audit_outbox (created);
alter table audit_outbox enable row level security;
alter table audit_outbox force row level security;
create policy audit_outbox_tenant on audit_outbox
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, delete on audit_outbox to sallyport_app;
grant select, insert, update, delete on audit_outbox to sallyport_system;

-- Text of events, sealed with a data key of the tenant and the subject. `subject` is a keyed hash: the person's id is stored nowhere here.
create table audit_content (
  tenant text not null,
  event text not null,
  subject text not null,
  mode text not null,
  sealed bytea not null,
  created bigint not null,
  expires bigint not null,
  primary key (tenant, event)
);
create index audit_content_subject on audit_content (tenant, subject);
create index audit_content_expires on audit_content (expires);
alter table audit_content enable row level security;
alter table audit_content force row level security;
create policy audit_content_tenant on audit_content
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on audit_content to sallyport_app;
grant select, insert, update, delete on audit_content to sallyport_system;

-- Tenantless: a log holds the events of all tenants, and these two know logs only.
-- The newest signed tree head of each segment of each log, so that a missing or rolled back log is noticed.
create table audit_checkpoints (
  log text not null,
  segment bigint not null,
  size bigint not null,
  time bigint not null,
  line text not null,
  primary key (log, segment)
);
grant select, insert, update, delete on audit_checkpoints to sallyport_system;

-- How far each log has been projected: the next record's number, segment and offset.
create table audit_positions (
  log text primary key,
  size bigint not null,
  segment bigint not null,
  at bigint not null
);
grant select, insert, update, delete on audit_positions to sallyport_system;
