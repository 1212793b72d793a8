/**
 * Every string leaf of the real SDKs' types, filled with a canary, must come out as a part or slot, or be gone from what is forwarded,
 * or stand in `sdk-opaque.json`, the exact list of what passes unscanned. A field that an SDK adds and that we would let pass makes
 * this fail, because it is not in that list; so does an entry that no longer exists.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { parseSync } from '@swc/core';
import type { JsonObject } from '../kernel/index.ts';
import { openStream, readReply, readRequest, type Api, type StreamApi, type StreamCodec } from './index.ts';
import { OPAQUE_FIELDS, UNSCANNED_PAYLOADS } from './fields.ts';

const require = createRequire(import.meta.url);

// ---- a small reader of type declarations ----

type Node = { type: string; [key: string]: any }; // oxlint-disable-line typescript/no-explicit-any -- the parser's tree
type Scope = { readonly file: string; readonly names: Map<string, Node[]>; readonly spaces: Map<string, Scope>; readonly parent?: Scope };

const files = new Map<string, Scope>();

function load(file: string): Scope {
  const known = files.get(file);
  if (known !== undefined) return known;
  const scope: Scope = { file, names: new Map(), spaces: new Map() };
  files.set(file, scope);
  const module = parseSync(readFileSync(file, 'utf8'), { syntax: 'typescript', dts: true } as never) as unknown as Node;
  declare(scope, module['body'] as Node[]);
  return scope;
}

function declare(scope: Scope, body: Node[]): void {
  for (const statement of body) {
    const node: Node = statement.type === 'ExportDeclaration' ? statement['declaration'] : statement;
    const name = (node['id']?.value ?? node['identifier']?.value) as string | undefined;
    if (node.type === 'ImportDeclaration') {
      for (const specifier of node['specifiers'] as Node[]) {
        const original = specifier['imported']?.value ?? specifier['local'].value;
        add(scope, specifier['local'].value, {
          type: 'Imported',
          from: node['source'].value,
          star: specifier.type === 'ImportNamespaceSpecifier',
          name: original,
        });
      }
    } else if (node.type === 'TsModuleDeclaration' && name !== undefined) {
      const inner: Scope = scope.spaces.get(name) ?? { file: scope.file, names: new Map(), spaces: new Map(), parent: scope };
      scope.spaces.set(name, inner);
      declare(inner, node['body'].body as Node[]);
    } else if (name !== undefined) add(scope, name, node);
  }
}

function add(scope: Scope, name: string, node: Node): void {
  scope.names.set(name, [...(scope.names.get(name) ?? []), node]);
}

type Found = { readonly nodes: Node[]; readonly scope: Scope; readonly name: string };

function find(scope: Scope, path: readonly string[]): Found {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = findIn(at, path);
    if (found !== undefined) return found;
  }
  throw new Error(`type ${path.join('.')} not found from ${scope.file}`);
}

function findIn(scope: Scope, path: readonly string[]): Found | undefined {
  const [head = '', ...rest] = path;
  const imported = scope.names.get(head)?.find((node) => node.type === 'Imported');
  if (imported !== undefined) {
    const target = load(join(dirname(scope.file), String(imported['from']).replace(/\.m?js$/, '.d.ts')));
    return findIn(target, imported['star'] ? rest : [imported['name'], ...rest]);
  }
  if (rest.length > 0) {
    const space = scope.spaces.get(head);
    return space === undefined ? undefined : findIn(space, rest);
  }
  const nodes = scope.names.get(head);
  return nodes === undefined ? undefined : { nodes, scope, name: [...spacePath(scope), head].join('.') };
}

function spacePath(scope: Scope): string[] {
  if (scope.parent === undefined) return [];
  for (const [name, space] of scope.parent.spaces) if (space === scope) return [...spacePath(scope.parent), name];
  return [];
}

// ---- values that have every leaf ----

type Filler = { canary(owner: string): string };
type Fill = { readonly scope: Scope; readonly owner: string; readonly stack: readonly string[]; readonly filler: Filler };

const leafCount = { strings: 0 };

/** All variants that together have every leaf of the type. Lists hold all variants of their element. */
function variants(type: Node, at: Fill): unknown[] {
  switch (type.type) {
    case 'TsKeywordType':
      return keyword(type['kind'], at);
    case 'TsLiteralType':
      return [type['literal'].type === 'TemplateLiteral' ? 'template' : type['literal'].value];
    case 'TsParenthesizedType':
      return variants(type['typeAnnotation'], at);
    case 'TsArrayType':
      return [variants(type['elemType'], at)];
    case 'TsUnionType':
      return union(type['types'], at);
    case 'TsIntersectionType':
      return intersection(type['types'], at);
    case 'TsTypeLiteral':
      return members(type['members'], at);
    case 'TsTypeReference':
      return reference(type, at);
    case 'TsTypeOperator':
      return variants(type['typeAnnotation'], at);
    case 'TsIndexedAccessType':
      return [at.filler.canary(at.owner)];
    default:
      throw new Error(`a form of type that this test cannot read: ${type.type} at ${at.owner}`);
  }
}

