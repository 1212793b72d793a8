import type { Owner } from './engine.ts';
import { fail } from './errors.ts';
import { ROLES, SCHEMA } from './statement.ts';

/** Tables whose rows belong to no tenant, and why. The application role may not touch them at all. */
export const TENANTLESS: Readonly<Record<string, string>> = {
  store_migrations: 'which migrations this database has: one history for all tenants',
  audit_checkpoints: 'signed tree heads: an event log holds the records of all tenants',
  identity_oidc: 'what the authorization server keeps is found by a value that only its holder knows',
  identity_proofs: 'hashes of proofs of possession that were used, for four minutes: they name nobody',
  identity_signing_keys: 'one issuer signs for all tenants',
  audit_positions: 'how far each event log has been projected',
};

type TableFacts = {
  name: string;
  kind: string;
  enabled: boolean;
  forced: boolean;
  policies: number;
  open_policies: number;
  granted: boolean;
  invoker: boolean;
};

const TABLES = `
  select c.relname as name, c.relkind::text as kind, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
    (select count(*) from pg_policy p where p.polrelid = c.oid and p.polpermissive)::int as policies,
    (select count(*) from pg_policy p where p.polrelid = c.oid and p.polpermissive and (
      coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), '') not like '%current_setting(''app.tenant''%'
      or coalesce(pg_get_expr(p.polwithcheck, p.polrelid), pg_get_expr(p.polqual, p.polrelid), '') not like '%current_setting(''app.tenant''%'
    ))::int as open_policies,
    has_table_privilege($1, c.oid, 'select, insert, update, delete, truncate, references, trigger')
      or has_any_column_privilege($1, c.oid, 'select, insert, update, references') as granted,
    coalesce(c.reloptions @> array['security_invoker=true'], false) as invoker
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')
  order by c.relname`;

// A definer's function runs as the owner, who on PGlite passes row-level security.
const DEFINERS = `
  select p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = $2 and p.prosecdef and has_function_privilege($1, p.oid, 'execute') order by p.proname`;

const ROLE_FACTS = `select rolname as name, rolsuper as super, rolbypassrls as bypass from pg_roles where rolname in ($1, $2)`;

/**
 * Checks what keeps tenants apart: every table has forced row-level security whose every policy names the tenant, or stands in TENANTLESS
 * and is granted to nobody; no view or function works around it; the two roles are what they should be.
 * Rejects STORE_ISOLATION_BROKEN naming all that is wrong: a store that fails is not opened.
 */
export async function checkIsolation(owner: Owner): Promise<void> {
  const tables = await owner.query<TableFacts>(TABLES, [ROLES.app, SCHEMA]);
  const definers = await owner.query<{ name: string }>(DEFINERS, [ROLES.app, SCHEMA]);
  const problems = [
    ...tables.flatMap(describeTable),
    ...definers.map(({ name }) => `function ${name} runs with its owner's rights`),
    ...(await describeRoles(owner)),
  ];
  if (problems.length > 0) throw fail('STORE_ISOLATION_BROKEN', { say: problems.join('; ') });
}

function describeTable(table: TableFacts): string[] {
  if (Object.hasOwn(TENANTLESS, table.name))
    return table.granted ? [`${table.name}: listed as tenantless but granted to ${ROLES.app}`] : [];
  if (table.kind === 'v') return table.granted && !table.invoker ? [`${table.name}: a view without security_invoker`] : [];
  if (table.kind === 'm' || table.kind === 'f') return table.granted ? [`${table.name}: not a table, cannot have row-level security`] : [];
  if (!table.enabled || !table.forced) return [`${table.name}: row-level security is not forced`];
  if (table.policies === 0) return [`${table.name}: no policy`];
  return table.open_policies > 0 ? [`${table.name}: a policy does not compare app.tenant`] : [];
}

async function describeRoles(owner: Owner): Promise<string[]> {
  const roles = await owner.query<{ name: string; super: boolean; bypass: boolean }>(ROLE_FACTS, [ROLES.app, ROLES.system]);
  const app = roles.find((role) => role.name === ROLES.app);
  const system = roles.find((role) => role.name === ROLES.system);
  const problems: string[] = [];
  if (app === undefined || app.super || app.bypass) problems.push(`role ${ROLES.app} must exist without SUPERUSER and BYPASSRLS`);
  if (system === undefined || !(system.super || system.bypass)) problems.push(`role ${ROLES.system} must exist with BYPASSRLS`);
  return problems;
}
