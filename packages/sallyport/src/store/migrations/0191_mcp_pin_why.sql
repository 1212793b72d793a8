-- What a person said when approving or rejecting a definition.
alter table mcp_pins add column decided_why text;
