/** What stands between a server and its tool where several servers are offered as one. Names of servers hold no underscore, so it reads in one way only. */
const SEPARATOR = '__';

/** The name of a tool (or prompt) among all servers: what rules, manifests, approvals and lists of tools call it, at every endpoint. */
export function fullName(server: string, name: string): string {
  return `${server}${SEPARATOR}${name}`;
}

/** The server and the tool that a full name means; undefined when it is none. */
export function splitName(full: string): { readonly server: string; readonly name: string } | undefined {
  const at = full.indexOf(SEPARATOR);
  return at <= 0 || at + SEPARATOR.length >= full.length
    ? undefined
    : { server: full.slice(0, at), name: full.slice(at + SEPARATOR.length) };
}

/**
 * The names under which a model may know a tool: clients offer it as it is, or put the server's name before it in their own way
 * (`mcp__server__tool`, `server_tool`, `server.tool` …).
 */
export function namesOf(server: string, name: string): readonly string[] {
  const joined = ['__', '_', '-', '.', '/', ':'].map((separator) => `${server}${separator}${name}`);
  return [name, ...joined, `mcp__${server}__${name}`, `mcp_${server}_${name}`];
}
