import { matchesGlob } from '../../kernel/index.ts';
import type { KeyRecord } from '../../identity/service.ts';
import { fullName } from './name.ts';
import type { ServerSpec } from './server_spec.ts';

/** Of a caller, what tells which tools there are for it. */
export type ToolCaller = Pick<KeyRecord, 'principal' | 'principalKind' | 'name' | 'actors' | 'limits'>;

const covers = (patterns: readonly string[], name: string): boolean =>
  patterns.length === 0 || patterns.some((pattern) => matchesGlob(pattern, name));

/** Whether a key may use a server at all. */
export function mayUseServer(spec: ServerSpec, key: ToolCaller): boolean {
  return spec.access === undefined || spec.access.some((entry) => isFor(entry.who, key));
}

/**
 * Whether a key may use a tool (or prompt) of a server: the server offers it, an entry of `access` gives it to the principal, and the list
 * of tools of every agent that takes part names it by its full name.
 */
export function mayUseTool(spec: ServerSpec, key: ToolCaller, tool: string): boolean {
  if (!covers(spec.tools, tool)) return false;
  if (spec.access !== undefined && !spec.access.some((entry) => isFor(entry.who, key) && covers(entry.tools, tool))) return false;
  return key.limits.every(({ tools }) => covers(tools, fullName(spec.name, tool)));
}

/**
 * An entry is for a principal, by id or name of its key, or for the agent that acts for it. Of a person only the whole name counts: people choose
 * theirs when they join, and one could be chosen to fit a pattern.
 */
function isFor(who: readonly string[], { principal, principalKind, name, actors }: ToolCaller): boolean {
  const named = (pattern: string): boolean =>
    principalKind === 'user' ? pattern === name && !name.startsWith('prn_') : matchesGlob(pattern, name);
  return who.some((pattern) => named(pattern) || [principal, ...actors].some((one) => matchesGlob(pattern, one)));
}
