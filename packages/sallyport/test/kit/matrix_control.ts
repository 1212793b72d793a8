import type { Ids } from './world.ts';

/** How a route is asked with the things of one tenant. */
export type Entry = {
  /** Values of the path's parameters, in their order. */
  readonly params?: (ids: Ids) => readonly string[];
  readonly query?: (ids: Ids) => string;
  readonly body?: (ids: Ids) => object;
  readonly cookie?: (ids: Ids) => string;
  readonly headers?: (ids: Ids) => Readonly<Record<string, string>>;
  /** What whoever may call it is answered with his own tenant's ids; any success when absent. */
  readonly own?: readonly number[];
  /** Another tenant's id is no error here: the answer is as empty as for one that nobody has. */
  readonly quiet?: true;
  /** Lines without an end: read for a moment. */
  readonly lines?: true;
  /** Says that it is another tenant's, and why that tells nobody anything. */
  readonly tells?: string;
  /** What it takes is itself the proof, whoever brings it: another tenant's is not tried. */
  readonly bearer?: true;
  /** It ends the session that asks: asked by this role alone. */
  readonly by?: 'administrator' | 'viewer';
};

const id =
  (...names: (keyof Ids)[]) =>
  (ids: Ids): string[] =>
    names.map((name) => ids[name]);
const named = (...names: string[]) => ({ params: (): string[] => names });
const body = (value: object): Pick<Entry, 'body'> => ({ body: () => value });
/** A key, an agent or the machine has no account of its own at a third party, no factor and no consent to give. */
const PERSON = { own: [200, 201, 403] } as const;
/** Stands for a name that nothing has yet. */
export const UNIQUE = 'matrix-unique';
const FGA = { params: id('fgaStore') };
const TUPLE = { user: 'user:anna', relation: 'viewer', object: 'document:plan' };
const SUBJECT = { type: 'user', id: 'anna' };
const RESOURCE = { type: 'document', id: 'plan' };
const ACTION = { name: 'viewer' };
const ANSWER = { response: { id: 'x', rawId: 'x', type: 'public-key', response: {}, clientExtensionResults: {} } };

