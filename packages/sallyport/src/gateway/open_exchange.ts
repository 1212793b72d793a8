import { performance } from 'node:perf_hooks';
import { isObject, matchesGlob, readJson, type JsonProblem } from '../kernel/index.ts';
import type { KeyRecord } from '../identity/service.ts';
import { createPlaceholders, type Placeholders, type SealedPlaceholders } from '../guard/index.ts';
import { toolEffect } from '../flow/index.ts';
import { historyOf, RequestFlow, turnsOf } from './flow.ts';
import { restrictProviderTools } from './provider_tools.ts';
import { readRequest, type Api, type ReadRequest } from '../message/index.ts';
import type { Target } from '../providers/service.ts';
import type { GatewayDeps, Memory, TenantState } from './context.ts';
import type { GatewayErrorCode } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { Asked } from './asked.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';

/** What stopped a request before it was judged. `say` is public text. */
export type Problem = { readonly code: GatewayErrorCode; readonly say?: string; readonly param?: string };

const JSON_PROBLEM: Readonly<Record<JsonProblem, GatewayErrorCode>> = {
  not_utf8: 'BODY_NOT_UTF8',
  too_deep: 'BODY_TOO_DEEP',
  too_many_values: 'BODY_TOO_DEEP',
  unsafe_integer: 'BODY_UNSAFE_INTEGER',
  duplicate_key: 'BODY_DUPLICATE_KEY',
  not_json: 'BODY_NOT_JSON',
};

const PATH: Readonly<Record<Api, string>> = {
  chat: '/v1/chat/completions',
  completions: '/v1/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
  count_tokens: '/v1/messages/count_tokens',
  embeddings: '/v1/embeddings',
  moderations: '/v1/moderations',
};

/** Models named in an error; more would not be read. */
const MAX_NAMED = 20;

/** Reads the bytes of a request strictly, finds where its model is served, and opens the exchange; or says what is wrong with it. */
export async function openExchange(
  deps: GatewayDeps,
  tenant: TenantState,
  memory: Memory,
  key: KeyRecord,
  api: Api,
  bytes: Buffer,
  started: number,
  documents: readonly string[] = [],
): Promise<{ ok: true; exchange: Exchange } | { ok: false; problem: Problem }> {
  const json = readJson(bytes);
  if (!json.ok) return no(JSON_PROBLEM[json.problem]);
  if (!isObject(json.value)) return no('BODY_NOT_JSON', 'It must be an object.');
  const rendered = deps.templates().render(api, json.value);
  if (rendered?.ok === false) return no('REQUEST_INVALID', rendered.problems.join('; '), 'sallyport');
  const read = readRequest(api, rendered?.body ?? json.value);
  if (!read.ok)
    return {
      ok: false,
      problem: { code: 'REQUEST_INVALID', say: read.message, ...(read.param === undefined ? {} : { param: read.param }) },
    };
  const routed = routeOf(deps, key, read.request);
  if (!routed.ok) return routed;
  // The one look into the database, and only for a conversation that the provider keeps: what earlier turns masked can be restored.
  const previous = read.request.previousResponseId;
  const sealed = previous === undefined ? undefined : await deps.restoreMaps.get(key.tenant, key.principal, previous);
  const exchange = exchangeOf(
    deps,
    tenant,
    memory,
    key,
    read.request,
    targetsOf(routed.targets, deps.policy(key.tenant).readsProvider),
    tenant.commit(bytes),
    started,
    sealed,
    documents,
  );
  return { ok: true, exchange };
}

/** Where the request may go. Rules that read the provider decide for the first: what they allowed there must not go to another when it fails. */
function targetsOf(targets: readonly Target[], oneProvider: boolean): readonly Target[] {
  return oneProvider ? targets.filter(({ provider }) => provider === targets[0]?.provider) : targets;
}

/** The model as rules know it: `openai/gpt-x` is the `gpt-x` of that provider, so that a rule about a model cannot be passed by asking for it in full. */
function modelForRules(asked: string, [target]: readonly Target[]): string {
  const prefix = `${target?.provider ?? ''}/`;
  return target?.model !== asked && asked.startsWith(prefix) ? asked.slice(prefix.length) : asked;
}

function routeOf(
  deps: GatewayDeps,
  key: KeyRecord,
  request: ReadRequest,
): { ok: true; targets: readonly Target[] } | { ok: false; problem: Problem } {
  if (!mayUseModel(key, request.model)) return no('MODEL_NOT_ALLOWED');
  const tool = request.tools.find(({ name }) => !key.limits.every(({ tools }) => modelAllowed(tools, name)));
  if (tool !== undefined) return no('TOOL_NOT_ALLOWED', undefined, 'tools');
  const routed = deps.providers.route(request.model, request.api);
  if (routed.ok) return routed;
  const known = routed.known.slice(0, MAX_NAMED).join(', ');
  if (routed.reason === 'wrong_endpoint') return no('WRONG_ENDPOINT', known === '' ? undefined : `It is served at: ${known}.`, 'model');
  return no('UNKNOWN_MODEL', known === '' ? 'No provider is configured.' : `These work here: ${known}.`, 'model');
}

