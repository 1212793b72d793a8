import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Document } from '@langchain/core/documents';
import { BaseRetriever as LangChainRetriever } from '@langchain/core/retrievers';
import { RunnableLambda } from '@langchain/core/runnables';
import { BaseRetriever as LlamaRetriever } from '@llamaindex/core/retriever';
import { TextNode, type NodeWithScore } from '@llamaindex/core/schema';
import { generateText, jsonSchema, stepCountIs, tool } from 'ai';
import { createOpenAI } from '@ai-sdk/openai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { modelOf } from '../../sallyport/test/kit/fga.ts';
import { startSallyport, type Running } from '../../sallyport/test/kit/sallyport.ts';
import { permittedTool } from '../src/ai.ts';
import { Sallyport, SallyportError, withPermissions } from '../src/index.ts';
import { PermittedRetriever } from '../src/langchain.ts';
import { PermittedNodes, permittedRetriever } from '../src/llamaindex.ts';

// The client and the wrappers with the real libraries, against the running gate.

const MODEL = `model
  schema 1.1
type user
type group
  relations
    define member: [user]
type document
  relations
    define viewer: [user, group#member]
    define editor: [user with in_hours]
condition in_hours(hour: int) {
  hour >= 8 && hour < 18
}`;
const IDS = ['pay', 'plan', 'menu', 'plan', 'secret'];

