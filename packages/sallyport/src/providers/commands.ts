import { isObject, type Command, type CommandContext, type Json, type JsonObject } from '../kernel/index.ts';

/** A key, its line end, and nothing more. */
const MAX_INPUT = 8_192;

/** `provider list`, `provider test NAME`, `provider key set|remove|list [NAME]`. `input` is where a key is read from. */
export function providerCommands(input: AsyncIterable<Buffer | string> = process.stdin): readonly Command[] {
  return [
    { name: 'provider list', summary: 'Shows the model providers and their state.', flags: [], run: list },
    {
      name: 'provider test',
      summary: 'Asks a provider whether address, certificate and key are right.',
      usage: 'NAME',
      flags: [],
      run: test,
    },
    {
      name: 'provider key',
      summary: 'Keeps provider keys sealed in the store: set NAME (the key is read from stdin), remove NAME, list.',
      usage: 'ACTION [NAME]',
      flags: [],
      run: (context) => key(context, input),
    },
  ];
}

async function list(context: CommandContext): Promise<number> {
  const reply = await (await context.api()).call('GET', '/api/providers');
  if (context.json) return print(context, reply);
  const providers = objects(reply, 'providers');
  if (providers.length === 0)
    context.out(
      'No provider is configured. The practice provider is always there: practice/assistant, practice/echo, practice/leaky, practice/agent.',
    );
  for (const one of providers) {
    context.out(`${text(one['provider'])}  ${text(one['kind'])}  ${text(one['baseUrl'])}`);
    context.out(`  models    ${[...strings(one['models']), ...strings(one['alias'])].join(' ')}`);
    context.out(`  endpoints ${strings(one['endpoints']).join(' ')}`);
    const error = one['lastError'] === undefined ? '' : `, last error ${text(one['lastError'])}`;
    context.out(`  state     circuit ${text(one['circuit'])}, key ${text(one['key'])}, ${text(one['inFlight'])} under way${error}`);
    for (const quirk of strings(one['quirks'])) context.out(`  note      ${quirk}`);
  }
  return 0;
}

async function test(context: CommandContext): Promise<number> {
  const [name = ''] = context.args;
  const reply = await (await context.api()).call('POST', `/api/providers/${encodeURIComponent(name)}/test`);
  const result = isObject(reply) ? reply : {};
  if (context.json) print(context, reply);
  else if (result['ok'] === true)
    context.out(`${name} works: ${text(result['models'])} models listed, ${text(result['milliseconds'])} ms.`);
  else context.out(`${name} does not work: ${text(result['reason'])}, ${text(result['detail'])}.`);
  return result['ok'] === true ? 0 : 1;
}

async function key(context: CommandContext, input: AsyncIterable<Buffer | string>): Promise<number> {
  const [action, name] = context.args;
  if (action === 'list' && name === undefined) return listKeys(context);
  if ((action !== 'set' && action !== 'remove') || name === undefined) {
    context.note('Use: provider key set NAME (the key on stdin), provider key remove NAME, provider key list.\n');
    return 2;
  }
  const api = await context.api();
  const path = `/api/provider-keys/${encodeURIComponent(name)}`;
  const reply = action === 'remove' ? await api.call('DELETE', path) : await api.call('PUT', path, { key: await readKey(context, input) });
  if (context.json) return print(context, reply);
  context.out(
    action === 'remove' ? `The key ${name} is forgotten.` : `The key ${name} is sealed and in use. Refer to it as \${sealed:${name}}.`,
  );
  return 0;
}

async function listKeys(context: CommandContext): Promise<number> {
  const reply = await (await context.api()).call('GET', '/api/provider-keys');
  if (context.json) return print(context, reply);
  const keys = objects(reply, 'keys');
  if (keys.length === 0) context.out('No key is sealed. Seal one: sallyport provider key set NAME < FILE');
  for (const one of keys) context.out(`${text(one['name'])}  set ${new Date(Number(one['updated'])).toISOString()}`);
  return 0;
}

/** Never an argument: arguments are visible to every process of the machine and stay in the shell's history. */
async function readKey(context: CommandContext, input: AsyncIterable<Buffer | string>): Promise<string> {
  context.note('Reading the key from stdin.\n');
  let read = '';
  for await (const chunk of input) {
    read += chunk.toString();
    if (read.length > MAX_INPUT) break;
  }
  return read.slice(0, MAX_INPUT).replace(/\r?\n$/, '');
}

function print(context: CommandContext, reply: Json): number {
  context.out(JSON.stringify(reply));
  return 0;
}

function objects(reply: Json, name: string): JsonObject[] {
  const value = isObject(reply) ? reply[name] : undefined;
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function text(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
