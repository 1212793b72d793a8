import { readFileSync } from 'node:fs';
import { table, type Command, type CommandContext, type Json, type JsonObject } from '../../kernel/index.ts';

/** What an agent may do. */
const LIMITS: Command['flags'] = [
  { name: 'owner', value: 'PERSON', summary: 'Who answers for it, by name or id.' },
  {
    name: 'scope',
    value: 'SCOPE',
    summary: 'What it may do: models, tools, inspect, events:read, fga:read, fga:write. models when absent.',
    many: true,
  },
  { name: 'models', value: 'PATTERN', summary: 'Models that it may use. All when absent.', many: true },
  { name: 'tools', value: 'PATTERN', summary: 'Tools that it may use. All when absent.', many: true },
  {
    name: 'host',
    value: 'HOST',
    summary: 'Hosts that it may call by the egress proxy, such as *.example.com. All when absent.',
    many: true,
  },
  { name: 'network', value: 'NETWORK', summary: 'Where it may call from, such as 10.0.0.0/8. Anywhere when absent.', many: true },
  { name: 'acts-for', value: 'WHOM', summary: 'Nobody, owner or anybody: for whom it may act with a token of theirs.' },
  { name: 'expires', value: 'DAYS', summary: 'Days until it expires.' },
  { name: 'dpop', summary: 'Its tokens are bound to a key.' },
];

