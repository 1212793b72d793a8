-- Agents: principals of kind 'agent' with an owner, a purpose and limits; each is a client of the authorization server with its principal's id.
create table identity_agents (
  tenant text not null,
  id text not null,
  purpose text not null,
  -- What its own and its delegated tokens may hold at most.
  scopes text[] not null,
  -- Patterns of models and tools that it may use; none: all.
  models text[] not null,
  tools text[] not null,
  -- Networks (CIDR) that its tokens may come from; none: any.
  hosts text[] not null,
  -- For whom it may act with that person's token: nobody, its owner, anybody of the tenant.
  acts_for text not null check (acts_for in ('nobody', 'owner', 'anybody')),
  dpop boolean not null,
  quarantined bigint,
  reason text,
  used bigint,
  primary key (tenant, id),
  foreign key (tenant, id) references identity_principals (tenant, id)
);
alter table identity_agents enable row level security;
alter table identity_agents force row level security;
create policy identity_agents_tenant on identity_agents
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_agents to sallyport_app;
grant select, insert, update, delete on identity_agents to sallyport_system;

-- Public keys by which an agent proves itself (private_key_jwt). Several may be in force at once, so that a new one comes before the old one goes.
create table identity_agent_keys (
  tenant text not null,
  id text not null,
  agent text not null,
  jwk jsonb not null,
  created bigint not null,
  expires bigint,
  revoked bigint,
  primary key (tenant, id),
  foreign key (tenant, agent) references identity_agents (tenant, id)
);
alter table identity_agent_keys enable row level security;
alter table identity_agent_keys force row level security;
create policy identity_agent_keys_tenant on identity_agent_keys
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_agent_keys to sallyport_app;
grant select, insert, update, delete on identity_agent_keys to sallyport_system;

-- Workloads (Kubernetes service accounts, GitHub jobs) that are this agent: a token of `issuer` whose subject matches and whose audience is ours.
create table identity_agent_workloads (
  tenant text not null,
  id text not null,
  agent text not null,
  issuer text not null,
  subject text not null,
  created bigint not null,
  primary key (tenant, id),
  foreign key (tenant, agent) references identity_agents (tenant, id)
);
alter table identity_agent_workloads enable row level security;
alter table identity_agent_workloads force row level security;
create policy identity_agent_workloads_tenant on identity_agent_workloads
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_agent_workloads to sallyport_app;
grant select, insert, update, delete on identity_agent_workloads to sallyport_system;
