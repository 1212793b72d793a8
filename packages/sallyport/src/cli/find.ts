import { didYouMean, type Command } from '../kernel/index.ts';
import { GLOBAL_FLAGS } from './arguments.ts';

/** What the words of a command line ask for. `rest` is what follows the command's name, with the flags that stood before it. */
export type Found =
  | { readonly kind: 'command'; readonly command: Command; readonly rest: readonly string[] }
  | { readonly kind: 'help'; readonly group: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'unknown'; readonly problem: string };

/** Finds the command by its one or two words; the longest name wins. */
export function findCommand(argv: readonly string[], commands: readonly Command[]): Found {
  const { before, words } = splitLeadingFlags(argv);
  const asked = words[0] === 'help' ? words.slice(1) : words;
  const help = words[0] === 'help' || before.includes('--help') || before.includes('-h');
  if (before.includes('--version')) return { kind: 'version' };
  const [first, second] = asked;
  if (first === undefined) return { kind: 'help', group: '' };
  const named = (name: string): Command | undefined => commands.find((command) => command.name === name);
  const two = second === undefined ? undefined : named(`${first} ${second}`);
  const command = two ?? named(first);
  if (command !== undefined) {
    const rest = [...before, ...asked.slice(two === undefined ? 1 : 2)];
    return { kind: 'command', command, rest: help ? ['--help'] : rest };
  }
  const group = commands.filter((known) => known.name.startsWith(`${first} `));
  if (group.length > 0 && (second === undefined || second.startsWith('-'))) return { kind: 'help', group: first };
  return { kind: 'unknown', problem: unknownCommand(first, second, group, commands) };
}

function unknownCommand(first: string, second: string | undefined, group: readonly Command[], commands: readonly Command[]): string {
  if (group.length > 0) {
    const seconds = group.map((command) => command.name.slice(first.length + 1));
    return `unknown command ${first} ${second ?? ''}${didYouMean(second ?? '', seconds).replace('did you mean ', `did you mean ${first} `)}`;
  }
  const names = commands.flatMap((command) => [command.name, command.name.split(' ')[0] ?? '']);
  const whole = second === undefined ? '' : didYouMean(`${first} ${second}`, names);
  return `unknown command ${first}${whole === '' ? didYouMean(first, names) : whole}`;
}

/** Flags may stand before the command: `sallyport --json key list`. */
function splitLeadingFlags(argv: readonly string[]): { before: string[]; words: readonly string[] } {
  const before: string[] = [];
  let at = 0;
  for (let word = argv[at]; word !== undefined && word.startsWith('-'); word = argv[at]) {
    before.push(word);
    at++;
    const takesValue = GLOBAL_FLAGS.some((flag) => flag.value !== undefined && word === `--${flag.name}`);
    const value = argv[at];
    if (takesValue && value !== undefined) {
      before.push(value);
      at++;
    }
  }
  return { before, words: argv.slice(at) };
}
