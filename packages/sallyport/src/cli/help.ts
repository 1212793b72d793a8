import type { Command, Flag } from '../kernel/index.ts';
import { GLOBAL_FLAGS } from './arguments.ts';
import { displayWidth, pad, wrap } from '../kernel/index.ts';

type Entry = { readonly left: string; readonly right: string };

/** Wider lines are hard to read; narrower terminals get what they can show. */
const MAX_WIDTH = 100;
const MIN_WIDTH = 40;
/** The left column is no wider than this; a longer entry has its text on the next line. */
const MAX_LEFT = 28;

/** The help of the bin, or of the commands that begin with `group`. */
export function helpOfBin(commands: readonly Command[], group: string, width: number): string {
  const shown = commands.filter((command) => group === '' || command.name.startsWith(`${group} `));
  const entries = [...shown].sort((a, b) => (a.name < b.name ? -1 : 1)).map((command) => ({ left: command.name, right: command.summary }));
  const usage = group === '' ? 'sallyport COMMAND [FLAGS]' : `sallyport ${group} COMMAND [FLAGS]`;
  return [
    `Usage: ${usage}`,
    ...section('Commands', entries, width),
    ...section('Flags of every command', GLOBAL_FLAGS.map(flagEntry), width),
    '',
    'sallyport COMMAND --help shows the flags of a command.',
  ].join('\n');
}

/** The help of one command. */
export function helpOfCommand(command: Command, width: number): string {
  const required = command.flags.filter((flag) => flag.required === true).map((flag) => flagEntry(flag).left);
  const usage = ['sallyport', command.name, ...(command.usage === undefined ? [] : [command.usage]), ...required, '[FLAGS]'].join(' ');
  return [
    `Usage: ${usage}`,
    '',
    ...wrap(command.summary, bounded(width)),
    ...(command.flags.length === 0 ? [] : section('Flags', command.flags.map(flagEntry), width)),
    ...section('Flags of every command', GLOBAL_FLAGS.map(flagEntry), width),
  ].join('\n');
}

function flagEntry(flag: Flag): Entry {
  const notes = [flag.required === true ? 'Required.' : '', flag.many === true ? 'May stand several times.' : ''].filter(
    (note) => note !== '',
  );
  return { left: `--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`, right: [flag.summary, ...notes].join(' ') };
}

function section(title: string, entries: readonly Entry[], width: number): string[] {
  const left = Math.min(MAX_LEFT, Math.max(...entries.map((entry) => displayWidth(entry.left))));
  const indent = ' '.repeat(left + 4);
  const lines = entries.flatMap((entry) => {
    const right = wrap(entry.right, bounded(width) - indent.length);
    const fits = displayWidth(entry.left) <= left;
    const first = fits ? `  ${pad(entry.left, left)}  ${right[0] ?? ''}` : `  ${entry.left}`;
    return [first, ...right.slice(fits ? 1 : 0).map((line) => indent + line)];
  });
  return ['', `${title}:`, ...lines];
}

function bounded(width: number): number {
  return Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width));
}
