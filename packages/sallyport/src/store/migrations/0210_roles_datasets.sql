-- Datasets that people of a role are held to: patterns of the source under which documents were added. Empty means all.
alter table identity_roles add column datasets text[] not null default '{}';
