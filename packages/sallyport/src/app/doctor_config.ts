import { basename } from 'node:path';
import { problemLines, readConfigFile, type Config } from './config.ts';
import { bad, broken, doubtful, good, type Check } from './doctor_check.ts';

/** Problems that are named; `policy check` shows them all. */
const MAX_NAMED = 5;

/**
 * Reads the configuration as a start would. While a server runs, what is wrong is no more than a warning: it runs on what it read, and the
 * environment of its service may hold what this shell does not.
 */
export function checkConfig(
  file: string,
  asked: boolean,
  running: boolean,
): { readonly check: Check; readonly config: Config | undefined } {
  try {
    const loaded = readConfigFile(file, asked);
    if (loaded.ok) return { check: good('configuration', loaded.empty ? 'the defaults; there is no file' : file), config: loaded.config };
    const named = problemLines(basename(file), loaded.problems.slice(0, MAX_NAMED)).join('\n');
    const more = loaded.problems.length - MAX_NAMED;
    const say = `${named}${more > 0 ? `\nand ${more} more` : ''}`;
    return {
      check: running
        ? doubtful('configuration', say, 'The server goes on with what it has; correct this before its next start.')
        : bad('configuration', say, 'Correct every line that is named.'),
      config: undefined,
    };
  } catch (thrown) {
    return { check: broken('configuration', thrown), config: undefined };
  }
}

/** What the configuration switches on and off. */
export function checkSwitches(config: Config): readonly Check[] {
  return [
    config.gateway.guards
      ? good('guards', 'on')
      : doubtful('guards', 'OFF: nothing is inspected.', 'Remove `gateway.guards: false` from sallyport.yaml.'),
    config.content === 'full'
      ? doubtful('content', 'full: every text is kept for 7 days.', 'Set `content: findings` when you have seen what you wanted to see.')
      : good('content', config.content === 'none' ? 'none: no text is kept' : 'findings: masked excerpts for 30 days'),
    config.audit?.witness === undefined
      ? doubtful(
          'witness',
          'none: whoever owns this machine could replace the whole event log unseen.',
          'Set `audit.witness` to a file on another machine, a webhook or a syslog collector.',
        )
      : good('witness', config.audit.witness.kind),
  ];
}
