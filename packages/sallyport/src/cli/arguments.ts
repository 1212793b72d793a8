import { parseArgs } from 'node:util';
import { didYouMean, type Command, type Flag } from '../kernel/index.ts';

/** Flags that every command takes. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  { name: 'json', summary: 'Print results as JSON, and nothing else.' },
  { name: 'data', value: 'DIR', summary: 'Folder with the data (./data).' },
  { name: 'config', value: 'FILE', summary: 'Configuration (sallyport.yaml).' },
  { name: 'tenant', value: 'NAME', summary: 'Act in this tenant (default).' },
  { name: 'help', summary: 'Show this help.' },
];

export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export type Arguments =
  | { readonly ok: true; readonly args: readonly string[]; readonly flags: Values }
  | { readonly ok: false; readonly problem: string };

/** Reads what stands after a command's name, by the data of the command. */
export function readArguments(command: Command, words: readonly string[]): Arguments {
  const flags = [...command.flags, ...GLOBAL_FLAGS];
  const known = new Map(flags.map((flag) => [flag.name, flag]));
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      flags.map((flag) => [flag.name, { type: flag.value === undefined ? 'boolean' : 'string', multiple: true }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string | boolean | string[]>();
  const args: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = token.name === 'h' ? known.get('help') : known.get(token.name);
    const problem = flag === undefined ? unknownFlag(token.rawName, known.keys()) : takeFlag(flag, token, values);
    if (problem !== undefined) return { ok: false, problem };
  }
  const problem = values.get('help') === true ? undefined : (missingFlag(flags, values) ?? wrongCount(command, args));
  return problem === undefined ? { ok: true, args, flags: Object.fromEntries(values) } : { ok: false, problem };
}

type Option = { readonly value: string | undefined; readonly inlineValue: boolean | undefined };

/** Puts a flag into `values`, or answers what is wrong with it. */
function takeFlag(flag: Flag, { value, inlineValue }: Option, values: Map<string, string | boolean | string[]>): string | undefined {
  const name = `--${flag.name}`;
  if (flag.value === undefined) {
    if (value !== undefined) return `${name} takes no value`;
    values.set(flag.name, true);
    return undefined;
  }
  if (value === undefined || (value === '' && inlineValue !== true)) return `${name} needs a value: ${name} ${flag.value}`;
  // `--name --json` is a forgotten value far more often than a value that looks like a flag.
  if (inlineValue !== true && value.length > 1 && value.startsWith('-'))
    return `${name} needs a value; write ${name}=${value} if ${value} is meant`;
  const before = values.get(flag.name);
  if (flag.many === true) values.set(flag.name, [...(Array.isArray(before) ? before : []), value]);
  else if (before !== undefined) return `${name} stands twice`;
  else values.set(flag.name, value);
  return undefined;
}

function unknownFlag(given: string, known: Iterable<string>): string {
  const name = given.replace(/^-+/, '');
  return `unknown flag ${given}${didYouMean(name, known).replace('did you mean ', 'did you mean --')}`;
}

function missingFlag(flags: readonly Flag[], values: ReadonlyMap<string, unknown>): string | undefined {
  const missing = flags.filter((flag) => flag.required === true && !values.has(flag.name));
  return missing.length === 0 ? undefined : `missing ${missing.map((flag) => `--${flag.name} ${flag.value ?? ''}`.trim()).join(', ')}`;
}

/** Counts the arguments by the usage text: `ID` one, `[ID]` at most one, `ID...` one or more. */
function wrongCount(command: Command, args: readonly string[]): string | undefined {
  const places = (command.usage ?? '').split(/\s+/).filter((word) => word !== '');
  const needed = places.filter((place) => !place.startsWith('['));
  if (args.length < needed.length) return `missing ${needed.slice(args.length).join(' ')}`;
  if (args.length > places.length && !places.some((place) => place.includes('...'))) return `unexpected ${args[places.length] ?? ''}`;
  return undefined;
}