describe('the SDK against the running gate', () => {
  let gate: Running;
  let client: Sallyport;
  let store = '';
  before(async () => {
    gate = await startSallyport();
    const key = await gate.key('--permission', 'fga:read', '--permission', 'fga:write');
    const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
      const reply = await fetch(`${gate.gateway}/fga${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify(body),
      });
      return (await reply.json()) as Record<string, unknown>;
    };
    store = String((await post('/stores', { name: 'docs' }))['id']);
    await post(`/stores/${store}/authorization-models`, modelOf(MODEL));
    const tuples = [
      ['user:anne', 'member', 'group:eng'],
      ['group:eng#member', 'viewer', 'document:plan'],
      ['user:anne', 'viewer', 'document:menu'],
      ['user:bert', 'viewer', 'document:pay'],
    ].map(([user, relation, object]) => ({ user, relation, object }));
    const editor = { user: 'user:anne', relation: 'editor', object: 'document:plan', condition: { name: 'in_hours' } };
    await post(`/stores/${store}/write`, { writes: { tuple_keys: [...tuples, editor] } });
    client = new Sallyport({ url: gate.gateway, key: await gate.key('--permission', 'fga:read') });
  });
  after(() => gate.remove());

  it('filters in order, ids or documents, repeated or without an id', async () => {
    const plain = await client.filter(IDS, { user: 'anne' });
    assert.deepEqual(plain.documents, ['plan', 'menu', 'plan']);
    assert.deepEqual([plain.asked, plain.allowed, plain.denied, plain.failed], [5, 3, 2, 0]);
    const documents = [
      { meta: { source: 'pay' }, text: 'a' },
      { meta: {}, text: 'b' },
      { meta: { source: 'document:plan' }, text: 'c' },
    ];
    assert.deepEqual((await client.filter(documents, { user: 'user:anne', id: 'meta.source' })).documents, [documents[2]]);
    assert.deepEqual((await client.filter(documents, { user: 'bert', id: ({ meta }) => meta.source })).documents, [documents[0]]);
    assert.deepEqual((await client.filter([], { user: 'anne' })).documents, []);
    // Ids that name something of another type are not asked about.
    assert.deepEqual((await client.filter(['group:eng', 'https://x'], { user: 'anne' })).documents, []);
    const many = Array.from({ length: 2_500 }, (_, i) => (i % 500 === 0 ? 'plan' : `none${i}`));
    assert.deepEqual((await client.filter(many, { user: 'anne' })).documents, ['plan', 'plan', 'plan', 'plan', 'plan']);
  });

  it('takes conditions, and rejects what cannot be asked', async () => {
    const edit = { user: 'anne', relation: 'editor' };
    assert.deepEqual((await client.filter(['plan'], { ...edit, context: { hour: 9 } })).documents, ['plan']);
    assert.deepEqual((await client.filter(['plan', 'pay'], { ...edit, context: { hour: 20 } })).documents, []);
    // One check fails for its missing parameter: denied, and counted.
    const failed = await client.filter(['plan', 'pay'], edit);
    assert.deepEqual([failed.documents, failed.failed], [[], 1]);
    await assert.rejects(client.filter(['plan'], { user: 'anne', relation: 'none' }), { name: 'SallyportError', status: 400 });
    await assert.rejects(client.filter(['plan'], { user: 'anne', store: 'other' }), { status: 404 });
    await assert.rejects(new Sallyport({ url: gate.gateway, key: await gate.key() }).filter(['plan'], { user: 'anne' }), { status: 403 });
    await assert.rejects(new Sallyport({ url: gate.gateway, key: 'wrong' }).filter(['plan'], { user: 'anne' }), { status: 401 });
    const nowhere = new Sallyport({ url: 'http://127.0.0.1:9', key: 'k' });
    await assert.rejects(
      nowhere.filter(['plan'], { user: 'anne' }),
      (error: unknown) => error instanceof SallyportError && error.status === 0,
    );
  });

  it('lists what may be read, whole or cut, and as filters of vector stores', async () => {
    const { ids, complete } = await client.allowed({ user: 'anne' });
    assert.deepEqual([ids, complete], [['menu', 'plan'], true]);
    const cut = await client.allowed({ user: 'anne', limit: 1 });
    assert.deepEqual([cut.ids.length, cut.complete], [1, false]);
    const predicate = async (format: 'qdrant' | 'pinecone' | 'milvus' | 'pgvector' | 'elasticsearch', user = 'anne'): Promise<unknown> =>
      (await client.predicate({ user, format, field: 'doc_id' })).predicate;
    assert.deepEqual(await predicate('qdrant'), { must: [{ key: 'doc_id', match: { any: ['menu', 'plan'] } }] });
    assert.deepEqual(await predicate('pinecone'), { doc_id: { $in: ['menu', 'plan'] } });
    assert.equal(await predicate('milvus'), 'doc_id in ["menu", "plan"]');
    assert.deepEqual(await predicate('pgvector'), { where: '"doc_id" = any ($1::text[])', params: [['menu', 'plan']] });
    // Nobody's filter matches nothing.
    assert.deepEqual(await predicate('elasticsearch', 'eve'), { terms: { doc_id: [] } });
    assert.deepEqual(await predicate('pinecone', 'eve'), { doc_id: { $in: [' nothing allowed '] } });
    await assert.rejects(client.predicate({ user: 'anne', format: 'qdrant', field: 'x; drop' }), { status: 400 });
  });

  it('checks and says why', async () => {
    const key = { user: 'user:anne', relation: 'viewer', object: 'document:plan' };
    assert.equal(await client.check(store, key), true);
    assert.equal((await client.why(store, key)).lines?.length, 2);
    assert.deepEqual((await client.why(store, { ...key, user: 'user:eve' })).nearest?.[0]?.tuples, [{ ...key, user: 'user:eve' }]);
  });

  it('makes an event at the point retrieval, with counts and commitments and no id', async () => {
    const { event } = await client.filter(['plan', 'secret-takeover'], { user: 'anne' });
    const shown = await gate.cli('events', 'show', event, '--json');
    const found = JSON.parse(shown.stdout) as { event?: object };
    const text = JSON.stringify(found);
    for (const expected of ['rag.filter', '"point":"retrieval"', '"asked":2', '"allowed":1', '"denied":1', '"commitment"', '"end_user"'])
      assert.ok(text.includes(expected), `${expected} in ${text}`);
    assert.ok(!text.includes('secret-takeover') && !text.includes('anne'));
  });

  it('wraps plain functions, and gives nothing when it is not known who asks', async () => {
    const search = withPermissions((query: string, _session: { user: string }) => IDS.filter((id) => id.includes(query)), {
      client,
      user: ([, session]) => session.user,
    });
    assert.deepEqual(await search('p', { user: 'anne' }), ['plan', 'plan']);
    assert.deepEqual(await search('p', { user: 'bert' }), ['pay']);
    await assert.rejects(search('p', { user: '' }), TypeError);
  });

  it('wraps retrievers of LangChain, in a chain', async () => {
    class Shelf extends LangChainRetriever {
      override readonly lc_namespace = ['test'];
      override async _getRelevantDocuments(query: string): Promise<Document[]> {
        return IDS.map((id) => new Document({ pageContent: `${query} ${id}`, metadata: { id } }));
      }
    }
    const fixed = new PermittedRetriever(new Shelf(), { client, user: 'anne' });
    assert.deepEqual(
      (await fixed.invoke('q')).map(({ pageContent }) => pageContent),
      ['q plan', 'q menu', 'q plan'],
    );
    const perRun = new PermittedRetriever(new Shelf(), {
      client,
      user: ({ metadata }) => (typeof metadata['user'] === 'string' ? metadata['user'] : ''),
    });
    const chain = perRun.pipe(RunnableLambda.from((documents: Document[]) => documents.map(({ metadata }) => String(metadata['id']))));
    assert.deepEqual(await chain.invoke('q', { metadata: { user: 'bert' } }), ['pay']);
    await assert.rejects(chain.invoke('q'), TypeError);
    // What is streamed of the run shows the permitted documents only.
    let events = '';
    for await (const event of fixed.streamEvents('q', { version: 'v2' })) events += JSON.stringify(event);
    assert.ok(events.includes('q plan') && !events.includes('q secret'));
  });

  it('wraps retrievers and query engines of LlamaIndex', async () => {
    class Shelf extends LlamaRetriever {
      readonly ids: readonly string[];
      constructor(ids: readonly string[]) {
        super();
        this.ids = ids;
      }
      override async _retrieve(): Promise<NodeWithScore[]> {
        return this.ids.map((id, i) => ({ node: new TextNode({ text: id, metadata: { id } }), score: 1 - i / 10 }));
      }
    }
    const idsOf = (nodes: NodeWithScore[]): unknown[] => nodes.map(({ node }) => node.metadata['id']);
    const retriever = permittedRetriever(new Shelf(IDS), { client, user: 'anne' });
    assert.deepEqual(idsOf(await retriever.retrieve({ query: 'q' })), ['plan', 'menu', 'plan']);
    const nodes = await new PermittedNodes({ client, user: 'bert' }).postprocessNodes(await new Shelf(IDS).retrieve({ query: 'q' }), 'q');
    assert.deepEqual(idsOf(nodes), ['pay']);
  });

  it('wraps retrieval tools of the Vercel AI SDK: the model gets only what the user may read', async () => {
    const { server, provider, seen } = await modelThatSearches();
    try {
      const search = tool({
        description: 'Finds documents.',
        inputSchema: jsonSchema<{ query: string }>({ type: 'object', properties: { query: { type: 'string' } } }),
        execute: async ({ query }: { query: string }) => ({ query, hits: IDS.map((id) => ({ id, text: `text of ${id}` })) }),
      });
      const guarded = permittedTool(search, { client, list: 'hits', user: 'anne' });
      const { steps } = await generateText({
        model: provider.chat('m'),
        prompt: 'find',
        tools: { search: guarded },
        stopWhen: stepCountIs(2),
      });
      assert.equal(steps.length, 2);
      const second = JSON.stringify(seen[1]);
      assert.ok(second.includes('text of plan') && second.includes('text of menu'));
      assert.ok(!second.includes('text of pay') && !second.includes('text of secret'));
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

/** A model behind a socket that calls the tool `search` first and then answers; keeps what it was sent. */
async function modelThatSearches(): Promise<{ server: Server; provider: ReturnType<typeof createOpenAI>; seen: unknown[] }> {
  const seen: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push(JSON.parse(Buffer.concat(chunks).toString()));
      const call = { id: 'call_1', type: 'function', function: { name: 'search', arguments: '{"query":"plans"}' } };
      const message = seen.length === 1 ? { role: 'assistant', content: null, tool_calls: [call] } : { role: 'assistant', content: 'done' };
      const choice = { index: 0, message, finish_reason: seen.length === 1 ? 'tool_calls' : 'stop' };
      const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [choice], usage }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, provider: createOpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'k' }), seen };
}
