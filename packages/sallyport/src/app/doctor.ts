import { resolve } from 'node:path';
import { socketAnswers, socketFile } from '../control/index.ts';
import { pad, wrap, type Clock, type Command, type CommandContext } from '../kernel/index.ts';
import { attempt, good, type Check } from './doctor_check.ts';
import { checkConfig, checkSwitches } from './doctor_config.ts';
import { checkSecondStage } from './doctor_second_stage.ts';
import { checkClock, checkDataFolder, checkDisk, checkKeyFolder, checkNode } from './doctor_machine.ts';
import { checkSandbox } from './doctor_sandbox.ts';
import { checkServer } from './doctor_server.ts';
import { checkStopped } from './doctor_stopped.ts';

export type DoctorDeps = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** `process.versions.node`. */
  readonly node: string;
};

/** `sallyport doctor`: is everything as it should be, and what to do where it is not. Exit 1 when something fails; warnings are 0. */
export function doctorCommand(deps: DoctorDeps): Command {
  return {
    name: 'doctor',
    summary: 'Checks this installation, running or not, and says what to do next.',
    flags: [],
    async run(context) {
      const checks = await examine(context, deps);
      const failed = checks.some(({ state }) => state === 'fail');
      if (context.json) context.out(JSON.stringify({ ok: !failed, checks }));
      else context.out(report(checks, context));
      return failed ? 1 : 0;
    },
  };
}

/** First what every other check rests on: program, folders, disk, clock; then the configuration; then the server, or what it left behind. */
async function examine(context: CommandContext, { env, clock, node }: DoctorDeps): Promise<readonly Check[]> {
  const { dataDir } = context;
  const running = await socketAnswers(socketFile(dataDir));
  const machine = [
    checkNode(node),
    await attempt('data folder', () => checkDataFolder(dataDir)),
    await attempt('key folder', () => checkKeyFolder(`${dataDir}.keys`, dataDir)),
    await attempt('disk', () => checkDisk(dataDir)),
    await attempt('clock', () => checkClock(clock(), dataDir)),
    await attempt('sandbox', () => checkSandbox(env)),
    good('server', running ? 'runs, and answers on its socket' : 'does not run'),
  ];
  const { check, config } = checkConfig(context.configFile ?? resolve('sallyport.yaml'), context.configFile !== undefined, running);
  const switches = config === undefined ? [] : [...checkSwitches(config), ...(await checkSecondStage(config))];
  const state = running ? await checkServer(await context.api()) : await checkStopped({ dataDir, env, clock }, config);
  return [...machine, check, ...worse(switches, state)];
}

/** Both sides may speak of the same thing: what the server says of it counts. */
function worse(switches: readonly Check[], state: readonly Check[]): readonly Check[] {
  return [...switches.filter(({ name }) => !state.some((other) => other.name === name)), ...state];
}

const COLOURS = { ok: 32, warn: 33, fail: 31 } as const;
/** `fail  ` and the longest name with its gap. */
const STATE_WIDTH = 6;
const NAME_WIDTH = 15;
/** Lines for a pipe are wrapped for people all the same. */
const MAX_WIDTH = 120;

function report(checks: readonly Check[], { width, colour }: CommandContext): string {
  const room = Math.max(20, Math.min(width, MAX_WIDTH) - STATE_WIDTH - NAME_WIDTH);
  const lines = checks.flatMap((check) => {
    const told = [...wrapped(check.say, room), ...(check.state === 'ok' ? [] : wrapped(`-> ${check.fix}`, room))];
    return told.map((text, at) =>
      at === 0 ? `${stateOf(check.state, colour)}${pad(check.name, NAME_WIDTH)}${text}` : `${' '.repeat(STATE_WIDTH + NAME_WIDTH)}${text}`,
    );
  });
  return [...lines, '', summary(checks)].join('\n');
}

function wrapped(text: string, room: number): string[] {
  return text.split('\n').flatMap((line) => wrap(line, room));
}

function stateOf(state: Check['state'], colour: boolean): string {
  const padded = pad(state, STATE_WIDTH);
  return colour ? `\u001b[${COLOURS[state]}m${padded}\u001b[0m` : padded;
}

function summary(checks: readonly Check[]): string {
  const count = (state: Check['state']): number => checks.filter((check) => check.state === state).length;
  const [failed, warned] = [count('fail'), count('warn')];
  if (failed === 0 && warned === 0) return 'All is well.';
  const plural = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  if (failed === 0) return `Nothing fails; ${plural(warned, 'warning')}.`;
  return `${plural(failed, 'check')} failed${warned === 0 ? '' : `, ${plural(warned, 'warning')}`}.`;
}
