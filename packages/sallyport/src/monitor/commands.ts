import { table, type Command, type CommandContext, type Json, type JsonObject } from '../kernel/index.ts';

/** Commands over feedback; all of them only call the control API. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'feedback list',
    summary: 'Lists what people said about findings.',
    flags: [],
    async run(context) {
      const { feedback } = (await (await context.api()).call('GET', '/api/feedback')) as { feedback: JsonObject[] };
      const rows = feedback.map((one) => ['id', 'state', 'verdict', 'rule', 'event'].map((name) => word(one[name])));
      const columns = [
        { title: 'ID', whole: true },
        { title: 'STATE' },
        { title: 'VERDICT' },
        { title: 'RULE' },
        { title: 'EVENT', whole: true },
      ];
      context.out(
        context.json ? JSON.stringify(feedback) : rows.length === 0 ? 'There is no feedback yet.' : table(columns, rows, context.width),
      );
      return 0;
    },
  },
  {
    name: 'feedback give',
    summary: 'Says that a finding was fine, or that something was missed; changes nothing until it is applied.',
    usage: 'EVENT',
    flags: [
      { name: 'fine', value: 'N', summary: 'The finding, counted from 0, was fine.' },
      { name: 'missed', value: 'RULE', summary: 'This rule or detector should have found something.' },
      { name: 'text', value: 'TEXT', summary: 'The exact text that is meant; kept as a keyed hash only.' },
    ],
    run(context) {
      const { fine, missed, text } = context.flags;
      const said =
        typeof fine === 'string'
          ? { verdict: 'fine', finding: Number(fine) }
          : { verdict: 'missed', ...(typeof missed === 'string' ? { rule: missed } : {}) };
      return call(
        context,
        'POST',
        () => '/api/feedback',
        (event) => ({ event, ...said, ...(typeof text === 'string' ? { text } : {}) }),
      );
    },
  },
  {
    name: 'feedback effect',
    summary: 'Shows what applying it would have changed in the last seven days.',
    usage: 'ID',
    flags: [],
    run: (context) => call(context, 'GET', (id) => `/api/feedback/effect?id=${encodeURIComponent(id)}`),
  },
  {
    name: 'feedback apply',
    summary: 'Makes it count.',
    usage: 'ID',
    flags: [],
    run: (context) => call(context, 'POST', (id) => `/api/feedback/${encodeURIComponent(id)}/apply`),
  },
  {
    name: 'feedback undo',
    summary: 'Takes it back.',
    usage: 'ID',
    flags: [],
    run: (context) => call(context, 'POST', (id) => `/api/feedback/${encodeURIComponent(id)}/undo`),
  },
];

async function call(
  context: CommandContext,
  method: 'GET' | 'POST',
  path: (id: string) => string,
  body?: (id: string) => Json,
): Promise<number> {
  const id = context.args[0];
  if (id === undefined) {
    context.note('Which one? `sallyport feedback list` and `sallyport events list` show the ids.');
    return 2;
  }
  const reply = (await (await context.api()).call(method, path(id), body?.(id))) as JsonObject;
  if (context.json) context.out(JSON.stringify(reply));
  else
    for (const [name, value] of Object.entries(reply))
      context.out(`${name.padEnd(12)} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return 0;
}

function word(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
