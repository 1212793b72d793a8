-- Approvals that last: the same action again (`value`), the same tool in one conversation (`conversation`), or the same tool while named arguments keep
-- their values (`always`). `bound` is a JSON list of {pointer, hash}: keyed hashes, never the values.
create table approvals_grants (
  tenant text not null,
  id text not null,
  approval text not null,
  requester text not null,
  tool text not null,
  scope text not null check (scope in ('value', 'conversation', 'always')),
  binding bytea,
  conversation text,
  bound jsonb not null,
  given_by text not null,
  created bigint not null,
  expires bigint not null,
  revoked bigint,
  uses bigint not null default 0,
  primary key (tenant, id)
);
create index approvals_grants_tool on approvals_grants (tenant, requester, tool, expires);
alter table approvals_grants enable row level security;
alter table approvals_grants force row level security;
create policy approvals_grants_tenant on approvals_grants
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on approvals_grants to sallyport_app;
grant select, insert, update, delete on approvals_grants to sallyport_system;
