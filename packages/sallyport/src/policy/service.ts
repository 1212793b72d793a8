import {
  closest,
  reasonOf,
  DEFAULT_TENANT,
  type Category,
  type Clock,
  type EventId,
  type Logger,
  type Point,
  type TenantId,
} from '../kernel/index.ts';
import type { Audit } from '../audit/service.ts';
import type { Store } from '../store/service.ts';
import { loadConfigured } from './compose.ts';
import type { PolicyConfig, RuleSource, RuleTest } from './config.ts';
import { fail } from './errors.ts';
import { explainAt, type RuleExplanation } from './explain.ts';
import type { LoadedPolicy, Mode } from './load.ts';
import { explainEvent, replayRule, type Replay, type ReplayEvent } from './replay.ts';
import { rolloutOf, type Rollout } from './rollout.ts';
import { sampleVars } from './sample.ts';
import {
  addText,
  listTexts,
  loadModes,
  loadTexts,
  MODES_CHANNEL,
  notifyModes,
  readText,
  writeMode,
  type RuleText,
  type TextVersion,
} from './store.ts';
import { checkText, withOwn, type CheckedText } from './text.ts';
import type { Policy, PolicyProblem, Rule } from './verdict.ts';

export type { PolicyConfig } from './config.ts';
export type { RuleExplanation } from './explain.ts';
export type { Mode } from './load.ts';
export type { PolicyProblem } from './verdict.ts';
export type { Replay } from './replay.ts';

export type Reloaded =
  | { ok: true; version: string; warnings: readonly PolicyProblem[] }
  | { ok: false; problems: readonly PolicyProblem[] };

/** One part of a request, and what each rule asked there makes of it. */
export type Explained = {
  readonly part: number;
  readonly point: Point;
  readonly where: string;
  readonly rules: readonly RuleExplanation[];
};

export type PolicyService = {
  /** The policy in force for a tenant. Synchronous, from memory; take it once for each request. */
  current(tenant: TenantId): Policy;
  /** Loads a changed configuration. A wrong one is reported (log, event `policy.refused`) and changes nothing. Never rejects. */
  reload(config: PolicyConfig): Promise<Reloaded>;
  /** What the last loading had to say: warnings, and the problems of a configuration that was refused since. */
  state(): { readonly warnings: readonly PolicyProblem[]; readonly refused: readonly PolicyProblem[] };
  /** Sets what operators decided about rules; `undefined` gives them back to the configuration. Rejects POLICY_RULE_UNKNOWN. */
  setMode(tenant: TenantId, rules: readonly string[] | 'all', mode: Mode | undefined, actor: string): Promise<readonly Rule[]>;
  /** Why a recorded request was decided as it was, by the policy that is in force now. Rejects POLICY_EVENT_UNKNOWN. */
  explain(tenant: TenantId, event: EventId): Promise<readonly Explained[]>;
  /** The same for an example. */
  explainExample(tenant: TenantId, point: Point, given: RuleTest['given']): readonly RuleExplanation[];
  /** What a rule would have done to the recorded requests since a time (milliseconds since 1970), or to those of another source. Rejects POLICY_RULE_UNKNOWN. */
  replay(tenant: TenantId, rule: string, since: number, from?: Recorded): Promise<Replay>;
  /** What rules that only observe would have done to the newest recorded requests (2,000 at most) since a time, or to those of another source. */
  rollout(tenant: TenantId, since: number, from?: Recorded): Promise<Rollout>;
  /** The tenant's own rules: the version in force (0 and an empty text when there is none) and the ones before it. */
  text(tenant: TenantId, version?: number): Promise<{ readonly current: RuleText; readonly history: readonly TextVersion[] }>;
  /** Whether a text could be put in force. */
  checkText(text: string): CheckedText;
  /** What each rule of a text would have done to the recorded requests. Rejects POLICY_INVALID. */
  tryText(tenant: TenantId, text: string, since: number, from?: Recorded): Promise<readonly Replay[]>;
  /** Puts a text in force after version `base`; `author` is the name that people see. Rejects POLICY_INVALID, and POLICY_TEXT_CHANGED when `base` is not the newest. */
  writeText(
    tenant: TenantId,
    change: { readonly text: string; readonly base: number; readonly note: string; readonly author: string },
    actor: string,
  ): Promise<RuleText>;
  /** Reads modes and texts anew. */
  refresh(): Promise<void>;
  close(): Promise<void>;
};

/** Where recorded requests are read: the event log, or made-up events. */
export type Recorded = Pick<Audit, 'list'>;

export type PolicyOptions = {
  /** The configuration to begin with. */
  readonly source: () => Promise<PolicyConfig>;
  readonly store: Store;
  readonly audit: Pick<Audit, 'change' | 'get' | 'list'>;
  /** Categories that are found only when a streamed reply is complete; see PolicyEnv. */
  readonly late?: () => ReadonlySet<Category>;
};

