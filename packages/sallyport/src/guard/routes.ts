import { parser, Type, type Caller, type EventId, type Json, type Route, type TenantId } from '../kernel/index.ts';
import type { Audit } from '../audit/service.ts';
import { withChoices, type GuardChoice } from './choice.ts';
import { effectOf, type GuardEffect, type KeptText } from './effect.ts';
import { fail } from './errors.ts';
import { guardStates, type Guards } from './guards.ts';
import type { GuardConfig } from './config.ts';
import { checkDetector, type ChoiceService } from './service.ts';

const CHOICE = {
  on: Type.Optional(Type.Union([Type.Boolean(), Type.Null()], { description: 'null: as configured.' })),
  threshold: Type.Optional(
    Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
      description: 'Findings that are less sure are left out; for injection, the score from which a text counts. null: as configured.',
    }),
  ),
};
const DECIDE = Type.Object(
  {
    ...CHOICE,
    base: Type.Integer({ minimum: 0, description: 'The newest version about this detector that was read; 0 when there was none.' }),
  },
  { additionalProperties: false },
);
const TRY = Type.Object(CHOICE, { additionalProperties: false });
const parseDecide = parser(DECIDE);
const parseTry = parser(TRY);

export type GuardRouteDeps = {
  readonly choices: ChoiceService;
  /** What the configuration says for a tenant. */
  configured(tenant: TenantId): GuardConfig;
  /** Guards of that configuration; costs some ten milliseconds. */
  build(config: GuardConfig): Guards;
  readonly audit: Pick<Audit, 'list'> & { readonly content: Pick<Audit['content'], 'read'> };
};

/** Requests that one trial looks at. */
const MAX_EVENTS = 20_000;
const PAGE = 500;

/** The control routes of the guards: those of the caller's tenant only. */
export function guardRoutes(deps: GuardRouteDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/guards',
      summary:
        'Every detector: what it finds, an example, how it was measured, whether and from where on it counts for this tenant, and what people decided.',
      authority: { permission: 'policy:read' },
      async handler({ caller: { tenant } }) {
        const configured = deps.configured(tenant);
        const history = await deps.choices.history(tenant);
        const before = new Map(guardStates(configured).map(({ id, on, confidence }) => [id, { on, confidence }]));
        const guards = guardStates(withChoices(configured, deps.choices.of(tenant))).map((state) => ({
          ...state,
          configured: before.get(state.id),
          version: history.find(({ detector }) => detector === state.id)?.version ?? 0,
        }));
        return { json: { guards, history } as unknown as Json };
      },
    },
    {
      method: 'PUT',
      path: '/api/guards/:id',
      summary:
        'Switches a detector on or off, or sets the least confidence of its findings; refused when somebody decided about it in between.',
      authority: { permission: 'policy:write', fresh: 'changing what a guard finds' },
      body: DECIDE,
      async handler({ caller, params, body }) {
        const parsed = parseDecide(body);
        if (!parsed.ok) throw fail('GUARD_CHOICE_INVALID', { say: parsed.problems.map((p) => p.message).join('; ') });
        const { on = null, threshold = null, base } = parsed.value;
        const author = caller.session?.name ?? caller.principal;
        const change = { detector: params['id'] ?? '', on, threshold, base, author };
        return { json: (await deps.choices.decide(caller.tenant, change, caller.principal)) as unknown as Json };
      },
    },
    {
      method: 'POST',
      path: '/api/guards/:id/try',
      summary:
        'What such a decision would have changed in recorded requests. Texts are looked at again where they were kept whole and the caller may read them; each reading is an event.',
      authority: { permission: 'policy:read' },
      body: TRY,
      async handler({ caller, params, body }) {
        const parsed = parseTry(body);
        if (!parsed.ok) throw fail('GUARD_CHOICE_INVALID', { say: parsed.problems.map((p) => p.message).join('; ') });
        const { on = null, threshold = null } = parsed.value;
        return { json: (await tryChoice(deps, caller, params['id'] ?? '', { on, threshold })) as unknown as Json };
      },
    },
  ];
}

async function tryChoice(deps: GuardRouteDeps, caller: Caller, detector: string, choice: GuardChoice): Promise<GuardEffect> {
  checkDetector(detector);
  const configured = deps.configured(caller.tenant);
  const stateOf = (config: GuardConfig): { on: boolean; confidence: number } =>
    guardStates(config).find(({ id }) => id === detector) ?? { on: false, confidence: 1 };
  const choices = deps.choices.of(caller.tenant);
  const wanted = withChoices(configured, new Map([...choices, [detector, choice]]));
  const before = stateOf(withChoices(configured, choices));
  const after = stateOf(wanted);
  // Only what finds more can find something new in a text.
  const finds = after.on && (!before.on || after.confidence < before.confidence);
  const mayRead = caller.permissions.has('content:read');
  return effectOf(recorded(deps.audit, caller.tenant), {
    detector,
    guards: deps.build(wanted),
    keeps: ({ confidence }) => after.on && confidence >= after.confidence,
    ...(finds && mayRead ? { texts: (event) => textsOf(deps.audit, caller, event.uid) } : {}),
  });
}

async function* recorded(
  audit: GuardRouteDeps['audit'],
  tenant: TenantId,
): AsyncGenerator<Awaited<ReturnType<Audit['list']>>['events'][number]> {
  let after: string | undefined;
  for (let seen = 0; seen < MAX_EVENTS;) {
    const page = await audit.list(tenant, { kind: 'gateway', limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page.events;
    seen += page.events.length;
    after = page.next;
    if (after === undefined) return;
  }
}

async function textsOf(audit: GuardRouteDeps['audit'], caller: Caller, event: EventId): Promise<readonly KeptText[]> {
  const content = await audit.content.read(caller.tenant, event, caller.principal);
  return content.state === 'kept' && content.mode === 'full'
    ? content.pieces.filter(({ from, of, text }) => from === 0 && text.length === of)
    : [];
}
