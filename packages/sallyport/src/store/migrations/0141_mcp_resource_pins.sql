-- Resources and their templates are pinned like tools, by their address.
alter table mcp_pins drop constraint mcp_pins_kind_check;
alter table mcp_pins add constraint mcp_pins_kind_check check (kind in ('instructions', 'tool', 'prompt', 'resource'));
