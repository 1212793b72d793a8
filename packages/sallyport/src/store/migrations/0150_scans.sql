-- What scans of projects found, as they sent it: the latest findings and packages of each project and kind of scan. No code is kept.
create table scan_project (
  tenant text not null,
  project text not null,
  kind text not null check (kind in ('code', 'packages')),
  files integer not null,
  findings integer not null,
  not_scanned integer not null,
  packages jsonb not null,
  version text not null,
  sent_by text not null,
  received bigint not null,
  primary key (tenant, project, kind)
);
create table scan_finding (
  tenant text not null,
  project text not null,
  kind text not null,
  fingerprint text not null,
  rule text not null,
  type text not null,
  severity text not null,
  confidence double precision not null,
  path text not null,
  line integer not null,
  message text not null,
  first_seen bigint not null,
  primary key (tenant, project, kind, fingerprint)
);
create index scan_finding_severity on scan_finding (tenant, severity, first_seen);
alter table scan_project enable row level security;
alter table scan_project force row level security;
create policy scan_project_tenant on scan_project
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
alter table scan_finding enable row level security;
alter table scan_finding force row level security;
create policy scan_finding_tenant on scan_finding
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on scan_project, scan_finding to sallyport_app;
grant select, insert, update, delete on scan_project, scan_finding to sallyport_system;
