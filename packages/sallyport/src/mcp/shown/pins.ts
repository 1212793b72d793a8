import { table, type CommandContext, type Json, type JsonObject } from '../../kernel/index.ts';
import { ask, printed, shortTime } from './ask.ts';

type Change = {
  readonly classification: string;
  readonly path: string;
  readonly detail: string;
  readonly before?: string;
  readonly after?: string;
};
type Finding = { readonly severity: string; readonly path: string; readonly title: string; readonly because: string; readonly fix: string };
type Pin = {
  readonly server: string;
  readonly kind: string;
  readonly name: string;
  readonly state: string;
  readonly hash: string;
  readonly current: Json;
  readonly pinned: Json;
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
  readonly changed: number;
  readonly decidedBy: string | null;
  readonly decided: number | null;
  readonly why: string | null;
  readonly effect?: string;
  readonly effectBy?: string;
  readonly legs?: readonly string[];
};

/** Characters of a hash in a PIN: what one looked at, told apart from any version that comes by accident; the whole hash is compared with it. */
const SHORT = 12;
const REF = /^(?:(tool|prompt|resource|instructions):)?(.*?)(?:@([0-9a-f]{8,64}))?$/s;
const COLUMNS = [
  { title: 'SERVER', whole: true },
  { title: 'PIN', whole: true },
  { title: 'STATE', whole: true },
  { title: 'EFFECT' },
  { title: 'CHANGES', align: 'right' },
  { title: 'FINDINGS', align: 'right' },
  { title: 'SINCE' },
] as const;

/** `mcp pins list [SERVER]` */
export async function listPins(context: CommandContext, [server]: readonly string[]): Promise<number> {
  const state = context.flags['state'];
  const pins = (await pinsOf(context, server)).filter((pin) => typeof state !== 'string' || pin.state === state);
  if (context.json) context.out(JSON.stringify(pins));
  else if (context.flags['refs'] === true) for (const pin of pins) context.out(refOf(pin));
  else if (pins.length === 0) context.out('There are no such definitions: a server is read when somebody first uses it.');
  else context.out(table(COLUMNS, pins.map(row), context.width));
  return 0;
}

/** `mcp pins show SERVER PIN...` */
export const showPin = (context: CommandContext, args: readonly string[]): Promise<number> => withPins(context, args, shown);

/** `mcp pins diff SERVER PIN...` */
export const diffPins = (context: CommandContext, args: readonly string[]): Promise<number> => withPins(context, args, differences);

/** `mcp pins approve|reject SERVER PIN...`: each with the hash of the version that was looked at. */
export async function approveOrReject(
  context: CommandContext,
  [server, ...refs]: readonly string[],
  decision: 'approve' | 'reject',
): Promise<number> {
  if (server === undefined || refs.length === 0) return misused(context);
  const unnamed = refs.find((ref) => REF.exec(ref)?.[3] === undefined);
  if (unnamed !== undefined) {
    context.note(
      `${unnamed}: which version? \`sallyport mcp pins show ${server} ${unnamed}\` shows what you answer for, and its PIN (NAME@HASH).\n`,
    );
    return 2;
  }
  const found = find(await pinsOf(context, server), refs);
  if (typeof found === 'string') return missing(context, found);
  const { why } = context.flags;
  const body = {
    pins: found.map(({ kind, name, hash }) => ({ server, kind, name, hash })),
    ...(typeof why === 'string' ? { why } : {}),
  };
  const reply = (await (await context.api()).call('POST', `/api/mcp/pins/${decision}`, body)) as JsonObject;
  if (context.json) context.out(JSON.stringify(reply));
  else for (const pin of found) context.out(`${server} ${refOf(pin)} is ${decision === 'approve' ? 'approved' : 'rejected'}.`);
  return 0;
}

async function withPins(
  context: CommandContext,
  [server, ...refs]: readonly string[],
  lines: (pin: Pin) => readonly string[],
): Promise<number> {
  if (server === undefined || (refs.length === 0 && lines !== differences)) return misused(context);
  const pins = await pinsOf(context, server);
  // Without a name: everything that differs.
  const found = refs.length === 0 ? pins.filter(({ changes }) => changes.length > 0) : find(pins, refs);
  if (typeof found === 'string') return missing(context, found);
  if (context.json) context.out(JSON.stringify(found));
  else if (found.length === 0) context.out('Nothing differs from what is approved.');
  else
    printed(
      context,
      found.flatMap((pin, at) => [...(at === 0 ? [] : ['']), ...lines(pin)]),
    );
  return 0;
}

async function pinsOf(context: CommandContext, server: string | undefined): Promise<readonly Pin[]> {
  const { pins } = await ask(context, '/api/mcp/pins', [], server === undefined ? {} : { server });
  return pins as unknown as readonly Pin[];
}

/** The pins that are named, or the first name that means none. */
function find(pins: readonly Pin[], refs: readonly string[]): readonly Pin[] | string {
  const found: Pin[] = [];
  for (const ref of refs) {
    const [, kind = 'tool', name, hash = ''] = REF.exec(ref) ?? [];
    const pin = pins.find((one) => one.kind === kind && (kind === 'instructions' || one.name === name) && one.hash.startsWith(hash));
    if (pin === undefined) return ref;
    found.push(pin);
  }
  return found;
}

function missing(context: CommandContext, ref: string): number {
  context.note(`${ref}: there is no such definition, or another version of it by now. \`sallyport mcp pins list\` shows all.\n`);
  return 1;
}

function misused(context: CommandContext): number {
  context.note('Which? `sallyport mcp pins list` shows servers and their PINs.\n');
  return 2;
}

function refOf({ kind, name, hash }: Pin): string {
  return `${kind === 'tool' ? '' : `${kind}:`}${name}@${hash.slice(0, SHORT)}`;
}

function row(pin: Pin): string[] {
  const { server, state, effect = '', changes, findings, changed } = pin;
  return [server, refOf(pin), state, effect, String(changes.length || ''), String(findings.length || ''), shortTime(changed)];
}

function shown(pin: Pin): string[] {
  const { server, state, effect, effectBy, legs = [], decidedBy, decided, why, findings, current } = pin;
  return [
    `${server} ${refOf(pin)}  ${state}`,
    ...(effect === undefined ? [] : [`effect    ${effect} (by ${effectBy ?? ''})${legs.length === 0 ? '' : `: ${legs.join(', ')}`}`]),
    ...(decidedBy === null ? [] : [`decided   ${decidedBy}, ${shortTime(decided)}${why === null ? '' : `: ${why}`}`]),
    ...findings.flatMap((one) => [`finding   ${one.severity}: ${one.title} (at ${one.path})`, `          ${one.because} ${one.fix}`]),
    ...(pin.changes.length === 0 ? [] : differences(pin).slice(1)),
    'what the server says (untrusted):',
    ...quoted(typeof current === 'string' ? current : JSON.stringify(current, null, 2)),
  ];
}

function differences(pin: Pin): string[] {
  const { server, state, changes, pinned } = pin;
  const none = pinned === null ? 'It is new: nothing of it was approved.' : 'It is as it was approved.';
  return [
    `${server} ${refOf(pin)}  ${state}`,
    ...(changes.length === 0 ? [none] : []),
    ...changes.flatMap(({ classification, path, detail, before, after }) => [
      `${classification}  ${path}`,
      `  ${detail}`,
      ...(before === undefined ? [] : quoted(before, '  - ')),
      ...(after === undefined ? [] : quoted(after, '  + ')),
    ]),
  ];
}

function quoted(text: string, mark = '  | '): string[] {
  return text.split('\n').map((line) => `${mark}${line}`);
}
