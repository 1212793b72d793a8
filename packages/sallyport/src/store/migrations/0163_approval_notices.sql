-- Notices of held actions that are still to be given: written with the action, taken out when the channel has taken them. `next`: when it is tried
-- again, or until when a process has it under way.
create table approvals_notices (
  tenant text not null,
  approval text not null,
  channel text not null,
  attempts integer not null default 0,
  next bigint not null,
  primary key (tenant, approval, channel),
  foreign key (tenant, approval) references approvals_requests (tenant, id)
);
create index approvals_notices_next on approvals_notices (next);
alter table approvals_notices enable row level security;
alter table approvals_notices force row level security;
create policy approvals_notices_tenant on approvals_notices
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on approvals_notices to sallyport_app;
grant select, insert, update, delete on approvals_notices to sallyport_system;
