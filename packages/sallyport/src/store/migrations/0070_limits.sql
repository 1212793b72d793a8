-- Budgets. `spent` is in millionths of a USD and counts what processes have taken out to spend (leases) as spent: it can be too high, never too low.
create table limits_spend (
  tenant text not null,
  scope text not null,
  period text not null,
  spent bigint not null default 0,
  primary key (tenant, scope, period)
);
alter table limits_spend enable row level security;
alter table limits_spend force row level security;
create policy limits_spend_tenant on limits_spend
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on limits_spend to sallyport_app;
grant select, insert, update, delete on limits_spend to sallyport_system;

-- What a key may spend, in millionths of a USD, and its tokens a minute; null = no limit.
alter table identity_keys
  add column tokens_per_minute bigint,
  add column micros_per_day bigint,
  add column micros_per_month bigint;
