import { parser, Type, POINTS, type Caller, type EventId, type Json, type Route } from '../kernel/index.ts';
import { CONFIG } from './config.ts';
import { fail } from './errors.ts';
import type { PolicyService, Recorded } from './service.ts';
import { MAX_TEXT } from './text.ts';

const MODES = Type.Object(
  {
    rules: Type.Union([Type.Literal('all'), Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 500 })], {
      description: 'Ids of rules, or `all`.',
    }),
    mode: Type.Enum(['enforce', 'observe', 'configured'], { description: 'configured: what the configuration says.' }),
  },
  { additionalProperties: false },
);

const GIVEN = CONFIG.properties.rules.items.properties.tests.items.properties.given;
const EXPLAIN = Type.Union([
  Type.Object(
    { event: Type.String({ minLength: 1, maxLength: 64, description: 'Id of a recorded request.' }) },
    { additionalProperties: false },
  ),
  Type.Object(
    { point: Type.Enum([...POINTS]), given: GIVEN },
    { additionalProperties: false, description: 'An example, as in the tests of a rule.' },
  ),
]);
const SOURCE = Type.Optional(Type.Enum(['demo'], { description: 'Made-up requests in place of the recorded ones.' }));
const REPLAY = Type.Object(
  {
    rule: Type.String({ minLength: 1, maxLength: 64 }),
    since: Type.Optional(Type.String({ pattern: '^\\d{1,15}$', description: 'Milliseconds since 1970.' })),
    source: SOURCE,
  },
  { additionalProperties: false },
);

const ROLLOUT = Type.Object(
  { since: Type.Optional(Type.String({ pattern: '^\\d{1,15}$', description: 'Milliseconds since 1970.' })), source: SOURCE },
  { additionalProperties: false },
);

const RULES_TEXT = Type.String({ maxLength: MAX_TEXT, description: '`rules:` as in sallyport.yaml; empty for none.' });
const TEXT = Type.Object({ text: RULES_TEXT }, { additionalProperties: false });
const TRY = Type.Object({ text: RULES_TEXT, source: SOURCE }, { additionalProperties: false });
const WRITE = Type.Object(
  {
    text: RULES_TEXT,
    base: Type.Integer({ minimum: 0, description: 'The version that was read; 0 when there was none.' }),
    note: Type.Optional(Type.String({ maxLength: 300, description: 'Why, in a sentence.' })),
  },
  { additionalProperties: false },
);
const VERSION = Type.Object({ version: Type.Optional(Type.String({ pattern: '^\\d{1,9}$' })) }, { additionalProperties: false });

const parseText = parser(TEXT);
const parseWrite = parser(WRITE);
const parseTry = parser(TRY);
const parseModes = parser(MODES);
const parseExplain = parser(EXPLAIN);

