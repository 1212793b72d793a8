import { table, type Command, type Json, type JsonObject } from '../kernel/index.ts';
import { AGENT_COMMANDS } from './agents/commands.ts';

/** Commands over keys and people; all of them only call the control API. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'key create',
    summary: 'Makes a key for an app, an agent or a person; it is printed once.',
    flags: [
      { name: 'name', value: 'NAME', summary: 'What the key is for; unique.', required: true },
      {
        name: 'models',
        value: 'PATTERN',
        summary: 'A model that it may use, * for any run of characters; repeat for more. All when absent.',
        many: true,
      },
      {
        name: 'tools',
        value: 'PATTERN',
        summary: 'A tool that it may use, * for any run of characters; repeat for more. All when absent.',
        many: true,
      },
      { name: 'rpm', value: 'N', summary: 'Requests a minute.' },
      { name: 'concurrency', value: 'N', summary: 'Requests at once.' },
      { name: 'tpm', value: 'N', summary: 'Tokens a minute.' },
      { name: 'usd-per-day', value: 'USD', summary: 'What it may spend at providers in a day (UTC).' },
      { name: 'usd-per-month', value: 'USD', summary: 'What it may spend at providers in a calendar month (UTC).' },
      { name: 'expires', value: 'DAYS', summary: 'Days until it expires.' },
      { name: 'detail', value: 'full', summary: 'Refusals and replies carry scores and spans.' },
      { name: 'permission', value: 'NAME', summary: 'A permission on the control API or for /v1/inspect; repeat for more.', many: true },
    ],
    async run(context) {
      const { flags } = context;
      const api = await context.api();
      const made = (await api.call('POST', '/api/keys', {
        name: text(flags['name']),
        ...list('models', flags['models']),
        ...list('tools', flags['tools']),
        ...list('permissions', flags['permission']),
        ...number('requestsPerMinute', flags['rpm']),
        ...number('concurrency', flags['concurrency']),
        ...number('tokensPerMinute', flags['tpm']),
        ...number('usdPerDay', flags['usd-per-day']),
        ...number('usdPerMonth', flags['usd-per-month']),
        ...number('expiresDays', flags['expires']),
        ...(flags['detail'] === undefined ? {} : { detail: text(flags['detail']) }),
      })) as { id: string; name: string; key: string };
      if (context.json) context.out(JSON.stringify({ id: made.id, name: made.name, key: made.key }));
      else {
        context.out(made.key);
        context.note(`Key ${made.name} (${made.id}). It is not shown again: keep it where your app reads its secrets.`);
      }
      return 0;
    },
  },
  {
    name: 'key list',
    summary: 'Lists the keys, without the keys themselves.',
    flags: [],
    async run(context) {
      const reply = (await (await context.api()).call('GET', '/api/keys')) as { keys: JsonObject[] };
      if (context.json) {
        context.out(JSON.stringify(reply.keys));
        return 0;
      }
      if (reply.keys.length === 0) context.out('There are no keys yet. Make one: sallyport key create --name NAME');
      else
        context.out(
          table(
            [{ title: 'ID', whole: true }, { title: 'NAME' }, { title: 'STATE' }, { title: 'MODELS' }, { title: 'MADE' }],
            reply.keys.map(row),
            context.width,
          ),
        );
      return 0;
    },
  },
  {
    name: 'key revoke',
    summary: 'Revokes a key: refused everywhere within a second, running streams end.',
    usage: 'ID',
    flags: [],
    async run(context) {
      const id = context.args[0];
      if (id === undefined) {
        context.note('Which key? `sallyport key list` shows their ids.');
        return 2;
      }
      const reply = await (await context.api()).call('DELETE', `/api/keys/${encodeURIComponent(id)}`);
      context.out(context.json ? JSON.stringify(reply) : `Revoked ${id}.`);
      return 0;
    },
  },
  {
    name: 'admin reset',
    summary: 'Prints a link to set up the first administrator, or to set a new password for one; ends the sessions of that person.',
    flags: [{ name: 'name', value: 'NAME', summary: 'Which administrator; needed when there are several.' }],
    async run(context) {
      const { flags } = context;
      const body = flags['name'] === undefined ? {} : { name: text(flags['name']) };
      const made = (await (await context.api()).call('POST', '/api/people/way-in', body)) as {
        link: string;
        purpose: string;
        name: string | null;
      };
      if (context.json) {
        context.out(JSON.stringify(made));
        return 0;
      }
      context.out(made.link);
      const who = made.name === null ? 'the first administrator' : `a new password for ${made.name}, whose sessions have ended`;
      const where = made.link.startsWith('/') ? 'behind the address of the console, when the gate runs, ' : '';
      context.note(`For ${who}. Open it ${where}within 30 minutes; it works once.\n`);
      return 0;
    },
  },
  {
    name: 'admin list',
    summary: 'Lists the people who may sign in at the console.',
    flags: [],
    async run(context) {
      const { people } = (await (await context.api()).call('GET', '/api/people')) as { people: JsonObject[] };
      if (context.json) context.out(JSON.stringify(people));
      else if (people.length === 0) context.out('Nobody yet. `sallyport admin reset` prints a link for the first administrator.');
      else {
        const columns = [{ title: 'NAME' }, { title: 'ROLE' }, { title: 'SINCE' }, { title: 'SEEN' }, { title: 'ID', whole: true }];
        const rows = people.map((one) => [word(one['name']), word(one['role']), date(one['created']), date(one['seen']), word(one['id'])]);
        context.out(table(columns, rows, context.width));
      }
      return 0;
    },
  },
  ...AGENT_COMMANDS,
];

function row(key: JsonObject): string[] {
  const state = key['revoked'] !== null ? 'revoked' : typeof key['expires'] === 'number' ? `until ${date(key['expires'])}` : 'in force';
  const models = Array.isArray(key['models']) && key['models'].length > 0 ? key['models'].map(word).join(' ') : 'all';
  return [word(key['id']), word(key['name']), state, models, date(key['created'])];
}

function word(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function date(value: Json | undefined): string {
  return typeof value === 'number' ? new Date(value).toISOString().slice(0, 10) : '';
}

type FlagValue = string | boolean | readonly string[] | undefined;

function text(value: FlagValue): string {
  return typeof value === 'string' ? value : '';
}

function list(name: string, value: FlagValue): JsonObject {
  return Array.isArray(value) ? { [name]: [...(value as readonly string[])] } : {};
}

function number(name: string, value: FlagValue): JsonObject {
  return typeof value === 'string' ? { [name]: Number(value) } : {};
}