/** Commands over agents, applications and sessions; all of them only call the control API. */
export const AGENT_COMMANDS: readonly Command[] = [
  {
    name: 'agent create',
    summary: 'Makes an agent: an identity of its own, with somebody who answers for it.',
    flags: [
      { name: 'name', value: 'NAME', summary: 'Unique.', required: true },
      { name: 'purpose', value: 'TEXT', summary: 'What it is for.', required: true },
      ...LIMITS,
    ],
    run: (context) => said(context, 'POST', '/api/agents', { ...pick(context, { name: 'name' }), ...limits(context) }),
  },
  {
    name: 'agent list',
    summary: 'Lists the agents, and what their owners should look at.',
    flags: [],
    async run(context) {
      const { agents } = (await (await context.api()).call('GET', '/api/agents')) as { agents: JsonObject[] };
      if (context.json) context.out(JSON.stringify(agents));
      else if (agents.length === 0) context.out('There are no agents yet. Make one: sallyport agent create --name NAME --purpose TEXT');
      else {
        const columns = [{ title: 'ID', whole: true }, { title: 'NAME' }, { title: 'OWNER' }, { title: 'STATE' }, { title: 'LOOK AT' }];
        const rows = agents.map((one) => [
          ...[word(one['id']), word(one['name']), word(one['ownerName'])],
          one['quarantined'] === null ? 'in force' : 'stopped',
          Array.isArray(one['warnings']) ? one['warnings'].map(word).join(' ') : '',
        ]);
        context.out(table(columns, rows, context.width));
      }
      return 0;
    },
  },
  {
    name: 'agent change',
    summary: 'Changes what an agent may do; what is not named stays. It counts at once.',
    usage: 'ID',
    flags: [{ name: 'purpose', value: 'TEXT', summary: 'What it is for.' }, ...LIMITS],
    run: (context) => said(context, 'PUT', `/api/agents/${id(context)}`, limits(context)),
  },
  {
    name: 'access list',
    summary: 'Lists who can do what, when it was last used, and what to look at: an access review.',
    flags: [],
    async run(context) {
      const { access } = (await (await context.api()).call('GET', '/api/access')) as { access: JsonObject[] };
      if (context.json) context.out(JSON.stringify(access));
      else {
        const columns = [{ title: 'KIND' }, { title: 'ID', whole: true }, { title: 'NAME' }, { title: 'LAST USED' }, { title: 'LOOK AT' }];
        const day = (at: Json | undefined): string => (typeof at === 'number' ? new Date(at).toISOString().slice(0, 10) : 'never');
        const rows = access.map((one) => [
          ...[word(one['kind']), word(one['id']), word(one['name']), day(one['used'])],
          Array.isArray(one['warnings']) ? one['warnings'].map(word).join(' ') : '',
        ]);
        context.out(table(columns, rows, context.width));
      }
      return 0;
    },
  },
  {
    name: 'agent key',
    summary: 'Adds a public key to an agent; its other keys go after a while, so that nothing stops in between.',
    usage: 'ID',
    flags: [
      { name: 'jwk', value: 'FILE', summary: 'The public key as a JSON Web Key.', required: true },
      { name: 'expires', value: 'DAYS', summary: 'Days until it expires.' },
      { name: 'overlap', value: 'SECONDS', summary: 'How long its other keys stay; for ever when absent.' },
    ],
    run: (context) =>
      said(context, 'POST', `/api/agents/${id(context)}/keys`, {
        jwk: JSON.parse(readFileSync(word(context.flags['jwk'] as Json), 'utf8')) as JsonObject,
        ...number(context, 'expires', 'expiresDays'),
        ...number(context, 'overlap', 'overlapSeconds'),
      }),
  },
  {
    name: 'agent workload',
    summary: 'Lets a workload be an agent: a Kubernetes service account, a GitHub job.',
    usage: 'ID',
    flags: [
      { name: 'issuer', value: 'URL', summary: 'Who signs its tokens, e.g. https://token.actions.githubusercontent.com.', required: true },
      {
        name: 'subject',
        value: 'PATTERN',
        summary: 'Its subject, e.g. system:serviceaccount:mail:mailer; * within one step.',
        required: true,
      },
    ],
    run: (context) =>
      said(context, 'POST', `/api/agents/${id(context)}/workloads`, pick(context, { issuer: 'issuer', subject: 'subject' })),
  },
  {
    name: 'agent quarantine',
    summary: 'Stops an agent at once, everywhere: keys, tokens, what it is doing.',
    usage: 'ID',
    flags: [{ name: 'reason', value: 'TEXT', summary: 'Why.', required: true }],
    run: (context) => said(context, 'POST', `/api/agents/${id(context)}/quarantine`, pick(context, { reason: 'reason' })),
  },
  {
    name: 'agent release',
    summary: 'Lets an agent act again.',
    usage: 'ID',
    flags: [],
    run: (context) => said(context, 'DELETE', `/api/agents/${id(context)}/quarantine`),
  },
  {
    name: 'agent remove',
    summary: 'Removes an agent, its keys and its tokens.',
    usage: 'ID',
    flags: [],
    run: (context) => said(context, 'DELETE', `/api/agents/${id(context)}`),
  },
  {
    name: 'client create',
    summary: 'Registers an application that signs people in or calls the gate with tokens.',
    flags: [
      { name: 'name', value: 'NAME', summary: 'As people read it.', required: true },
      { name: 'redirect', value: 'URL', summary: 'Where answers may go; repeat for more.', many: true },
      { name: 'after-logout', value: 'URL', summary: 'Where a browser may come back to after signing out; repeat for more.', many: true },
      { name: 'logout', value: 'URL', summary: 'Where it hears that somebody has signed out (back-channel logout).' },
      { name: 'native', summary: 'It runs on the devices of people.' },
      { name: 'device', summary: 'It may ask by a code that it shows.' },
      { name: 'jwks', value: 'URL', summary: 'Where its public keys are; without, it is public and uses PKCE.' },
      { name: 'dpop', summary: 'Its tokens are bound to a key.' },
    ],
    run: (context) =>
      said(context, 'POST', '/api/clients', {
        ...pick(context, {
          ...{ name: 'name', redirect: 'redirectUris', jwks: 'jwksUri' },
          ...{ 'after-logout': 'postLogoutRedirectUris', logout: 'logoutUri' },
        }),
        ...(context.flags['native'] === true ? { application: 'native' } : {}),
        ...(context.flags['device'] === true ? { device: true } : {}),
        ...(context.flags['dpop'] === true ? { dpop: true } : {}),
      }),
  },
  {
    name: 'client list',
    summary: 'Lists the applications.',
    flags: [],
    async run(context) {
      const { clients } = (await (await context.api()).call('GET', '/api/clients')) as { clients: JsonObject[] };
      if (context.json) context.out(JSON.stringify(clients));
      else if (clients.length === 0) context.out('No application is registered yet.');
      else
        context.out(
          table(
            [{ title: 'ID', whole: true }, { title: 'NAME' }],
            clients.map((one) => [word(one['id']), word(one['name'])]),
            context.width,
          ),
        );
      return 0;
    },
  },
  {
    name: 'client remove',
    summary: 'Removes an application; its tokens are refused within a second.',
    usage: 'ID',
    flags: [],
    run: (context) => said(context, 'DELETE', `/api/clients/${id(context)}`),
  },
  {
    name: 'signing-key rotate',
    summary: 'Makes the next key that signs tokens; it signs in 15 minutes.',
    flags: [{ name: 'now', summary: 'At once, because the present one is known to others: every token that it signed is refused.' }],
    run: (context) => said(context, 'POST', '/api/signing-keys', context.flags['now'] === true ? { now: true } : {}),
  },
  {
    name: 'session list',
    summary: 'Lists where people are signed in.',
    flags: [],
    async run(context) {
      const { sessions } = (await (await context.api()).call('GET', '/api/sessions')) as { sessions: JsonObject[] };
      if (context.json) context.out(JSON.stringify(sessions));
      else if (sessions.length === 0) context.out('Nobody is signed in.');
      else {
        const columns = [{ title: 'ID', whole: true }, { title: 'PERSON' }, { title: 'FROM' }, { title: 'WITH' }];
        context.out(
          table(
            columns,
            sessions.map((one) => ['id', 'name', 'address', 'agent'].map((name) => word(one[name]))),
            context.width,
          ),
        );
      }
      return 0;
    },
  },
  {
    name: 'session end',
    summary: 'Ends a session at once; with --person all of a person, and what was given in them.',
    usage: 'ID',
    flags: [{ name: 'person', summary: 'ID is a person: all sessions and grants end.' }],
    run: (context) =>
      said(context, 'DELETE', context.flags['person'] === true ? `/api/people/${id(context)}/sessions` : `/api/sessions/${id(context)}`),
  },
];

