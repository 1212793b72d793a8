import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { table, type Command, type CommandContext, type Flag, type Json, type JsonObject } from '../kernel/index.ts';
import { fail } from './errors.ts';

/** Exit code when something was not accepted. */
const NOT_ACCEPTED = 1;

const GIVEN: readonly Flag[] = [
  { name: 'source', value: 'TEXT', summary: 'Where the documents come from.' },
  { name: 'label', value: 'LABEL', summary: 'The least label: public, internal or confidential.' },
];

/** Commands over documents; all of them only call the control API. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'knowledge check',
    summary: 'Checks files as if they went into a knowledge base; keeps nothing. Exit code 1 when one is not accepted.',
    usage: 'FILE...',
    flags: GIVEN,
    run: (context) => sendFiles(context, '/api/knowledge/check'),
  },
  {
    name: 'knowledge add',
    summary: 'Checks files and records them with their verdict. Exit code 1 when one is not accepted.',
    usage: 'FILE...',
    flags: [...GIVEN, { name: 'object', value: 'TYPE:ID', summary: 'Object in the authorization store; for one file.' }],
    run: (context) => sendFiles(context, '/api/knowledge/documents'),
  },
  {
    name: 'knowledge list',
    summary: 'Lists documents, newest first.',
    flags: [{ name: 'state', value: 'STATE', summary: 'Accepted, quarantined, rejected, released or erased.' }],
    async run(context) {
      const { state } = context.flags;
      const { documents } = (await (
        await context.api()
      ).call('GET', `/api/knowledge/documents${typeof state === 'string' ? `?state=${encodeURIComponent(state)}` : ''}`)) as {
        documents: JsonObject[];
      };
      const rows = documents.map((one) => ['id', 'state', 'label', 'format', 'name', 'source'].map((name) => word(one[name])));
      const columns = [
        { title: 'ID', whole: true },
        { title: 'STATE' },
        { title: 'LABEL' },
        { title: 'FORMAT' },
        { title: 'NAME' },
        { title: 'SOURCE' },
      ];
      context.out(
        context.json
          ? JSON.stringify(documents)
          : rows.length === 0
            ? state === undefined
              ? 'There are no documents yet.'
              : 'No document is in that state.'
            : table(columns, rows, context.width),
      );
      return 0;
    },
  },
  {
    name: 'knowledge show',
    summary: 'Shows one document with its reasons.',
    usage: 'ID',
    flags: [],
    run: (context) => onOne(context, 'GET', ''),
  },
  {
    name: 'knowledge lineage',
    summary: 'Shows what became of a document, and the answers made from it.',
    usage: 'ID',
    flags: [],
    run: (context) => onOne(context, 'GET', '/lineage'),
  },
  {
    name: 'knowledge release',
    summary: 'Lets a document out of quarantine.',
    usage: 'ID',
    flags: [{ name: 'why', value: 'TEXT', summary: 'The reason, for the record.', required: true }],
    run: (context) => onOne(context, 'POST', '/release', { why: word(context.flags['why'] as Json) }),
  },
  {
    name: 'knowledge quarantine',
    summary: 'Takes a document out of use.',
    usage: 'ID',
    flags: [{ name: 'why', value: 'TEXT', summary: 'The reason, for the record.', required: true }],
    run: (context) => onOne(context, 'POST', '/quarantine', { why: word(context.flags['why'] as Json) }),
  },
  {
    name: 'knowledge erase',
    summary: 'Erases what is kept of a document.',
    usage: 'ID',
    flags: [],
    run: (context) => onOne(context, 'DELETE', ''),
  },
  {
    name: 'knowledge sharing',
    summary: 'Reports sensitive documents that many may read, and readers that no group explains.',
    flags: [],
    async run(context) {
      const report = (await (await context.api()).call('GET', '/api/knowledge/sharing')) as {
        shared: JsonObject[];
        looked: number;
        unknown: number;
      };
      if (context.json) context.out(JSON.stringify(report));
      else {
        const rows = report.shared.map((one) => [
          word(one['label']),
          word(one['name']),
          word(one['readers']),
          (one['problems'] as string[]).join(', '),
        ]);
        if (rows.length > 0)
          context.out(table([{ title: 'LABEL' }, { title: 'NAME' }, { title: 'READERS' }, { title: 'PROBLEMS' }], rows, context.width));
        context.out(
          `${report.looked} sensitive documents, ${report.shared.length} shared too widely, of ${report.unknown} nobody could say who reads them.`,
        );
      }
      return 0;
    },
  },
];

async function sendFiles(context: CommandContext, path: string): Promise<number> {
  if (context.args.length === 0) throw fail('KNOWLEDGE_INVALID', { say: 'Name one file or more.' });
  const api = await context.api();
  const { source, label, object } = context.flags;
  let worst = 0;
  for (const file of context.args) {
    const given = {
      name: basename(file),
      bytes: readFileSync(file).toString('base64'),
      ...(typeof source === 'string' ? { source } : {}),
      ...(typeof label === 'string' ? { label } : {}),
      ...(typeof object === 'string' ? { object } : {}),
    };
    const said = (await api.call('POST', path, given)) as JsonObject;
    if (said['verdict'] !== 'accept') worst = NOT_ACCEPTED;
    if (context.json) context.out(JSON.stringify({ file, ...said }));
    else for (const line of linesOf(file, said)) context.out(line);
  }
  return worst;
}

function linesOf(file: string, said: JsonObject): string[] {
  const reasons = (said['reasons'] as JsonObject[]).map((reason) => {
    const place = Object.entries((reason['place'] ?? {}) as JsonObject).map(([name, value]) => `${name} ${word(value)}`);
    return `    ${word(reason['verdict']).padEnd(10)} ${word(reason['rule'])}: ${word(reason['why'])}${place.length === 0 ? '' : ` (${place.join(', ')})`}`;
  });
  const id = said['id'] === undefined ? '' : `  ${word(said['id'])}`;
  return [`${word(said['verdict']).padEnd(10)} ${word(said['label']).padEnd(12)} ${file}${id}`, ...reasons];
}

async function onOne(context: CommandContext, method: 'GET' | 'POST' | 'DELETE', end: string, body?: Json): Promise<number> {
  const id = context.args[0];
  if (id === undefined) throw fail('KNOWLEDGE_INVALID', { say: 'Which one? `sallyport knowledge list` shows the ids.' });
  const reply = (await (await context.api()).call(method, `/api/knowledge/documents/${encodeURIComponent(id)}${end}`, body)) as JsonObject;
  if (context.json) context.out(JSON.stringify(reply));
  else for (const [name, value] of Object.entries(reply)) context.out(`${name.padEnd(10)} ${word(value)}`);
  return 0;
}

function word(value: Json | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