function keyword(kind: string, at: Fill): unknown[] {
  if (kind === 'string') return [at.filler.canary(at.owner)];
  if (kind === 'number') return [1];
  if (kind === 'boolean') return [true];
  if (kind === 'null' || kind === 'undefined') return [null];
  if (kind === 'unknown' || kind === 'any' || kind === 'object') return [free(at)];
  throw new Error(`keyword ${kind}`);
}

function free(at: Fill): JsonObject {
  const canary = (part: string): string => at.filler.canary(`${at.owner}.<${part}>`);
  return {
    [canary('name')]: canary('value'),
    type: canary('type'),
    id: canary('id'),
    list: [canary('item'), { [canary('inner name')]: canary('inner') }],
  };
}

function union(types: Node[], at: Fill): unknown[] {
  const literals = types.filter((type) => type.type === 'TsLiteralType');
  const others = types.filter((type) => type.type !== 'TsLiteralType');
  const first = literals[0] === undefined ? [] : variants(literals[0], at);
  const all = [...others.flatMap((type) => variants(type, at)).filter((value) => value !== null), ...first];
  return all.length === 0 ? [null] : all;
}

function intersection(types: Node[], at: Fill): unknown[] {
  if (types.some((type) => type.type === 'TsKeywordType' && type['kind'] === 'string')) return [at.filler.canary(at.owner)];
  return combine(types.map((type) => variants(type, at) as JsonObject[]));
}

function reference(type: Node, at: Fill): unknown[] {
  const path = pathOf(type['typeName']);
  const args = (type['typeParams']?.params ?? []) as Node[];
  if (path[0] === 'Array' || path[0] === 'ReadonlyArray') return [variants(args[0] as Node, at)];
  if (path[0] === 'Record') return [{ [at.filler.canary(`${at.owner}.<name>`)]: variants(args[1] as Node, at)[0] }];
  const found = find(at.scope, path);
  const id = `${found.scope.file}#${found.name}`;
  if (at.stack.includes(id)) return [];
  const inner: Fill = { ...at, scope: found.scope, owner: found.name, stack: [...at.stack, id] };
  const node = found.nodes.find((each) => each.type !== 'Imported') as Node;
  if (node.type === 'TsTypeAliasDeclaration')
    return variants(node['typeAnnotation'], at.stack.length === 0 ? inner : { ...inner, owner: at.owner });
  if (node.type === 'TsInterfaceDeclaration') {
    const bases = (node['extends'] as Node[]).map(
      (base) => variants({ type: 'TsTypeReference', typeName: base['expression'] }, inner) as JsonObject[],
    );
    return combine([...bases, members(node['body'].body, inner) as JsonObject[]]);
  }
  throw new Error(`a declaration that this test cannot read: ${node.type} ${found.name}`);
}

function pathOf(name: Node): string[] {
  if (name.type === 'TsQualifiedName') return [...pathOf(name['left']), name['right'].value];
  if (name.type === 'MemberExpression') return [...pathOf(name['object']), name['property'].value];
  return [name['value']];
}

function members(list: Node[], at: Fill): unknown[] {
  const fields: [string, unknown[]][] = [];
  for (const member of list) {
    if (member.type === 'TsIndexSignature') {
      const value = variants(member['typeAnnotation'].typeAnnotation, at);
      fields.push([at.filler.canary(`${at.owner}.<name>`), value]);
    } else if (member.type === 'TsPropertySignature') {
      const name = member['key'].value as string;
      const inner = { ...at, owner: `${at.owner}.${name}` };
      fields.push([name, variants(member['typeAnnotation'].typeAnnotation, inner)]);
    } else throw new Error(`a member that this test cannot read: ${member.type} at ${at.owner}`);
  }
  const most = Math.max(1, ...fields.map(([, values]) => values.length));
  return Array.from({ length: most }, (_, i) => {
    const object: JsonObject = {};
    for (const [name, values] of fields) {
      const value = values[i] ?? values[0];
      if (value !== undefined) object[name] = value as never;
    }
    return object;
  });
}

