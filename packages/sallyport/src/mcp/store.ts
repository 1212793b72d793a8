import type { TenantId } from '../kernel/index.ts';
import type { Row, Sql } from '../store/service.ts';
import type { PinFacts, PinKind, PinRow } from './gateway/pin.ts';

/** Told, with tenant and server, after each change of a pin. */
export const PINS_CHANNEL = 'mcp_pins';
/** Rows that one list shows: more than a server may define. */
const MAX_LISTED = 5_000;

/** Pins of one tenant are changed one after another: the first use of a server is one step. The lock ends with the transaction. */
export async function lockPins(sql: Sql, lock: bigint): Promise<void> {
  await sql.query('select pg_advisory_xact_lock($1::bigint)', [lock]);
}

export async function selectFacts(sql: Sql, server: string): Promise<(PinFacts & { kind: PinKind; name: string })[]> {
  return sql.query<Row & PinFacts & { kind: PinKind; name: string }>(
    'select kind, name, state, pinned_hash, current_hash from mcp_pins where server = $1',
    [server],
  );
}

export async function selectPins(sql: Sql, server: string | undefined): Promise<PinRow[]> {
  const found = await sql.query<Row & Omit<PinRow, 'changes' | 'findings'> & { changes: string; findings: string }>(
    `select server, kind, name, state, pinned_hash, pinned, current_hash, current, changes, findings, created, changed, decided_by, decided, decided_why
     from mcp_pins where $1::text is null or server = $1 order by server, kind, name limit ${MAX_LISTED}`,
    [server ?? null],
  );
  return found.map((row) => ({
    ...row,
    changes: JSON.parse(row.changes) as PinRow['changes'],
    findings: JSON.parse(row.findings) as PinRow['findings'],
  }));
}

export async function upsertPin(sql: Sql, tenant: TenantId, pin: PinRow): Promise<void> {
  await sql.query(
    `insert into mcp_pins (tenant, server, kind, name, state, pinned_hash, pinned, current_hash, current, changes, findings, created, changed)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::bigint, $13::bigint)
     on conflict (tenant, server, kind, name) do update set state = excluded.state, current_hash = excluded.current_hash,
       current = excluded.current, changes = excluded.changes, findings = excluded.findings, changed = excluded.changed`,
    [
      ...[tenant, pin.server, pin.kind, pin.name, pin.state, pin.pinned_hash, pin.pinned, pin.current_hash, pin.current],
      ...[JSON.stringify(pin.changes), JSON.stringify(pin.findings), pin.created, pin.changed],
    ],
  );
}

type Decided = { readonly server: string; readonly kind: PinKind; readonly name: string; readonly hash: string };
type Answer = { readonly by: string; readonly why: string | null; readonly now: number };

/** Approves exactly the version that `hash` names; false when another one is there now. */
export async function approvePin(sql: Sql, { server, kind, name, hash }: Decided, { by, why, now }: Answer): Promise<boolean> {
  const rows = await sql.query(
    `update mcp_pins set state = 'pinned', pinned_hash = current_hash, pinned = current, changes = '[]', changed = $6::bigint,
       decided_by = $5, decided = $6::bigint, decided_why = $7
     where server = $1 and kind = $2 and name = $3 and current_hash = $4 returning name`,
    [server, kind, name, hash, by, now, why],
  );
  return rows.length > 0;
}

export async function rejectPin(sql: Sql, { server, kind, name, hash }: Decided, { by, why, now }: Answer): Promise<boolean> {
  const rows = await sql.query(
    `update mcp_pins set state = 'rejected', changed = $6::bigint, decided_by = $5, decided = $6::bigint, decided_why = $7
     where server = $1 and kind = $2 and name = $3 and current_hash = $4 returning name`,
    [server, kind, name, hash, by, now, why],
  );
  return rows.length > 0;
}

export async function notifyPins(sql: Sql, tenant: TenantId, server: string): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [PINS_CHANNEL, `${tenant} ${server}`]);
}
