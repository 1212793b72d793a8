-- Actions that were held for a person. `binding` is the keyed hash of requester, tool and canonical arguments; `sealed` holds the arguments, the reasons
-- and what the agent said, encrypted for the requester.
create table approvals_requests (
  tenant text not null,
  id text not null,
  requester text not null,
  tool text not null,
  effect text not null,
  risk text not null check (risk in ('low', 'medium', 'high')),
  conversation text,
  binding bytea not null,
  sealed bytea not null,
  -- Who may answer, as the configuration named them when it was asked: names, roles, ids. Empty: whoever has the permission.
  approvers text[] not null,
  -- How many different people must approve, and how many have.
  needs integer not null,
  given integer not null default 0,
  -- Whether approving it needs the approver's password proved lately.
  fresh boolean not null,
  state text not null check (state in ('waiting', 'approved', 'rejected', 'expired', 'used')),
  created bigint not null,
  -- When the state `waiting` or `approved` ends by itself.
  expires bigint not null,
  decided bigint,
  used bigint,
  primary key (tenant, id)
);
-- One question at a time for the same action: two processes that ask at once get the same one.
create unique index approvals_requests_open on approvals_requests (tenant, binding, coalesce(conversation, ''))
  where state in ('waiting', 'approved');
create index approvals_requests_binding on approvals_requests (tenant, binding, created);
create index approvals_requests_requester on approvals_requests (tenant, requester, created);
create index approvals_requests_due on approvals_requests (expires) where state in ('waiting', 'approved');
alter table approvals_requests enable row level security;
alter table approvals_requests force row level security;
create policy approvals_requests_tenant on approvals_requests
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on approvals_requests to sallyport_app;
grant select, insert, update, delete on approvals_requests to sallyport_system;

-- What each person answered; one answer a person and question. `note` is sealed like the arguments.
create table approvals_answers (
  tenant text not null,
  approval text not null,
  approver text not null,
  name text not null,
  decision text not null check (decision in ('approve', 'reject')),
  scope text not null,
  note bytea,
  channel text not null,
  address text not null,
  created bigint not null,
  primary key (tenant, approval, approver),
  foreign key (tenant, approval) references approvals_requests (tenant, id) on delete cascade
);
alter table approvals_answers enable row level security;
alter table approvals_answers force row level security;
create policy approvals_answers_tenant on approvals_answers
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on approvals_answers to sallyport_app;
grant select, insert, update, delete on approvals_answers to sallyport_system;

-- Links to one question. A link opens the page any number of times and answers once.
create table approvals_links (
  tenant text not null,
  id text not null,
  approval text not null,
  created bigint not null,
  expires bigint not null,
  used bigint,
  primary key (tenant, id),
  foreign key (tenant, approval) references approvals_requests (tenant, id) on delete cascade
);
alter table approvals_links enable row level security;
alter table approvals_links force row level security;
create policy approvals_links_tenant on approvals_links
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on approvals_links to sallyport_app;
grant select, insert, update, delete on approvals_links to sallyport_system;