function no(code: GatewayErrorCode, say?: string, param?: string): { ok: false; problem: Problem } {
  return { ok: false, problem: { code, ...(say === undefined ? {} : { say }), ...(param === undefined ? {} : { param }) } };
}

/** Whether a key, and every agent that takes part, may use a model. */
export function mayUseModel(key: KeyRecord, model: string): boolean {
  return key.useModels && modelAllowed(key.models, model) && key.limits.every(({ models }) => modelAllowed(models, model));
}

/** Whether a key's list of model patterns (`*` matches any run) covers a model; an empty list is no restriction. */
export function modelAllowed(patterns: readonly string[], model: string): boolean {
  return patterns.length === 0 || patterns.some((pattern) => matchesGlob(pattern, model));
}

function exchangeOf(
  deps: GatewayDeps,
  tenant: TenantState,
  memory: Memory,
  key: KeyRecord,
  request: ReadRequest,
  targets: readonly Target[],
  commitment: string,
  started: number,
  sealed: SealedPlaceholders | undefined,
  documents: readonly string[],
): Exchange {
  const practice = targets[0]?.kind === 'practice';
  const content = deps.contentMode(key.tenant, practice);
  const ledger = new Ledger(content === 'full');
  ledger.strippedTools.push(...restrictProviderTools(request, deps.flow.providerTools));
  const guards = deps.guards(key.tenant);
  const placeholders = createPlaceholders({
    key: tenant.placeholderKey,
    principal: key.principal,
    shapes: guards?.guards.shapes ?? [],
    ...(sealed === undefined ? {} : { sealed }),
  });
  const flow = flowOf(deps, key, request, placeholders, (text) => tenant.commit(text));
  const judge = new Judge(
    {
      tenant: key.tenant,
      policy: deps.policy(key.tenant),
      guards: guards?.guards,
      memory,
      secret: tenant.memorySecret,
      corrections: deps.corrections(key.tenant),
      feedbackKey: tenant.feedbackKey,
      principal: { id: key.principal, kind: key.principalKind, name: key.name, key: key.id },
      request: {
        endpoint: PATH[request.api],
        api: request.api,
        model: modelForRules(request.model, targets),
        provider: targets[0]?.provider ?? '',
        stream: request.stream,
        tools: request.tools.length > 0,
        write_tools: request.tools.some((tool) => tool.provider || toolEffect(tool.name, deps.effects) !== 'read'),
        attachments: request.attachments,
        practice,
      },
      // Practice traffic is for trying the guards: every rule is in force there, whatever the roll-out.
      enforceAll: practice,
      effects: deps.effects,
      canaries: deps.canaries,
      asked: new Asked(request),
      ...(flow === undefined ? {} : { flow }),
    },
    ledger,
  );
  const uid = deps.newEventId();
  return {
    uid,
    tenant: key.tenant,
    key,
    api: request.api,
    request,
    model: request.model,
    targets,
    practice,
    guarded: guards !== undefined,
    content,
    judge,
    ledger,
    placeholders,
    documents,
    ...(flow === undefined ? {} : { flow }),
    approvals: deps.approvals,
    propose:
      deps.proposed &&
      ((asked, delivered, approved) =>
        deps.proposed?.({
          tenant: key.tenant,
          principal: key.principal,
          name: asked.name,
          arguments: delivered,
          approved,
          flow: judge.flowOf(asked),
          event: uid,
          conversation: flow?.conversation(),
        })),
    commitment,
    started,
    timings: { read: round(performance.now() - started) },
  };
}

/** The flow of a request that offers tools or goes on from others; any other costs nothing. */
function flowOf(
  deps: GatewayDeps,
  key: KeyRecord,
  request: ReadRequest,
  placeholders: Placeholders,
  name: (text: string) => string,
): RequestFlow | undefined {
  const history = historyOf(request);
  if (request.tools.length === 0 && history.length === 0) return undefined;
  return new RequestFlow({
    mode: deps.flow.mode,
    manifest: deps.flow.manifest,
    turns: turnsOf(request),
    history,
    memory: deps.flow.memory,
    owner: `${key.tenant}\n${key.principal}\n${request.user ?? ''}`,
    tools: request.tools,
    name,
    restore: (text) => placeholders.restore(text, { allow: () => true, kind: 'json', tool: 'tool_write' }).text,
  });
}

/** Milliseconds to a hundredth, for events. */
export function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
