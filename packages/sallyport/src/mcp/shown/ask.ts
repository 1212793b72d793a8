import { visible, type CommandContext, type JsonObject } from '../../kernel/index.ts';

/** Asks the control API; flags that are given go along as the query. */
export async function ask(
  context: CommandContext,
  path: string,
  flags: readonly string[],
  also: Readonly<Record<string, string>> = {},
): Promise<JsonObject> {
  const query = new URLSearchParams(also);
  for (const name of [...flags, 'source']) {
    const value = context.flags[name];
    if (typeof value === 'string') query.set(name, value);
  }
  return (await (await context.api()).call('GET', query.size === 0 ? path : `${path}?${query.toString()}`)) as JsonObject;
}

/** Prints lines that hold text from outside: what is invisible or acts on a terminal comes out as an escape. */
export function printed(context: CommandContext, lines: readonly string[]): number {
  context.out(lines.map(visible).join('\n'));
  return 0;
}

/** Minutes are enough for a list. */
export function shortTime(time: number | null): string {
  return time === null ? '' : new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}
