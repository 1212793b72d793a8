import type { Severity, TenantId } from '../kernel/index.ts';
import type { Row, Sql } from '../store/service.ts';
import type { Sent } from './sent.ts';

/** Projects of a tenant; a scan of one more is refused. */
export const MAX_PROJECTS = 1_000;
const MAX_LISTED = 500;

export type ProjectScan = {
  readonly project: string;
  readonly kind: Sent['kind'];
  readonly files: number;
  readonly findings: number;
  readonly notScanned: number;
  readonly packages: number;
  readonly version: string;
  readonly sentBy: string;
  readonly received: number;
};

export type ReceivedFinding = Sent['findings'][number] & {
  readonly project: string;
  readonly kind: Sent['kind'];
  readonly firstSeen: number;
};

/** Puts a scan in the place of the project's last one of its kind. What was found before keeps the time of its first sight. False: too many projects. */
export async function replaceScan(sql: Sql, tenant: TenantId, sent: Sent, sentBy: string, now: number): Promise<boolean> {
  const { project, kind } = sent;
  const others = await sql.query<Row & { count: number }>(
    'select count(distinct project)::integer as count from scan_project where project <> $1',
    [project],
  );
  if ((others[0]?.count ?? 0) >= MAX_PROJECTS) return false;
  await sql.query(
    `insert into scan_project (tenant, project, kind, files, findings, not_scanned, packages, version, sent_by, received)
     values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10::bigint)
     on conflict (tenant, project, kind) do update set files = excluded.files, findings = excluded.findings, not_scanned = excluded.not_scanned,
       packages = excluded.packages, version = excluded.version, sent_by = excluded.sent_by, received = excluded.received`,
    [tenant, project, kind, sent.files, sent.findings.length, sent.notScanned, JSON.stringify(sent.packages), sent.version, sentBy, now],
  );
  const list = JSON.stringify(sent.findings);
  await sql.query(
    `delete from scan_finding where project = $1 and kind = $2
     and fingerprint not in (select value->>'fingerprint' from jsonb_array_elements($3::jsonb))`,
    [project, kind, list],
  );
  await sql.query(
    `insert into scan_finding (tenant, project, kind, fingerprint, rule, type, severity, confidence, path, line, message, first_seen)
     select $1, $2, $3, f.fingerprint, f.rule, f.type, f.severity, f.confidence, f.path, f.line, f.message, $5::bigint
     from (select distinct on (fingerprint) * from jsonb_to_recordset($4::jsonb)
       as r(fingerprint text, rule text, type text, severity text, confidence double precision, path text, line integer, message text)) f
     on conflict (tenant, project, kind, fingerprint) do update set rule = excluded.rule, type = excluded.type, severity = excluded.severity,
       confidence = excluded.confidence, path = excluded.path, line = excluded.line, message = excluded.message`,
    [tenant, project, kind, list, now],
  );
  return true;
}

export async function selectProjects(sql: Sql): Promise<ProjectScan[]> {
  const rows = await sql.query<Row & Omit<ProjectScan, 'notScanned' | 'sentBy'> & { not_scanned: number; sent_by: string }>(
    `select project, kind, files, findings, not_scanned, jsonb_array_length(packages) as packages, version, sent_by, received
     from scan_project order by received desc, project, kind limit ${2 * MAX_PROJECTS}`,
  );
  return rows.map(({ project, kind, files, findings, not_scanned, packages, version, sent_by, received }) => ({
    ...{ project, kind, files, findings, notScanned: not_scanned, packages, version, sentBy: sent_by, received },
  }));
}

/** The worst first, of one project when it is named. */
export async function selectFindings(
  sql: Sql,
  where: { readonly project?: string | undefined; readonly severity?: Severity | undefined },
): Promise<ReceivedFinding[]> {
  const rows = await sql.query<Row & Omit<ReceivedFinding, 'firstSeen'> & { first_seen: number }>(
    `select project, kind, fingerprint, rule, type, severity, confidence, path, line, message, first_seen from scan_finding
     where ($1::text is null or project = $1) and ($2::text is null or severity = $2)
     order by array_position(array['critical', 'high', 'medium', 'low', 'info'], severity), first_seen desc, project, path, line limit ${MAX_LISTED}`,
    [where.project ?? null, where.severity ?? null],
  );
  return rows.map(({ first_seen, project, kind, fingerprint, rule, type, severity, confidence, path, line, message }) => ({
    ...{ project, kind, fingerprint, rule, type, severity, confidence, path, line, message, firstSeen: first_seen },
  }));
}

export async function selectPackages(sql: Sql, project: string): Promise<string[]> {
  const rows = await sql.query<Row & { packages: string[] | string }>('select packages from scan_project where project = $1', [project]);
  return rows.flatMap(({ packages }) => (typeof packages === 'string' ? (JSON.parse(packages) as string[]) : packages));
}

/** False when there was none. */
export async function deleteProject(sql: Sql, project: string): Promise<boolean> {
  await sql.query('delete from scan_finding where project = $1', [project]);
  return (await sql.query('delete from scan_project where project = $1 returning project', [project])).length > 0;
}
