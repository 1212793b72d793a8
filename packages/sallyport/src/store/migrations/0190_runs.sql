-- Events of agents' runs are listed by themselves, and read run by run. Others stand in neither index.
create index audit_events_runs on audit_events (tenant, time desc, uid desc) where event ->> 'conversation' is not null;
create index audit_events_conversation on audit_events (tenant, (event ->> 'conversation'), time desc) where event ->> 'conversation' is not null;
-- What happened to one thing: calls of a tool server, answers about its definitions. Requests to models are about none.
create index audit_events_target on audit_events (tenant, (event -> 'target' ->> 'id'), time desc) where event -> 'target' ->> 'id' is not null;
