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
import type { PolicyConfig, RuleTest } from './config.ts';
import { fail } from './errors.ts';
import { explainAt, type RuleExplanation } from './explain.ts';
import type { LoadedPolicy, Mode } from './load.ts';
import { explainEvent, replayRule, type Replay, type ReplayEvent } from './replay.ts';
import { sampleVars } from './sample.ts';
import { loadModes, MODES_CHANNEL, notifyModes, writeMode } from './store.ts';
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
  /** What a rule would have done to the recorded requests since a time (milliseconds since 1970). Rejects POLICY_RULE_UNKNOWN. */
  replay(tenant: TenantId, rule: string, since: number): Promise<Replay>;
  /** Reads the modes anew. */
  refresh(): Promise<void>;
  close(): Promise<void>;
};

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

const NO_MODES: ReadonlyMap<string, Mode> = new Map();

/** Loads the policy and keeps it, with each tenant's modes, in memory. Rejects POLICY_INVALID when the first configuration is wrong. */
export async function openPolicy(options: PolicyOptions, deps: { readonly logger: Logger; readonly clock: Clock }): Promise<PolicyService> {
  const { store, audit } = options;
  const { logger, clock } = deps;
  const late = options.late ?? ((): ReadonlySet<Category> => new Set());
  let config = await options.source();
  let modes: ReadonlyMap<TenantId, ReadonlyMap<string, Mode>> = new Map();
  let base = begin(config, late());
  let tenants = new Map<TenantId, Policy>();
  let refused: readonly PolicyProblem[] = [];

  /** One policy for each tenant with modes of its own; all others share the base. */
  function loadTenants(): Map<TenantId, Policy> {
    const made = new Map<TenantId, Policy>();
    for (const [tenant, own] of modes) {
      const loaded = loadConfigured(config, own, late());
      // What loads without modes loads with them: they change only whether a rule is in force.
      if (loaded.ok) made.set(tenant, loaded.policy);
    }
    return made;
  }

  async function refresh(): Promise<void> {
    modes = await store.system('policy: modes of all tenants', loadModes);
    tenants = loadTenants();
  }

  const refreshQuietly = (): void => {
    refresh().catch((error: unknown) => logger.warn('policy modes not refreshed', { reason: reasonOf(error) }));
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

  await refresh();
  const unlisten = await store.listen(MODES_CHANNEL, refreshQuietly);

  return {
    current,
    refresh,
    state: () => ({ warnings: base.warnings, refused }),
    async reload(next) {
      const loaded = loadConfigured(next, NO_MODES, late());
      if (!loaded.ok) {
        refused = loaded.problems;
        for (const problem of loaded.problems)
          logger.error('policy refused, the old one stays in force', { rule: problem.rule, path: problem.path, problem: problem.message });
        await tell('policy.refused', { problems: loaded.problems.length, rule: loaded.problems[0]?.rule ?? '' });
        return loaded;
      }
      const before = base.policy.version;
      config = next;
      base = loaded;
      tenants = loadTenants();
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
    async replay(tenant, id, since) {
      return replayRule(ruleOf(tenant, id), recorded(audit, tenant, since));
    },
    close: unlisten,
  };
}

type Base = Extract<LoadedPolicy, { ok: true }>;

function begin(config: PolicyConfig, late: ReadonlySet<Category>): Base {
  const loaded = loadConfigured(config, NO_MODES, late);
  if (loaded.ok) return loaded;
  throw fail('POLICY_INVALID', { say: loaded.problems.map((problem) => `${problem.rule}: ${problem.message}`).join('; ') });
}

/** Recorded requests, newest first. */
async function* recorded(audit: Pick<Audit, 'list'>, tenant: TenantId, since: number): AsyncGenerator<ReplayEvent> {
  let after: string | undefined;
  for (let seen = 0; seen < MAX_REPLAYED;) {
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
