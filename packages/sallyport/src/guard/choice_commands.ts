import { table, type Command, type CommandContext, type Json, type JsonObject } from '../kernel/index.ts';

type State = {
  readonly id: string;
  readonly on: boolean;
  readonly confidence: number;
  readonly version: number;
  readonly configured: { readonly on: boolean; readonly confidence: number };
};

/** Commands over the detectors of a running gate; both only call the control API. */
export const CHOICE_COMMANDS: readonly Command[] = [
  {
    name: 'guard list',
    summary: 'Lists the detectors, whether each is on, and from which confidence its findings count.',
    flags: [],
    async run(context) {
      const { guards } = (await (await context.api()).call('GET', '/api/guards')) as unknown as { guards: State[] };
      const rows = guards.map(({ id, on, confidence, configured }) => [
        id,
        on ? 'on' : 'off',
        confidence === 0 ? 'any' : String(confidence),
        on === configured.on && confidence === configured.confidence ? '' : 'decided here, not in the configuration',
      ]);
      const columns = [{ title: 'GUARD', whole: true }, { title: 'STATE' }, { title: 'FROM' }, { title: '' }];
      context.out(context.json ? JSON.stringify(guards) : table(columns, rows, context.width));
      return 0;
    },
  },
  {
    name: 'guard set',
    summary: 'Switches a detector on or off, or sets from which confidence its findings count; --try only says what it would change.',
    usage: 'GUARD',
    flags: [
      { name: 'on', summary: 'Switch it on.' },
      { name: 'off', summary: 'Switch it off.' },
      { name: 'threshold', value: 'N', summary: 'From 0 to 1.' },
      { name: 'configured', summary: 'As the configuration says, on or off and threshold.' },
      { name: 'try', summary: 'Change nothing: what it would have changed in recorded requests.' },
    ],
    run: set,
  },
];

async function set(context: CommandContext): Promise<number> {
  const id = context.args[0];
  const { on, off, threshold, configured } = context.flags;
  const asked = [on, off, configured].filter((flag) => flag === true).length;
  const number = typeof threshold === 'string' ? Number(threshold) : null;
  if (id === undefined || asked > 1 || (asked === 0 && number === null) || Number.isNaN(number)) {
    context.note('Which guard, and --on, --off, --threshold N or --configured? `sallyport guard list` shows them.');
    return 2;
  }
  const choice: JsonObject = { on: on === true ? true : off === true ? false : null, threshold: number };
  const api = await context.api();
  const path = `/api/guards/${encodeURIComponent(id)}`;
  if (context.flags['try'] === true) return print(context, await api.call('POST', `${path}/try`, choice));
  const { guards } = (await api.call('GET', '/api/guards')) as unknown as { guards: State[] };
  return print(context, await api.call('PUT', path, { ...choice, base: guards.find((one) => one.id === id)?.version ?? 0 }));
}

function print(context: CommandContext, reply: Json): number {
  if (context.json) context.out(JSON.stringify(reply));
  else
    for (const [name, value] of Object.entries(reply as JsonObject))
      if (name !== 'examples') context.out(`${name.padEnd(12)} ${value === null ? 'as configured' : JSON.stringify(value)}`);
  return 0;
}