/** The control routes of the policy: of the caller's tenant only. */
export function policyRoutes(policy: PolicyService, demo?: Recorded): readonly Route[] {
  const from = (source: unknown): Recorded | undefined => (source === 'demo' ? demo : undefined);
  return [
    {
      method: 'GET',
      path: '/api/policy',
      summary: 'The policy in force: rules, whether each is enforced, warnings, and the problems of a refused change.',
      authority: { permission: 'policy:read' },
      handler: ({ caller }) => ({ json: describe(policy, caller) }),
    },
    {
      method: 'POST',
      path: '/api/policy/modes',
      summary: 'Enforces or observes rules, or gives them back to the configuration.',
      authority: { permission: 'policy:write' },
      body: MODES,
      async handler({ caller, body }) {
        const parsed = parseModes(body);
        if (!parsed.ok) throw fail('POLICY_INVALID', { say: parsed.problems.map((p) => p.message).join('; ') });
        const mode = parsed.value.mode === 'configured' ? undefined : parsed.value.mode;
        const rules = await policy.setMode(caller.tenant, parsed.value.rules, mode, caller.principal);
        return { json: { version: policy.current(caller.tenant).version, rules: rules.map(({ id, enforced }) => ({ id, enforced })) } };
      },
    },
    {
      method: 'POST',
      path: '/api/policy/explain',
      summary: 'What each rule makes of a recorded request or of an example, with the value of every part of its condition.',
      authority: { permission: 'policy:read' },
      body: EXPLAIN,
      async handler({ caller, body }) {
        const parsed = parseExplain(body);
        if (!parsed.ok) throw fail('POLICY_INVALID', { say: parsed.problems.map((p) => p.message).join('; ') });
        const asked = parsed.value;
        const parts =
          'event' in asked
            ? await policy.explain(caller.tenant, asked.event as EventId)
            : [{ part: 0, point: asked.point, where: '', rules: policy.explainExample(caller.tenant, asked.point, asked.given) }];
        return { json: { parts } as unknown as Json };
      },
    },
    {
      method: 'GET',
      path: '/api/policy/text',
      summary: "The organisation's own rules as they were written: the version in force, or one that is named, and the list of all.",
      authority: { permission: 'policy:read' },
      query: VERSION,
      async handler({ caller, query }) {
        const version = query['version'];
        return { json: (await policy.text(caller.tenant, version === undefined ? undefined : Number(version))) as unknown as Json };
      },
    },
    {
      method: 'POST',
      path: '/api/policy/text/check',
      summary: 'Whether rules could be put in force: all problems with their lines.',
      authority: { permission: 'policy:read' },
      body: TEXT,
      handler({ body }) {
        const { problems, warnings, rules } = policy.checkText(textOf(body));
        return { json: { problems, warnings, rules: rules.map(({ id }) => id) } as unknown as Json };
      },
    },
    {
      method: 'POST',
      path: '/api/policy/text/try',
      summary: 'What each of these rules would have done to recorded requests, before they are put in force.',
      authority: { permission: 'policy:read' },
      body: TRY,
      async handler({ caller, body }) {
        const { text, source } = tryOf(body);
        return { json: { replays: (await policy.tryText(caller.tenant, text, 0, from(source))) as unknown as Json } };
      },
    },
    {
      method: 'PUT',
      path: '/api/policy/text',
      summary: 'Puts rules in force after the version that was read (`base`); refused when another version has come in between.',
      authority: { permission: 'policy:write' },
      body: WRITE,
      async handler({ caller, body }) {
        const parsed = parseWrite(body);
        if (!parsed.ok) throw fail('POLICY_INVALID', { say: parsed.problems.map((p) => p.message).join('; ') });
        const { text, base, note = '' } = parsed.value;
        const author = caller.session?.name ?? caller.principal;
        const made = await policy.writeText(caller.tenant, { text, base, note, author }, caller.principal);
        return { json: made as unknown as Json };
      },
    },
    {
      method: 'GET',
      path: '/api/policy/rollout',
      summary: 'What the rules that only observe would have stopped or changed, by rule.',
      authority: { permission: 'policy:read' },
      query: ROLLOUT,
      async handler({ caller, query }) {
        return { json: (await policy.rollout(caller.tenant, Number(query['since'] ?? 0), from(query['source']))) as unknown as Json };
      },
    },
    {
      method: 'GET',
      path: '/api/policy/replay',
      summary: 'What a rule would have done to recorded requests: counts and examples.',
      authority: { permission: 'policy:read' },
      query: REPLAY,
      async handler({ caller, query }) {
        const replay = await policy.replay(caller.tenant, query['rule'] ?? '', Number(query['since'] ?? 0), from(query['source']));
        return { json: replay as unknown as Json };
      },
    },
  ];
}

function textOf(body: unknown): string {
  const parsed = parseText(body);
  if (!parsed.ok) throw fail('POLICY_INVALID', { say: parsed.problems.map((p) => p.message).join('; ') });
  return parsed.value.text;
}

function tryOf(body: unknown): { readonly text: string; readonly source?: 'demo' } {
  const parsed = parseTry(body);
  if (!parsed.ok) throw fail('POLICY_INVALID', { say: parsed.problems.map((p) => p.message).join('; ') });
  return parsed.value;
}

function describe(policy: PolicyService, { tenant }: Caller): Json {
  const { version, rules } = policy.current(tenant);
  return { version, rules, ...policy.state() } as unknown as Json;
}
