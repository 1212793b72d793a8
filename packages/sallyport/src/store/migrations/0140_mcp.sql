-- What was approved of MCP servers: one row a definition (tool, prompt, the server's instructions), with the version that is approved and the one that was seen last.
create table mcp_pins (
  tenant text not null,
  server text not null,
  kind text not null check (kind in ('instructions', 'tool', 'prompt')),
  name text not null,
  state text not null check (state in ('pinned', 'waiting', 'changed', 'rejected')),
  pinned_hash text,
  pinned text,
  current_hash text not null,
  current text not null,
  changes text not null,
  findings text not null,
  created bigint not null,
  changed bigint not null,
  decided_by text,
  decided bigint,
  primary key (tenant, server, kind, name),
  check ((pinned_hash is null) = (pinned is null))
);
alter table mcp_pins enable row level security;
alter table mcp_pins force row level security;
create policy mcp_pins_tenant on mcp_pins
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on mcp_pins to sallyport_app;
grant select, insert, update, delete on mcp_pins to sallyport_system;
