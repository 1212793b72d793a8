import type { Event } from '../audit/index.ts';
import { toolFacts, type Manifest } from '../flow/index.ts';
import type { Json } from '../kernel/index.ts';
import type { Principal, ServerFacts } from './control.ts';
import { DEFINITION_CHECKS, judgeReach, type ToolDefinition } from './definitions/index.ts';
import { mayUseServer, mayUseTool } from './gateway/access.ts';
import { fullName } from './gateway/name.ts';
import type { PinRow } from './gateway/pin.ts';

/** Arguments of a program that are shown; an operator may put a secret there, but is told to put it into `env`. */
const MAX_ADDRESS = 500;

/** A server in a list. */
export function serverView({ spec, state, sandbox }: ServerFacts, rows: readonly PinRow[]): object {
  const { name, reach, tools, access, callsPerMinute, timeoutMs } = spec;
  const own = rows.filter((row) => row.server === name);
  const count = (...states: PinRow['state'][]): number => own.filter((row) => states.includes(row.state)).length;
  return {
    name,
    kind: reach.kind,
    address: (reach.kind === 'http' ? reach.url.href : [reach.command, ...reach.args].join(' ')).slice(0, MAX_ADDRESS),
    credential: reach.kind === 'http' ? (reach.credential?.kind ?? 'none') : 'none',
    tools: [...tools],
    restricted: access !== undefined,
    callsPerMinute,
    timeoutSeconds: timeoutMs / 1_000,
    state: state?.state ?? 'never_used',
    checked: state?.checked ?? null,
    problem: state?.problem ?? null,
    leftOut: [...(state?.leftOut ?? [])],
    sandbox: sandbox ?? null,
    definitions: own.length,
    toolCount: own.filter(({ kind }) => kind === 'tool').length,
    waiting: count('waiting', 'changed'),
    rejected: count('rejected'),
    findings: own.reduce((sum, { findings }) => sum + findings.length, 0),
    changed: own.reduce((latest, { changed }) => Math.max(latest, changed), 0) || null,
  };
}

/** A definition with the version that is approved, the one that is there, and what is known of both. */
export function pinView(row: PinRow, manifest: Manifest): object {
  const { server, kind, name, state, changes, findings, created, changed } = row;
  const current = JSON.parse(row.current) as Json;
  return {
    ...{ server, kind, name, state, changes, findings: findings.map(explained), created, changed },
    hash: row.current_hash,
    current,
    pinned: row.pinned === null ? null : (JSON.parse(row.pinned) as Json),
    decidedBy: row.decided_by,
    decided: row.decided,
    why: row.decided_why,
    ...(kind === 'tool' ? does(server, current as unknown as ToolDefinition, manifest) : {}),
  };
}

/** What a tool does, as the gate judges calls of it, and whose word that is. */
function does(server: string, definition: ToolDefinition, manifest: Manifest): object {
  const { effect, source, output, secrecy } = toolFacts(fullName(server, definition.name), manifest, definition.annotations ?? {});
  const [reach] = judgeReach([{ server, definition }], manifest, fullName).tools;
  return { effect, effectBy: source, output, secrecy, legs: reach?.legs ?? [] };
}

/** With what the check is, why it matters and what to do. */
function explained(finding: PinRow['findings'][number]): object {
  const check = DEFINITION_CHECKS.find(({ id }) => id === finding.rule);
  return { ...finding, title: check?.title ?? finding.rule, because: check?.why ?? '', fix: check?.fix ?? '' };
}

/** One line of the history of a server's definitions. */
export function historyView({ uid, time, kind, actor, target, detail }: Event): object {
  return { uid, time, kind, by: actor.principal, of: target?.kind ?? '', name: target?.name ?? '', detail: detail ?? {} };
}

/** What a principal reaches: the tools that are offered to it, what they add up to, and what waits and so is not offered. */
export function reachView(who: Principal, servers: readonly ServerFacts[], rows: readonly PinRow[], manifest: Manifest): object {
  const usable = servers.filter(({ spec }) => mayUseServer(spec, who));
  const offered: { server: string; definition: ToolDefinition }[] = [];
  const withheld: { server: string; name: string; state: string }[] = [];
  for (const { spec } of usable)
    for (const row of rows) {
      if (row.server !== spec.name || row.kind !== 'tool' || !mayUseTool(spec, who, row.name)) continue;
      if (row.state === 'pinned') offered.push({ server: spec.name, definition: JSON.parse(row.current) as ToolDefinition });
      else withheld.push({ server: spec.name, name: row.name, state: row.state });
    }
  const reach = judgeReach(offered, manifest, fullName);
  return {
    who: principalView(who),
    servers: usable.map(({ spec }) => ({ name: spec.name, kind: spec.reach.kind })),
    tools: reach.tools,
    withheld,
    combinations: reach.combinations,
  };
}

export function principalView({ principal, name, kind }: Principal): object {
  return { id: principal, name, kind };
}
