-- Where an agent may call from are networks; hosts are what it may call, by the egress proxy.
alter table identity_agents rename column hosts to networks;
alter table identity_agents add column hosts text[] not null default '{}';
