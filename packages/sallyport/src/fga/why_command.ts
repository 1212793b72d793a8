import { isObject, table, type ApiClient, type CommandContext, type Flag, type Json, type JsonObject } from '../kernel/index.ts';
import { fail } from './errors.ts';
import { showTupleWithCondition, type TupleKey } from './tuple.ts';
import { proofLines, type Why } from './why.ts';

export const STORE_FLAG: Flag = { name: 'store', value: 'STORE', summary: 'Id or name of the store; needless when there is one only.' };

type StoreRow = { readonly id: string; readonly name: string; readonly created_at: string };

/** Every store of the tenant, page by page. */
async function allStores(api: ApiClient): Promise<StoreRow[]> {
  const found: StoreRow[] = [];
  for (let token = ''; ;) {
    const reply = (await api.call('GET', `/api/fga/stores?page_size=100&continuation_token=${encodeURIComponent(token)}`)) as JsonObject;
    found.push(...(reply['stores'] as unknown as StoreRow[]));
    const next = reply['continuation_token'];
    if (typeof next !== 'string' || next === '') return found;
    token = next;
  }
}

export async function stores(context: CommandContext): Promise<number> {
  const found = await allStores(await context.api());
  if (context.json) context.out(JSON.stringify({ stores: found }));
  else if (found.length === 0) context.out('There is no permission store. Make one: POST /fga/stores {"name": "documents"}');
  else
    context.out(
      table(
        [{ title: 'ID', whole: true }, { title: 'NAME' }, { title: 'CREATED' }],
        found.map(({ id, name, created_at: created }) => [id, name, created]),
        context.width,
      ),
    );
  return 0;
}

/** The store that `--store` names, or the only one. Rejects FGA_STORE_UNKNOWN. */
export async function storeOf(context: CommandContext, api: ApiClient): Promise<string> {
  const named = context.flags['store'];
  const matching = (await allStores(api)).filter(({ id, name }) => named === undefined || id === named || name === named);
  const [only] = matching;
  if (only === undefined || matching.length > 1) throw fail('FGA_STORE_UNKNOWN');
  return only.id;
}

export async function why(context: CommandContext): Promise<number> {
  const [user, relation, object] = context.args;
  if (user === undefined || relation === undefined || object === undefined) {
    context.note('Use: fga why user:anne viewer document:roadmap\n');
    return 2;
  }
  const given = parsed(context.flags['context']);
  if (given === undefined) {
    context.note('--context is no JSON object.\n');
    return 2;
  }
  const api = await context.api();
  const store = await storeOf(context, api);
  const reply = await api.call('POST', `/api/fga/stores/${store}/why`, { tuple_key: { user, relation, object }, context: given });
  if (context.json) context.out(JSON.stringify(reply));
  else for (const line of whyLines(reply as unknown as Why)) context.out(line);
  return (reply as unknown as Why).allowed ? 0 : 1;
}

function parsed(text: unknown): JsonObject | undefined {
  if (typeof text !== 'string') return {};
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The answer as lines for a terminal. */
export function whyLines({ allowed, proof, nearest = [], excluded = [], unmet = [] }: Why): string[] {
  if (allowed) return ['yes', ...(proof === undefined ? ['  (the path is too long to show)'] : proofLines(proof, '  '))];
  const keys = (tuples: readonly TupleKey[]): string => tuples.map(showTupleWithCondition).join(' and ');
  return [
    'no',
    ...excluded.flatMap(({ goal, because }) => [
      `  ${goal} is excluded${because === undefined ? '' : ', because'}`,
      ...(because === undefined ? [] : proofLines(because, '    ')),
    ]),
    ...unmet.map(({ tuple, problem }) => `  ${showTupleWithCondition(tuple)} does not hold${problem === '' ? '' : `: ${problem}`}`),
    ...(nearest.length === 0 ? ['  no tuple that the model allows would make it true'] : ['  it would be true with']),
    ...nearest.map(({ tuples }) => `    ${keys(tuples)}`),
  ];
}