/** Merges the variants of base types and own members, one of each at a time. */
function combine(parts: JsonObject[][]): JsonObject[] {
  const most = Math.max(1, ...parts.map((each) => each.length));
  return Array.from({ length: most }, (_, i) => Object.assign({}, ...parts.map((each) => each[i] ?? each[0] ?? {})) as JsonObject);
}

// ---- canaries ----

type Canaries = Filler & { readonly owners: Map<string, string> };

function canaries(make: (n: string) => string): Canaries {
  const owners = new Map<string, string>();
  return {
    owners,
    canary(owner) {
      const text = make(String(owners.size).padStart(6, '0'));
      owners.set(text, owner);
      leafCount.strings++;
      return text;
    },
  };
}

/** One word: what may pass in an opaque field. */
const word = (): Canaries => canaries((n) => `canary${n}x`);
/** A text: may pass nowhere unread. */
const sentence = (): Canaries => canaries((n) => `cañary ${n} x`);

type Root = {
  readonly title: string;
  readonly file: string;
  readonly type: readonly string[];
  readonly read: (value: JsonObject) => { seen: string[]; sent: string };
};

function declarationFile(path: string): string {
  const name = path.startsWith('@') ? path.split('/').slice(0, 2).join('/') : (path.split('/')[0] ?? '');
  return join(dirname(require.resolve(name)), path.slice(name.length + 1));
}

/** The owners of canaries that are sent on and that nothing has seen. */
function unseen(root: Root, filler: Canaries): Set<string> {
  const values = variants(
    {
      type: 'TsTypeReference',
      typeName: root.type.slice(1).reduce<Node>((left, right) => ({ type: 'TsQualifiedName', left, right: { value: right } }), {
        type: 'Identifier',
        value: root.type[0],
      }),
    },
    { scope: load(declarationFile(root.file)), owner: root.title, stack: [], filler },
  );
  const left = new Set<string>();
  const pattern = /canary\d{6}x|cañary \d{6} x/g;
  for (const value of values) {
    const { seen, sent } = root.read(structuredClone(value) as JsonObject);
    const found = new Set(seen.join('\u0000').match(pattern));
    for (const canary of sent.match(pattern) ?? []) if (!found.has(canary)) left.add(filler.owners.get(canary) ?? canary);
  }
  return left;
}

const request = (api: Api) => (body: JsonObject) => {
  const read = readRequest(api, body);
  assert.ok(read.ok, `${api}: ${read.ok ? '' : read.message}`);
  return { seen: read.request.parts.map((part) => part.text), sent: JSON.stringify(body) };
};

const reply = (api: Api) => (body: JsonObject) => {
  const read = readReply(api, body);
  assert.equal(read.malformed, undefined);
  return { seen: read.parts.map((part) => part.text), sent: JSON.stringify(body) };
};

/** Reads one event after what the API sends before such an event. */
const event = (api: StreamApi) => (data: JsonObject) => {
  const codec = openStream(api);
  prepare(codec, api, data);
  const item = codec.read({ data });
  assert.equal(item.malformed, undefined, `${api} ${JSON.stringify(data['type'])}: ${item.malformed}`);
  return { seen: item.slots.map((slot) => slot.text), sent: JSON.stringify(codec.write(item)) };
};

function prepare(codec: StreamCodec, api: StreamApi, data: JsonObject): void {
  if (api === 'responses' && !JSON.stringify(data['type']).startsWith('"response.output_item')) {
    codec.read({
      data: {
        type: 'response.output_item.added',
        output_index: 1,
        item: { type: 'mcp_call', id: 'i', name: 'n', arguments: '', server_label: 's' },
      },
    });
  }
  if (api !== 'messages' || (data['type'] !== 'content_block_delta' && data['type'] !== 'content_block_stop')) return;
  const delta = data['delta'] as JsonObject | undefined;
  const block: JsonObject =
    delta?.['type'] === 'input_json_delta' ? { type: 'tool_use', id: 'i', name: 'n', input: {} } : { type: 'text', text: '' };
  codec.read({ data: { type: 'content_block_start', index: 1, content_block: block } });
}

