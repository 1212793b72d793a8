-- What people said about findings. `value` is the keyed hash of the text that was meant, never the text. A row changes nothing until it is applied.
create table monitor_feedback (
  tenant text not null,
  id text not null,
  event text not null,
  verdict text not null check (verdict in ('fine', 'missed')),
  rule text not null,
  confidence double precision not null,
  value text,
  state text not null check (state in ('given', 'applied', 'undone')),
  given_by text not null,
  created bigint not null,
  changed bigint not null,
  primary key (tenant, id)
);
alter table monitor_feedback enable row level security;
alter table monitor_feedback force row level security;
create policy monitor_feedback_tenant on monitor_feedback
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on monitor_feedback to sallyport_app;
grant select, insert, update, delete on monitor_feedback to sallyport_system;
