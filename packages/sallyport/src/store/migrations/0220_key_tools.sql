-- Tools that a key is for: patterns of their names. Empty means all.
alter table identity_keys add column tools text[] not null default '{}';
