import type { EventId, JsonObject, KeyId, PrincipalId, TenantId } from '../../src/kernel/index.ts';
import {
  compileHold,
  createGuards,
  createPlaceholders,
  type Canary,
  type GuardConfig,
  type Guards,
  type HoldPlan,
} from '../../src/guard/index.ts';
import type { ApprovalPort } from '../../src/gateway/approval_port.ts';
import type { Exchange } from '../../src/gateway/exchange.ts';
import { ConversationMemory, KnownTexts } from '../../src/flow/index.ts';
import { historyOf, RequestFlow, turnsOf, type FlowMemory } from '../../src/gateway/flow.ts';
import { Judge } from '../../src/gateway/judge.ts';
import { Ledger } from '../../src/gateway/ledger.ts';
import { VerdictMemory } from '../../src/gateway/memory.ts';
import { readRequest, type Api } from '../../src/message/index.ts';
import { loadPolicy, type Policy, type RuleSource } from '../../src/policy/index.ts';
import { composeRules } from '../../src/policy/default_policy.ts';

/** The default policy with rules added, loaded as the product loads it. */
export function testPolicy(rules: readonly RuleSource[] = []): Policy {
  const composed = composeRules({ rules: [...rules] });
  const loaded = loadPolicy(composed.rules, { defaults: {}, builtin: composed.builtin }, new Map());
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.policy;
}

/** Guards with the machine for streams, as the product builds them. */
export function testGuards(
  config: GuardConfig = {},
  canaries: readonly Canary[] = [],
  faults?: (guard: string, point: string) => void,
): { guards: Guards; plan: HoldPlan } {
  const guards = createGuards({ config, canaries, ...(faults === undefined ? {} : { faults }) });
  const { rules, windows } = guards.stream('response');
  return { guards, plan: compileHold(rules, windows, { placeholders: true }) };
}

/** An exchange as the gateway opens it, without a server. */
export function testExchange(
  api: Api,
  body: JsonObject,
  options: {
    guards: Guards | undefined;
    policy: Policy;
    enforceAll?: boolean;
    effects?: Record<string, 'read' | 'write'>;
    approvals?: ApprovalPort;
    flowMemory?: FlowMemory;
  },
): Exchange {
  const read = readRequest(api, body);
  if (!read.ok) throw new Error(read.message);
  const ledger = new Ledger(true);
  const tenant = 'default' as TenantId;
  const flow = new RequestFlow({
    mode: 'balanced',
    manifest: {},
    turns: turnsOf(read.request),
    history: historyOf(read.request),
    memory: options.flowMemory ?? { texts: new KnownTexts(), conversations: new ConversationMemory() },
    owner: 'prn',
    tools: read.request.tools,
    name: (text) => Buffer.from(text).toString('hex'),
    restore: (text) => text,
  });
  const judge = new Judge(
    {
      tenant,
      policy: options.policy,
      guards: options.guards,
      memory: new VerdictMemory(),
      secret: Buffer.alloc(32),
      principal: { id: 'prn', kind: 'service', name: 'test', key: 'key' },
      request: {
        endpoint: '/v1/test',
        api,
        model: read.request.model,
        provider: 'test',
        stream: read.request.stream,
        tools: read.request.tools.length > 0,
        write_tools: false,
        attachments: read.request.attachments,
        practice: false,
      },
      enforceAll: options.enforceAll ?? false,
      effects: options.effects ?? {},
      canaries: [],
      flow,
    },
    ledger,
  );
  return {
    uid: 'evt_00000000000000000000000000' as EventId,
    tenant,
    key: {
      id: 'key' as KeyId,
      tenant,
      principal: 'prn' as PrincipalId,
      principalKind: 'service',
      name: 'test',
      permissions: new Set(),
      gateway: true,
      useModels: true,
      useTools: true,
      handles: ['key'],
      actors: [],
      limits: [],
      detail: 'short',
      models: [],
      requestsPerMinute: null,
      concurrency: null,
      tokensPerMinute: null,
      microsPerDay: null,
      microsPerMonth: null,
      expires: null,
    },
    api,
    request: read.request,
    model: read.request.model,
    targets: [{ provider: 'test', kind: 'openai', model: read.request.model }],
    practice: false,
    guarded: options.guards !== undefined,
    content: 'none',
    judge,
    ledger,
    flow,
    approvals: options.approvals,
    placeholders: createPlaceholders({ key: Buffer.alloc(32, 3), principal: 'prn' }),
    commitment: '',
    started: 0,
    timings: {},
    documents: [],
    propose: undefined,
  };
}
