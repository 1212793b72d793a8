import { table, visible, type Command, type CommandContext, type Json, type JsonObject } from '../kernel/index.ts';

/** Commands over held actions; all of them only call the control API. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'approval list',
    summary: 'Lists held actions, those that wait first.',
    flags: [{ name: 'all', summary: 'Also those that were answered.' }],
    async run(context) {
      const path = context.flags['all'] === true ? '/api/approvals' : '/api/approvals?state=waiting';
      const { approvals } = (await (await context.api()).call('GET', path)) as { approvals: JsonObject[] };
      const rows = approvals.map((one) => ['id', 'state', 'risk', 'name', 'tool'].map((name) => word(one[name])));
      const columns = [{ title: 'ID', whole: true }, { title: 'STATE' }, { title: 'RISK' }, { title: 'REQUESTER' }, { title: 'TOOL' }];
      context.out(context.json ? JSON.stringify(approvals) : rows.length === 0 ? 'Nothing waits.' : table(columns, rows, context.width));
      return 0;
    },
  },
  {
    name: 'approval show',
    summary: 'Shows what would run, exactly, and why it is held.',
    usage: 'ID',
    flags: [],
    run: (context) =>
      withId(context, async (id) => show(context, (await (await context.api()).call('GET', `/api/approvals/${id}`)) as JsonObject)),
  },
  answering('approve', 'Approves it, once.'),
  answering('reject', 'Rejects it.'),
];

function answering(decision: 'approve' | 'reject', summary: string): Command {
  return {
    name: `approval ${decision}`,
    summary,
    usage: 'ID',
    flags: [{ name: 'note', value: 'TEXT', summary: 'For the requester to read.' }],
    run: (context) =>
      withId(context, async (id) => {
        const note = context.flags['note'];
        const body = { decision, ...(typeof note === 'string' ? { note } : {}) };
        const reply = (await (await context.api()).call('POST', `/api/approvals/${id}/answer`, body)) as JsonObject;
        context.out(context.json ? JSON.stringify(reply) : `${id} is ${word(reply['state'])}.`);
      }),
  };
}

async function withId(context: CommandContext, act: (id: string) => Promise<void>): Promise<number> {
  const id = context.args[0];
  if (id === undefined) {
    context.note('Which one? `sallyport approval list` shows the ids.');
    return 2;
  }
  await act(encodeURIComponent(id));
  return 0;
}

function show(context: CommandContext, one: JsonObject): void {
  if (context.json) return context.out(JSON.stringify(one));
  const drawn = (value: Json | undefined): string =>
    Array.isArray(value) ? value.map((part) => word((part as JsonObject)['text'])).join('') : '';
  const reasons = Array.isArray(one['reasons']) ? one['reasons'].map((reason) => word((reason as JsonObject)['why'])) : [];
  const lines = [
    `${word(one['id'])}  ${word(one['state'])}`,
    `requester  ${word(one['name'])}`,
    `tool       ${drawn(one['tool'])} (${word(one['effect'])}, ${word(one['risk'])} risk)`,
    ...reasons.map((why) => `why        ${why}`),
    'arguments, exactly as they will run:',
    ...drawn(one['shown'])
      .split('\n')
      .map((line) => `  ${line}`),
    ...(one['said'] === null
      ? []
      : [
          'the agent says (untrusted):',
          ...drawn(one['said'])
            .split('\n')
            .map((line) => `  | ${line}`),
        ]),
  ];
  context.out(lines.map(visible).join('\n'));
}

function word(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
