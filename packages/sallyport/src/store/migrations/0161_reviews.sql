-- What somebody said of an access that he looked at. The last one of each holder counts; all are events too.
create table identity_reviews (
  tenant text not null,
  kind text not null check (kind in ('person', 'agent', 'key', 'grant')),
  id text not null,
  decision text not null check (decision in ('confirmed', 'withdrawn')),
  reviewer text not null,
  note text not null,
  at bigint not null,
  primary key (tenant, kind, id)
);
alter table identity_reviews enable row level security;
alter table identity_reviews force row level security;
create policy identity_reviews_tenant on identity_reviews
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on identity_reviews to sallyport_app;
grant select, insert, update, delete on identity_reviews to sallyport_system;