/** Every control route, in an order in which each still finds what it is about. */
export const CONTROL: Readonly<Record<string, Entry>> = {
  'GET /api/openapi.json': {},
  'GET /api/about': {},
  'GET /api/about/sbom': {},
  'GET /api/settings': {},
  'GET /api/first-request': {},
  'GET /api/guards': {},
  'PUT /api/guards/:id': { ...named('secrets'), ...body({ threshold: null, base: 0 }), own: [200, 403, 409] },
  'POST /api/guards/:id/try': { ...named('secrets'), ...body({ threshold: 0.9 }) },
  'GET /api/demo': {},
  'PUT /api/demo': {},
  'DELETE /api/demo': {},
  'GET /api/mcp/servers': {},
  'GET /api/mcp/pins': {},
  'GET /api/mcp/history': { query: () => 'server=mail' },
  'GET /api/mcp/principals': {},
  'GET /api/mcp/reach': { query: ({ principal }) => `who=${principal}`, own: [200, 404] },
  'GET /api/runs': {},
  // No agent has called a tool.
  'GET /api/runs/:id': { ...named('run_00000000000000000000000000000000'), own: [404] },
  // No server is configured: there is nothing to answer for.
  'POST /api/mcp/pins/approve': { ...body({ pins: [{ server: 'mail', kind: 'tool', name: 'send', hash: '0'.repeat(64) }] }), own: [404] },
  'POST /api/mcp/pins/reject': { ...body({ pins: [{ server: 'mail', kind: 'tool', name: 'send', hash: '0'.repeat(64) }] }), own: [404] },
  'GET /api/scans': {},
  'GET /api/scans/findings': { query: ({ project }) => `project=${project}`, quiet: true },
  'GET /api/scans/packages': { query: ({ project }) => `project=${project}`, quiet: true },
  'POST /api/scans': body({ project: 'matrix', kind: 'code', version: '1', files: 0, notScanned: 0, findings: [], packages: [] }),
  'DELETE /api/scans': { query: ({ project }) => `project=${project}`, own: [200, 404] },
  'GET /api/prices': {},
  'GET /api/spending': {},
  'GET /api/audit': {},
  'GET /api/audit/heads': {},
  'GET /api/providers': {},
  'POST /api/providers/:name/test': named('practice'),
  'GET /api/provider-keys': {},
  'PUT /api/provider-keys/:name': { ...named('matrix'), ...body({ key: 'sk-matrix-0123456789' }) },
  'DELETE /api/provider-keys/:name': { ...named('matrix'), own: [200, 404] },
  'GET /api/keys': {},
  'POST /api/keys': { body: () => ({ name: UNIQUE }) },
  'GET /api/agents': {},
  'POST /api/agents': { body: (ids) => ({ name: UNIQUE, purpose: 'x', owner: ids.person }) },
  'PUT /api/agents/:id': { params: id('agent'), ...body({ tools: ['mail_*'] }) },
  'GET /api/access': {},
  'POST /api/access': { body: ({ agent }) => ({ kind: 'agent', id: agent, decision: 'confirm' }) },
  'POST /api/agents/:id/keys': {
    params: id('agent'),
    ...body({ jwk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' } }),
    own: [201, 400],
  },
  'POST /api/agents/:id/workloads': {
    params: id('agent'),
    ...body({ issuer: 'https://token.actions.githubusercontent.com', subject: 'repo:a/b' }),
  },
  'GET /api/clients': {},
  'POST /api/clients': { body: () => ({ name: UNIQUE, redirectUris: ['https://app.example/back'] }) },
  'GET /api/grants': {},
  'GET /api/people': {},
  'GET /api/roles': {},
  'DELETE /api/roles/:name': { params: id('role') },
  // A name is free in each tenant: another's would stand in the own events.
  'PUT /api/roles/:name': {
    ...{ params: id('role'), ...body({ permissions: ['events:read'] }), quiet: true, bearer: true },
    tells: 'says the name back that was given',
  },
  'POST /api/people/invitations': body({ role: 'viewer' }),
  'POST /api/people/way-in': body({}),
  'POST /api/signing-keys': body({}),
  'GET /api/sessions': {},
  'GET /api/session': {},
  'POST /api/session': { ...body({ name: 'nobody', password: 'not the password' }), own: [401, 429] },
  'POST /api/session/recovery': { ...body({ name: 'nobody', code: 'AAAA', password: 'some words that nobody guesses' }), own: [401, 429] },
  'POST /api/session/passkey/ask': body({}),
  'POST /api/session/passkey': { ...body(ANSWER), own: [401, 429] },
  'POST /api/session/proof': { ...body({ password: 'not the password' }), own: [400, 401, 403, 429] },
  'GET /api/session/grants': PERSON,
  'GET /api/session/factor': PERSON,
  'POST /api/session/factor': PERSON,
  'PUT /api/session/factor': { ...body({ code: '000000' }), own: [400, 403] },
  'DELETE /api/session/factor': PERSON,
  'GET /api/session/providers': {},
  'POST /api/session/provider': { body: ({ upstream: provider }) => ({ provider }), bearer: true, own: [404, 502] },
  'POST /api/session/provider/answer': { ...body({ provider: 'x', proof: 'x', state: 'x' }), own: [400] },
  'GET /api/sign-in-providers': {},
  'POST /api/sign-in-providers': { ...body({ name: 'x', issuer: 'https://localhost', clientId: 'x' }), own: [400, 401, 502] },
  'GET /api/session/accounts': PERSON,
  'POST /api/session/accounts/begin': { body: ({ upstream: provider }) => ({ provider, purpose: 'prove' }), own: [502] },
  'POST /api/session/accounts': { ...body({ provider: 'x', proof: 'x', state: 'x' }), own: [400, 403] },
  'DELETE /api/session/accounts/:id': { params: id('upstreamLink') },
  'DELETE /api/sign-in-providers/:id': { params: id('upstream') },
  'GET /api/session/conversations': PERSON,
  'DELETE /api/session/conversations': PERSON,
  'GET /api/session/passkeys': PERSON,
  'POST /api/session/passkeys/begin': PERSON,
  'POST /api/session/passkeys': { ...body({ name: 'x', ...ANSWER }), own: [400, 403] },
  'GET /api/events': {},
  'GET /api/events/follow': { lines: true },
  'GET /api/events/:uid': { params: id('event') },
  'GET /api/events/:uid/content': { params: id('event'), quiet: true },
  'GET /api/events/:uid/proof': { params: id('event') },
  'GET /api/feedback': {},
  'POST /api/feedback': { body: ({ event }) => ({ event, verdict: 'missed', rule: 'us_ssn', text: 'x' }) },
  'GET /api/feedback/effect': { query: ({ feedback }) => `id=${feedback}` },
  'POST /api/feedback/:id/apply': { params: id('feedback'), own: [200, 409] },
  'POST /api/feedback/:id/undo': { params: id('feedback'), own: [200, 409] },
  'GET /api/policy': {},
  'POST /api/policy/modes': body({ rules: 'all', mode: 'configured' }),
  'POST /api/policy/explain': { body: ({ event }) => ({ event }) },
  'GET /api/policy/rollout': {},
  'GET /api/policy/replay': { query: () => 'rule=injection-prompt', own: [200, 404] },
  'GET /api/policy/text': {},
  'PUT /api/policy/text': { ...body({ text: '', base: 0 }), own: [200, 400, 409] },
  'POST /api/policy/text/check': body({ text: '' }),
  'POST /api/policy/text/try': body({ text: '' }),
  'POST /api/playground': { ...body({ request: { model: 'practice/echo', messages: [{ role: 'user', content: 'hi' }] } }) },
  'GET /api/playground/attacks': {},
  'GET /api/approvals': {},
  'GET /api/approvals/:id': { params: id('approval') },
  'POST /api/approval-links/look': { body: ({ approvalLink: token }) => ({ token }) },
  'POST /api/approval-links/answer': { body: ({ approvalLink: token }) => ({ token, decision: 'approve' }) },
  'POST /api/approvals/:id/answer': { params: id('approval'), ...body({ decision: 'reject' }), own: [200, 409] },
  'GET /api/approval-grants': {},
  'DELETE /api/approval-grants/:id': { params: id('approvalGrant') },
  'GET /api/connections': {},
  'GET /api/connection-services': {},
  'POST /api/connections/:name/consent': { ...named('things'), own: [400, 403, 409] },
  'POST /api/connection-consents': { ...body({ state: 'x', code: 'y' }), own: [400, 403, 409] },
  'PUT /api/connections/:name/key': { ...named('things'), ...body({ key: 'another-key-0123456789' }), own: [200, 400] },
  'PUT /api/connections/:name/agents': { ...named('things'), body: ({ agent }) => ({ agents: [agent] }), quiet: true, own: [200, 404] },
  'POST /api/connection-keys/rotate': {},
  'DELETE /api/connections/:name/account': { ...named('things'), own: [200, 400, 404] },
  'GET /api/knowledge/documents': {},
  'GET /api/knowledge/sharing': {},
  'POST /api/knowledge/check': body({ name: 'a.txt', text: 'A text.' }),
  'POST /api/knowledge/documents': body({ name: 'a.txt', text: 'A text.' }),
  'GET /api/knowledge/documents/:id': { params: id('document') },
  'GET /api/knowledge/documents/:id/lineage': { params: id('document') },
  'GET /api/knowledge/documents/:id/excerpts': { params: id('document'), own: [200, 404] },
  'GET /api/knowledge/documents/:id/content': { params: id('document'), own: [200, 404] },
  'POST /api/knowledge/documents/:id/quarantine': { params: id('document'), ...body({ why: 'It looks odd.' }) },
  'POST /api/knowledge/documents/:id/release': { params: id('document'), ...body({ why: 'It is fine.' }) },
  'DELETE /api/knowledge/documents/:id': { params: id('document') },
  'GET /api/fga/stores': {},
  'POST /api/fga/stores': body({ name: 'matrix' }),
  'POST /api/fga/model-from-text': body({ text: 'model\n  schema 1.1\ntype user\n' }),
  'POST /api/fga/text-from-model': body({ model: { schema_version: '1.1', type_definitions: [{ type: 'user' }] } }),
  'GET /api/fga/stores/:store': FGA,
  'GET /api/fga/stores/:store/changes': { ...FGA, quiet: true },
  'GET /api/fga/stores/:store/authorization-models': { ...FGA, quiet: true },
  'GET /api/fga/stores/:store/authorization-models/:id': { params: id('fgaStore', 'fgaModel') },
  'POST /api/fga/stores/:store/authorization-models': {
    ...FGA,
    ...body({
      schema_version: '1.1',
      type_definitions: [
        { type: 'user' },
        {
          type: 'document',
          relations: { viewer: { this: {} } },
          metadata: { relations: { viewer: { directly_related_user_types: [{ type: 'user' }] } } },
        },
      ],
    }),
  },
  'GET /api/fga/stores/:store/assertions/:id': { params: id('fgaStore', 'fgaModel'), quiet: true },
  'PUT /api/fga/stores/:store/assertions/:id': { params: id('fgaStore', 'fgaModel'), ...body({ assertions: [] }) },
  'POST /api/fga/stores/:store/check': { ...FGA, ...body({ tuple_key: TUPLE }) },
  'POST /api/fga/stores/:store/batch-check': { ...FGA, ...body({ checks: [{ tuple_key: TUPLE, correlation_id: 'a' }] }) },
  'POST /api/fga/stores/:store/why': { ...FGA, ...body({ tuple_key: TUPLE }) },
  'POST /api/fga/stores/:store/expand': { ...FGA, ...body({ tuple_key: { relation: 'viewer', object: 'document:plan' } }) },
  'POST /api/fga/stores/:store/list-objects': { ...FGA, ...body({ user: 'user:anna', relation: 'viewer', type: 'document' }) },
  'POST /api/fga/stores/:store/list-users': {
    ...FGA,
    ...body({ object: RESOURCE, relation: 'viewer', user_filters: [{ type: 'user' }] }),
  },
  'POST /api/fga/stores/:store/read': { ...FGA, ...body({}), quiet: true },
  'POST /api/fga/stores/:store/write': { ...FGA, body: () => ({ writes: { tuple_keys: [{ ...TUPLE, user: `user:${UNIQUE}` }] } }) },
  'POST /api/fga/stores/:store/access/v1/evaluation': { ...FGA, ...body({ subject: SUBJECT, resource: RESOURCE, action: ACTION }) },
  'POST /api/fga/stores/:store/access/v1/evaluations': {
    ...FGA,
    ...body({ subject: SUBJECT, action: ACTION, evaluations: [{ resource: RESOURCE }] }),
  },
  'POST /api/fga/stores/:store/access/v1/search/action': { ...FGA, ...body({ subject: SUBJECT, resource: RESOURCE }) },
  'POST /api/fga/stores/:store/access/v1/search/resource': {
    ...FGA,
    ...body({ subject: SUBJECT, resource: { type: 'document' }, action: ACTION }),
  },
  'POST /api/fga/stores/:store/access/v1/search/subject': {
    ...FGA,
    ...body({ subject: { type: 'user' }, resource: RESOURCE, action: ACTION }),
  },
  'DELETE /api/fga/stores/:store': { ...FGA, quiet: true },
  'GET /api/authorization/requests': PERSON,
  'GET /api/authorization/asks/:id': {
    tells: 'the cookie shows that it began in this browser',
    params: id('ask'),
    cookie: (ids) => `sallyport_answer=${ids.answerCookie}`,
  },
  'POST /api/authorization/asks/:id': {
    tells: 'the cookie shows that it began in this browser',
    params: id('ask'),
    cookie: (ids) => `sallyport_answer=${ids.answerCookie}`,
    ...body({ allow: true }),
  },
  'POST /api/authorization/devices/look': { body: ({ deviceCode: code }) => ({ code }) },
  'POST /api/authorization/devices': { body: ({ deviceCode: code }) => ({ code, allow: true }) },
  'POST /api/authorization/requests/:id': { params: id('request'), ...body({ allow: true }) },
  'POST /api/store/backup': { body: () => ({ name: UNIQUE }) },
  'POST /api/audit/rebuild': {},
  'POST /api/content/erase': { body: ({ principal }) => ({ subject: principal }), quiet: true },
  'POST /api/agents/:id/quarantine': { params: id('agent'), ...body({ reason: 'odd' }) },
  'DELETE /api/agents/:id/quarantine': { params: id('agent') },
  'DELETE /api/agents/:id/keys/:key': { params: id('agent', 'agentKey') },
  'DELETE /api/agents/:id/workloads/:workload': { params: id('agent', 'workload') },
  'DELETE /api/agents/:id': { params: id('agent') },
  'DELETE /api/clients/:id': { params: id('client') },
  'DELETE /api/session/grants/:id': { params: id('grant'), own: [200, 404] },
  'DELETE /api/grants/:id': { params: id('grant'), own: [200, 404] },
  'DELETE /api/keys/:id': { params: id('key') },
  'DELETE /api/people/:id/sessions': { params: id('person') },
  'POST /api/people/:id/reset': { params: id('person') },
  'POST /api/links/look': { body: ({ reset: token }) => ({ token }), bearer: true },
  'POST /api/links/use': { body: ({ reset: token }) => ({ token, password: 'some words that nobody guesses' }), bearer: true },
  // After these: a link for a new password counts while the role is the same.
  'PUT /api/people/:id/role': { params: id('person'), ...body({ role: 'operator' }) },
  'DELETE /api/people/:id': { params: id('person') },
  'DELETE /api/sessions/:id': { params: id('session') },
  'DELETE /api/session/passkeys/:id': { params: id('passkey') },
  'DELETE /api/session': { by: 'viewer' },
  'DELETE /api/session/everywhere': { by: 'administrator' },
};
