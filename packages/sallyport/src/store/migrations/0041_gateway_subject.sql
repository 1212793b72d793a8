-- Whose values a map holds: the same keyed hash that the content store uses, so that one erasure makes both unreadable.
alter table gateway_placeholders add column subject text not null default '';
