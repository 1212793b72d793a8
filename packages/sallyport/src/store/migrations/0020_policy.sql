-- What an operator decided about a rule; stronger than what the rule's source says. A rule without a row follows its source.
create table policy_modes (
  tenant text not null,
  rule text not null,
  mode text not null check (mode in ('enforce', 'observe')),
  changed bigint not null,
  primary key (tenant, rule)
);
alter table policy_modes enable row level security;
alter table policy_modes force row level security;
create policy policy_modes_tenant on policy_modes
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on policy_modes to sallyport_app;
grant select, insert, update, delete on policy_modes to sallyport_system;
