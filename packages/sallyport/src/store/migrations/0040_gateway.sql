-- Masked values of a response that a later request continues (`previous_response_id`), sealed with the data key of their subject.
-- `response` is the keyed hash of the provider's id.
create table gateway_placeholders (
  tenant text not null,
  response text not null,
  principal text not null,
  sealed bytea not null,
  created bigint not null,
  expires bigint not null,
  primary key (tenant, response)
);
create index gateway_placeholders_expires on gateway_placeholders (expires);
alter table gateway_placeholders enable row level security;
alter table gateway_placeholders force row level security;
create policy gateway_placeholders_tenant on gateway_placeholders
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on gateway_placeholders to sallyport_app;