/** Requests that one replay looks at; some seconds of work in pages. */
const MAX_REPLAYED = 20_000;
const PAGE = 500;
/** Requests that the card of the roll-out looks at: people see it at each visit, and an embedded database works in this process. */
const MAX_ROLLOUT = 2_000;
/** Versions of a text that are listed. */
const MAX_VERSIONS = 100;
const NO_TEXT: RuleText = { version: 0, text: '', author: '', note: '', created: 0 };

const NO_MODES: ReadonlyMap<string, Mode> = new Map();

/** Loads the policy and keeps it, with each tenant's modes, in memory. Rejects POLICY_INVALID when the first configuration is wrong. */
export async function openPolicy(options: PolicyOptions, deps: { readonly logger: Logger; readonly clock: Clock }): Promise<PolicyService> {
  const { store, audit } = options;
  const { logger, clock } = deps;
  const late = options.late ?? ((): ReadonlySet<Category> => new Set());
  let config = await options.source();
  let modes: ReadonlyMap<TenantId, ReadonlyMap<string, Mode>> = new Map();
  let own: ReadonlyMap<TenantId, readonly RuleSource[]> = new Map();
  let base = begin(config, late());
  let tenants = new Map<TenantId, Policy>();
  let refused: readonly PolicyProblem[] = [];

  /** One policy for each tenant with modes or rules of its own; all others share the base. Problems name the tenant. */
  function loadTenants(from: PolicyConfig): { made: Map<TenantId, Policy>; problems: PolicyProblem[] } {
    const made = new Map<TenantId, Policy>();
    const problems: PolicyProblem[] = [];
    for (const tenant of new Set([...modes.keys(), ...own.keys()])) {
      const loaded = loadConfigured(withOwn(from, own.get(tenant) ?? []), modes.get(tenant) ?? NO_MODES, late());
      if (loaded.ok) made.set(tenant, loaded.policy);
      else
        problems.push(...loaded.problems.map((problem) => ({ ...problem, message: `${problem.message} (with the rules of ${tenant})` })));
    }
    return { made, problems };
  }

  async function refresh(): Promise<void> {
    const [read, texts] = await store.system(
      'policy: modes and rules of all tenants',
      async (sql) => [await loadModes(sql), await loadTexts(sql)] as const,
    );
    modes = read;
    // What was saved was checked; what a newer program no longer reads must not be left out silently.
    const broken: PolicyProblem[] = [];
    own = new Map(
      [...texts].map(([tenant, text]) => {
        const { sources, problems } = checkText(text, config, late());
        broken.push(
          ...problems.map(({ rule, message, line }) => ({ rule, path: '', message: `line ${line}: ${message} (rules of ${tenant})` })),
        );
        return [tenant, sources];
      }),
    );
    const { made, problems } = loadTenants(config);
    if (broken.length + problems.length > 0) throw fail('POLICY_INVALID', { say: sayProblems([...broken, ...problems]) });
    tenants = made;
  }

  const refreshQuietly = (): void => {
    refresh().catch((error: unknown) => logger.error('policy not refreshed, the old one stays in force', { reason: reasonOf(error) }));
  };

  /** Events about the configuration itself belong to the installation's own tenant. The log must not keep a reload from happening. */
  async function tell(type: string, detail: Record<string, string | number>): Promise<void> {
    try {
      await audit.change(DEFAULT_TENANT, async (_sql, emit) => {
        await emit({ type, actor: 'system', target: { kind: 'policy', id: base.policy.version }, detail });
      });
    } catch (error) {
      logger.error(`${type} not recorded`, { reason: reasonOf(error) });
    }
  }

  const current = (tenant: TenantId): Policy => tenants.get(tenant) ?? base.policy;

  function ruleOf(tenant: TenantId, id: string): Rule {
    const { rules } = current(tenant);
    const rule = rules.find((one) => one.id === id);
    if (rule === undefined) throw fail('POLICY_RULE_UNKNOWN', hintFor(id, rules));
    return rule;
  }

  async function refuse(problems: readonly PolicyProblem[]): Promise<Reloaded> {
    refused = problems;
    for (const problem of problems)
      logger.error('policy refused, the old one stays in force', { rule: problem.rule, path: problem.path, problem: problem.message });
    await tell('policy.refused', { problems: problems.length, rule: problems[0]?.rule ?? '' });
    return { ok: false, problems };
  }

  await refresh();
  const unlisten = await store.listen(MODES_CHANNEL, refreshQuietly);

  return {
    current,
    refresh,
    state: () => ({ warnings: base.warnings, refused }),
    async reload(next) {
      const loaded = loadConfigured(next, NO_MODES, late());
      if (!loaded.ok) return refuse(loaded.problems);
      const withTenants = loadTenants(next);
      if (withTenants.problems.length > 0) return refuse(withTenants.problems);
      const before = base.policy.version;
      config = next;
      base = loaded;
      tenants = withTenants.made;
      refused = [];
      for (const warning of loaded.warnings) logger.warn('policy warning', { rule: warning.rule, warning: warning.message });
      if (before !== loaded.policy.version)
        await tell('policy.changed', { version: loaded.policy.version, before, rules: loaded.policy.rules.length });
      return { ok: true, version: loaded.policy.version, warnings: loaded.warnings };
    },
    async setMode(tenant, which, mode, actor) {
      const rules = which === 'all' ? current(tenant).rules.map(({ id }) => id) : which.map((id) => ruleOf(tenant, id).id);
      await audit.change(tenant, async (sql, emit) => {
        for (const rule of rules) {
          await writeMode(sql, tenant, rule, mode, clock());
          await emit({ type: 'policy.mode_changed', actor, target: { kind: 'rule', id: rule }, detail: { mode: mode ?? 'as configured' } });
        }
        await notifyModes(sql, tenant);
      });
      await refresh();
      return current(tenant).rules.filter(({ id }) => rules.includes(id));
    },
    async explain(tenant, uid) {
      const event = await audit.get(tenant, uid);
      if (event === undefined) throw fail('POLICY_EVENT_UNKNOWN');
      return explainEvent(current(tenant), event);
    },
    explainExample: (tenant, point, given) => explainAt(current(tenant), point, sampleVars(point, given)),
    async replay(tenant, id, since, from = audit) {
      return replayRule(ruleOf(tenant, id), recorded(from, tenant, since));
    },
    rollout(tenant, since, from = audit) {
      const observed = new Set(
        current(tenant)
          .rules.filter(({ enforced }) => !enforced)
          .map(({ id }) => id),
      );
      return rolloutOf(recorded(from, tenant, since, MAX_ROLLOUT), observed);
    },
    async text(tenant, version) {
      const [current, history] = await store.tx(
        tenant,
        async (sql) => [await readText(sql, version), await listTexts(sql, MAX_VERSIONS)] as const,
      );
      if (current === undefined && version !== undefined && version !== 0) throw fail('POLICY_TEXT_UNKNOWN');
      return { current: current ?? NO_TEXT, history };
    },
    checkText: (text) => checkText(text, config, late()),
    async tryText(tenant, text, since, from = audit) {
      const { rules, problems } = checkText(text, config, late());
      if (problems.length > 0) throw fail('POLICY_INVALID', { say: sayProblems(problems) });
      const replays: Replay[] = [];
      for (const rule of rules) replays.push(await replayRule(rule, recorded(from, tenant, since)));
      return replays;
    },
    async writeText(tenant, { text, base: after, note, author }, actor) {
      const { problems } = checkText(text, config, late());
      if (problems.length > 0) throw fail('POLICY_INVALID', { say: sayProblems(problems) });
      const made: RuleText = { version: after + 1, text, author, note, created: clock() };
      await audit.change(tenant, async (sql, emit) => {
        if (!(await addText(sql, tenant, after, made))) throw fail('POLICY_TEXT_CHANGED');
        await emit({
          type: 'policy.edited',
          actor,
          target: { kind: 'policy', id: String(made.version) },
          detail: { version: made.version },
        });
        await notifyModes(sql, tenant);
      });
      await refresh();
      return made;
    },
    close: unlisten,
  };
}

type Base = Extract<LoadedPolicy, { ok: true }>;

function begin(config: PolicyConfig, late: ReadonlySet<Category>): Base {
  const loaded = loadConfigured(config, NO_MODES, late);
  if (loaded.ok) return loaded;
  throw fail('POLICY_INVALID', { say: sayProblems(loaded.problems) });
}

function sayProblems(problems: readonly { readonly rule: string; readonly message: string }[]): string {
  return problems.map(({ rule, message }) => `${rule}: ${message}`).join('; ');
}

/** Recorded requests, newest first. */
async function* recorded(audit: Recorded, tenant: TenantId, since: number, most = MAX_REPLAYED): AsyncGenerator<ReplayEvent> {
  let after: string | undefined;
  for (let seen = 0; seen < most;) {
    const page = await audit.list(tenant, { kind: 'gateway', since, limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page.events;
    seen += page.events.length;
    after = page.next;
    if (after === undefined) return;
  }
}

function hintFor(id: string, rules: readonly Rule[]): { say?: string } {
  const meant = closest(
    id,
    rules.map((rule) => rule.id),
  );
  return meant === undefined ? {} : { say: `Did you mean ${meant}?` };
}