/** Calls the API and prints what it answered. */
async function said(context: CommandContext, method: 'POST' | 'PUT' | 'DELETE', path: string, body?: JsonObject): Promise<number> {
  const reply = (await (await context.api()).call(method, path, body)) as JsonObject;
  const [first] = Object.values(reply);
  context.out(context.json ? JSON.stringify(reply) : word(first ?? ''));
  return 0;
}

function id(context: CommandContext): string {
  return encodeURIComponent(context.args[0] ?? '-');
}

function word(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Flags that were given, under the names of the API. */
function pick({ flags }: CommandContext, names: Readonly<Record<string, string>>): JsonObject {
  const found: JsonObject = {};
  for (const [flag, name] of Object.entries(names)) {
    const value = flags[flag];
    if (typeof value === 'string') found[name] = value;
    else if (Array.isArray(value)) found[name] = [...(value as readonly string[])];
  }
  return found;
}

function number({ flags }: CommandContext, flag: string, name: string): JsonObject {
  return typeof flags[flag] === 'string' ? { [name]: Number(flags[flag]) } : {};
}

function limits(context: CommandContext): JsonObject {
  return {
    ...pick(context, {
      purpose: 'purpose',
      owner: 'owner',
      scope: 'scopes',
      models: 'models',
      tools: 'tools',
      host: 'hosts',
      network: 'networks',
      'acts-for': 'actsFor',
    }),
    ...number(context, 'expires', 'expiresDays'),
    ...(context.flags['dpop'] === true ? { dpop: true } : {}),
  };
}
