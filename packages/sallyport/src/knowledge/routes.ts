import { parser, Type, type Json, type Route } from '../kernel/index.ts';
import { LABELS, STATES, type State } from './document.ts';
import { fail } from './errors.ts';
import { PAGE, type Knowledge, type NewDocument } from './service.ts';

const GIVEN = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, description: 'File name; with its ending where the format is text.' }),
    text: Type.Optional(Type.String({ description: 'The document, when it is text.' })),
    bytes: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$', description: 'The document in base64.' })),
    media: Type.Optional(Type.String({ maxLength: 100, description: 'Media type, when the name does not say.' })),
    source: Type.Optional(Type.String({ maxLength: 200, description: 'Where it comes from: an address, a folder, a system.' })),
    object: Type.Optional(
      Type.String({
        maxLength: 256,
        pattern: '^[^\\s:#]+:[^\\s#]+$',
        description: 'Its object in the authorization store, such as document:handbook.',
      }),
    ),
    label: Type.Optional(Type.Enum([...LABELS], { description: 'The least label that it gets.' })),
  },
  { additionalProperties: false },
);
const parseGiven = parser(GIVEN);
const WHY = Type.Object(
  { why: Type.String({ minLength: 3, maxLength: 250, description: 'The reason, for the record.' }) },
  { additionalProperties: false },
);
const parseWhy = parser(WHY);
const LIST = Type.Object(
  {
    state: Type.Optional(Type.Enum([...STATES])),
    after: Type.Optional(Type.String({ maxLength: 64, description: 'Id of the last document of the page before.' })),
  },
  { additionalProperties: false },
);

/** A document in base64, and something around it. */
const BODY_BYTES = 48 * 1024 * 1024;

/** The control routes of documents: of the caller's tenant, and of the datasets that he is held to. */
export function knowledgeRoutes(knowledge: Knowledge): readonly Route[] {
  const json = (value: unknown): { json: Json } => ({ json: value as Json });
  return [
    {
      method: 'POST',
      path: '/api/knowledge/check',
      summary: 'Checks a document and keeps nothing of it.',
      authority: { permission: 'knowledge:write' },
      body: GIVEN,
      bodyBytes: BODY_BYTES,
      handler: async ({ caller, body }) => json(await knowledge.check(caller, givenOf(body))),
    },
    {
      method: 'POST',
      path: '/api/knowledge/documents',
      summary: 'Checks a document on its way into a knowledge base, and records it with its verdict: accept, quarantine or reject.',
      authority: { permission: 'knowledge:write' },
      body: GIVEN,
      bodyBytes: BODY_BYTES,
      handler: async ({ caller, body }) => ({ status: 201, ...json(await knowledge.add(caller, givenOf(body), caller.principal)) }),
    },
    {
      method: 'GET',
      path: '/api/knowledge/documents',
      summary: `Documents, newest first, ${PAGE} at a time, and how many are in each state.`,
      authority: { permission: 'knowledge:read' },
      query: LIST,
      async handler({ caller, query }) {
        const { state, after } = query as { state?: State; after?: string };
        const documents = await knowledge.list(caller, {
          ...(state === undefined ? {} : { state }),
          ...(after === undefined ? {} : { after }),
        });
        return json({ documents, counts: await knowledge.counts(caller) });
      },
    },
    {
      method: 'GET',
      path: '/api/knowledge/documents/:id',
      summary: 'One document: verdict, label, reasons.',
      authority: { permission: 'knowledge:read' },
      handler: async ({ caller, params }) => json(await knowledge.get(caller, params['id'] ?? '')),
    },
    {
      method: 'GET',
      path: '/api/knowledge/documents/:id/lineage',
      summary: 'What became of a document, and the answers that were made from it.',
      authority: { permission: 'knowledge:read' },
      handler: async ({ caller, params }) => json(await knowledge.lineage(caller, params['id'] ?? '')),
    },
    {
      method: 'GET',
      path: '/api/knowledge/documents/:id/excerpts',
      summary: 'What was found in a document, in its own words. Reading it is an event.',
      authority: { permission: 'content:read' },
      handler: async ({ caller, params }) => json({ excerpts: await knowledge.excerpts(caller, params['id'] ?? '', caller.principal) }),
    },
    {
      method: 'GET',
      path: '/api/knowledge/documents/:id/content',
      summary: 'The bytes of a kept document, in base64. Reading them is an event.',
      authority: { permission: 'content:read' },
      handler: async ({ caller, params }) =>
        json({ bytes: Buffer.from(await knowledge.content(caller, params['id'] ?? '', caller.principal)).toString('base64') }),
    },
    {
      method: 'POST',
      path: '/api/knowledge/documents/:id/release',
      summary: 'Lets a document out of quarantine.',
      authority: { permission: 'knowledge:release' },
      body: WHY,
      handler: async ({ caller, params, body }) => json(await knowledge.release(caller, params['id'] ?? '', caller.principal, whyOf(body))),
    },
    {
      method: 'POST',
      path: '/api/knowledge/documents/:id/quarantine',
      summary: 'Takes a document out of use, for what was found later. Its lineage names the answers that used it.',
      authority: { permission: 'knowledge:release' },
      body: WHY,
      handler: async ({ caller, params, body }) =>
        json(await knowledge.quarantine(caller, params['id'] ?? '', caller.principal, whyOf(body))),
    },
    {
      method: 'DELETE',
      path: '/api/knowledge/documents/:id',
      summary: 'Erases what is kept of a document. That it was there, and its events, stay.',
      authority: { permission: 'content:erase' },
      async handler({ caller, params }) {
        await knowledge.erase(caller, params['id'] ?? '', caller.principal);
        return json({ erased: true });
      },
    },
    {
      method: 'GET',
      path: '/api/knowledge/sharing',
      summary: 'Sensitive documents that many may read, and readers that no group explains.',
      authority: { permission: 'knowledge:read' },
      handler: async ({ caller }) => json(await knowledge.sharing(caller)),
    },
  ];
}

function givenOf(body: unknown): NewDocument {
  const parsed = parseGiven(body);
  if (!parsed.ok) throw fail('KNOWLEDGE_INVALID', { say: parsed.problems.map((p) => `${p.pointer} ${p.message}`.trim()).join('; ') });
  const { name, text, bytes, media, source, object, label } = parsed.value;
  if ((text === undefined) === (bytes === undefined)) throw fail('KNOWLEDGE_INVALID', { say: 'Give either text or bytes.' });
  return {
    name,
    bytes: text === undefined ? Buffer.from(bytes ?? '', 'base64') : Buffer.from(text),
    ...(media === undefined ? {} : { media }),
    ...(source === undefined ? {} : { source }),
    ...(object === undefined ? {} : { object }),
    ...(label === undefined ? {} : { label }),
  };
}

function whyOf(body: unknown): string {
  const parsed = parseWhy(body);
  if (!parsed.ok) throw fail('KNOWLEDGE_INVALID', { say: 'Say why.' });
  return parsed.value.why;
}