const CHAT = 'openai/resources/chat/completions/completions.d.ts';
const OPENAI = 'openai/resources/';
const ANTHROPIC = '@anthropic-ai/sdk/resources/';
const ROOTS: readonly Root[] = [
  { title: 'openai', file: CHAT, type: ['ChatCompletionCreateParams'], read: request('chat') },
  { title: 'openai', file: CHAT, type: ['ChatCompletion'], read: reply('chat') },
  { title: 'openai', file: CHAT, type: ['ChatCompletionChunk'], read: event('chat') },
  { title: 'openai', file: `${OPENAI}completions.d.ts`, type: ['CompletionCreateParams'], read: request('completions') },
  { title: 'openai', file: `${OPENAI}completions.d.ts`, type: ['Completion'], read: reply('completions') },
  { title: 'openai', file: `${OPENAI}completions.d.ts`, type: ['Completion'], read: event('completions') },
  { title: 'openai', file: `${OPENAI}responses/responses.d.ts`, type: ['ResponseCreateParams'], read: request('responses') },
  { title: 'openai', file: `${OPENAI}responses/responses.d.ts`, type: ['Response'], read: reply('responses') },
  { title: 'openai', file: `${OPENAI}responses/responses.d.ts`, type: ['ResponseStreamEvent'], read: event('responses') },
  { title: 'openai', file: `${OPENAI}embeddings.d.ts`, type: ['EmbeddingCreateParams'], read: request('embeddings') },
  { title: 'openai', file: `${OPENAI}embeddings.d.ts`, type: ['CreateEmbeddingResponse'], read: reply('embeddings') },
  { title: 'openai', file: `${OPENAI}moderations.d.ts`, type: ['ModerationCreateParams'], read: request('moderations') },
  { title: 'openai', file: `${OPENAI}moderations.d.ts`, type: ['ModerationCreateResponse'], read: reply('moderations') },
  { title: 'anthropic', file: `${ANTHROPIC}messages/messages.d.ts`, type: ['MessageCreateParams'], read: request('messages') },
  { title: 'anthropic', file: `${ANTHROPIC}messages/messages.d.ts`, type: ['Message'], read: reply('messages') },
  { title: 'anthropic', file: `${ANTHROPIC}messages/messages.d.ts`, type: ['RawMessageStreamEvent'], read: event('messages') },
  { title: 'anthropic', file: `${ANTHROPIC}messages/messages.d.ts`, type: ['MessageCountTokensParams'], read: request('count_tokens') },
  { title: 'anthropic', file: `${ANTHROPIC}messages/messages.d.ts`, type: ['MessageTokensCount'], read: reply('count_tokens') },
  { title: 'anthropic beta', file: `${ANTHROPIC}beta/messages/messages.d.ts`, type: ['MessageCreateParams'], read: request('messages') },
  { title: 'anthropic beta', file: `${ANTHROPIC}beta/messages/messages.d.ts`, type: ['BetaMessage'], read: reply('messages') },
  {
    title: 'anthropic beta',
    file: `${ANTHROPIC}beta/messages/messages.d.ts`,
    type: ['BetaRawMessageStreamEvent'],
    read: event('messages'),
  },
  {
    title: 'anthropic beta',
    file: `${ANTHROPIC}beta/messages/messages.d.ts`,
    type: ['MessageCountTokensParams'],
    read: request('count_tokens'),
  },
];

const pinned = (): string[] => JSON.parse(readFileSync(new URL('./sdk-opaque.json', import.meta.url), 'utf8')) as string[];

test('a text passes unread in no field of the SDKs', () => {
  const left = ROOTS.flatMap((root) => [...unseen(root, sentence())]);
  assert.deepEqual([...new Set(left)].sort(), []);
});

test('a word passes unread exactly in the fields of sdk-opaque.json', () => {
  const left = new Set(ROOTS.flatMap((root) => [...unseen(root, word())]));
  assert.deepEqual([...left].sort(), pinned());
});

test('each field of sdk-opaque.json is in the named list, with a reason', () => {
  const list = [...OPAQUE_FIELDS, ...UNSCANNED_PAYLOADS];
  const named = new Set(list.map((entry) => entry.field));
  for (const owner of pinned()) assert.ok(named.has(owner.split('.').at(-1) ?? ''), owner);
  for (const entry of list) assert.ok(entry.reason.length > 20, entry.field);
});

test('the reader of declarations sees the SDKs: leaves by the thousand, inherited and nested ones too', () => {
  assert.ok(leafCount.strings > 10_000, String(leafCount.strings));
  const blind = (type: string): Set<string> =>
    unseen({ title: 'x', file: CHAT, type: [type], read: (value) => ({ seen: [], sent: JSON.stringify(value) }) }, word());
  assert.ok(blind('ChatCompletionMessage').has('ChatCompletionMessage.content'));
  const inherited = blind('ChatCompletionCreateParamsStreaming');
  for (const owner of [
    'ChatCompletionCreateParamsBase.model',
    'ChatCompletionContentPart.File.File.filename',
    'FunctionDefinition.description',
  ]) {
    assert.ok(inherited.has(owner), owner);
  }
});
