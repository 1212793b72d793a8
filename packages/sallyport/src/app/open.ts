import { createHmac } from 'node:crypto';
import { DEFAULT_TENANT, newId, type EventId, type Logger, type Route, type TenantId } from '../kernel/index.ts';
import type { Approvals } from '../approvals/service.ts';
import { approvalRoutes } from '../approvals/routes.ts';
import { openAudit, type Audit } from '../audit/service.ts';
import { auditRoutes } from '../audit/routes.ts';
import { createGuards } from '../guard/index.ts';
import { openChoices } from '../guard/service.ts';
import { openStageOf } from './second_stage.ts';
import { guardRoutes } from '../guard/routes.ts';
import { createControl, type Control } from '../control/service.ts';
import { flowConfig } from '../flow/config.ts';
import { Rag } from '../fga/service.ts';
import { fgaRoutes } from '../fga/routes.ts';
import { ConversationMemory, KnownTexts } from '../flow/index.ts';
import { compileTemplates, createGateway, openRestoreMaps, type Gateway } from '../gateway/service.ts';
import { isSessionBearer, type AuthorizationServer, type Identity, type People } from '../identity/service.ts';
import { openKeyring, type Keyring } from '../keyring/service.ts';
import { knowledgeRoutes } from '../knowledge/routes.ts';
import { clientAddress, openServerTls, type ServerTls } from '../net/index.ts';
import { limitsRoutes } from '../limits/routes.ts';
import { openMonitor } from '../monitor/service.ts';
import { mcpRoutes } from '../mcp/routes.ts';
import { monitorRoutes } from '../monitor/routes.ts';
import { openPolicy, type PolicyConfig, type PolicyService } from '../policy/service.ts';
import { policyRoutes } from '../policy/routes.ts';
import { openProviders, openSealedKeys, type Providers } from '../providers/service.ts';
import { providerRoutes } from '../providers/routes.ts';
import { scanRoutes } from '../scan/routes.ts';
import { openStore, type Store } from '../store/service.ts';
import { openVault, type Vault } from '../vault/service.ts';
import { vaultRoutes } from '../vault/routes.ts';
import { approvalPort, approvalsArea, wireApprovals } from './approvals.ts';
import { backupRoute } from './backup.ts';
import { callerOf, sessionCaller } from './caller.ts';
import { resolveReference, type Config } from './config.ts';
import { conversationsArea } from './conversations.ts';
import { keyFolder, privateFolder } from './data_folder.ts';
import { openDemo } from './demo/demo.ts';
import { demoRoutes } from './demo/routes.ts';
import { fgaAreas, openFga, ragArea } from './fga.ts';
import { openBounds } from './budgets.ts';
import { firstRequestRoute } from './first_request.ts';
import { buildTenantGuards, gatewayGuardConfig, lateCategories, type TenantGuards } from './guards.ts';
import { openKnowledgeOf } from './knowledge.ts';
import { principalNames } from './names.ts';
import { openIdentities } from './open_identity.ts';
import { wireMcp } from './mcp.ts';
import { playgroundRoutes } from './playground.ts';
import { settingsRoutes } from './settings.ts';
import { openTelemetry } from './telemetry.ts';
import { connectionsOf, holdByApproval, proxyArea } from './vault.ts';
import { VERSION } from './version.ts';

export type OpenOptions = {
  readonly dataDir: string;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  readonly clock: () => number;
  /** The event log or the store can go on no longer: the process must end. */
  readonly onFatal: (error: Error) => void;
};

/** All services of one process, wired; nothing listens yet. */
export type App = {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly audit: Audit;
  readonly identity: Identity;
  readonly people: People;
  readonly authorization: AuthorizationServer;
  readonly policy: PolicyService;
  readonly providers: Providers;
  readonly approvals: Approvals;
  readonly vault: Vault;
  readonly gateway: Gateway;
  readonly control: Control;
  readonly routes: readonly Route[];
  /** The certificate of both ports; undefined without TLS. */
  readonly tls: ServerTls | undefined;
  /** Says where the ports are reached; tokens are made and accepted from then on. */
  at(gateway: string, console: string): void;
  /** Takes a new configuration into service where that needs no restart: rules, defaults and guards. Answers what was wrong; then nothing changed. */
  reload(config: Config): Promise<readonly string[]>;
  close(): Promise<void>;
};

/** Opens everything in the order of the house: store, keys, event log, identity, policy, providers, guards, gateway, control. */
export async function openApp(options: OpenOptions): Promise<App> {
  const { config, env, logger, clock } = options;
  privateFolder(options.dataDir);
  privateFolder(keyFolder(options.dataDir));
  const store = await openStore(config.store === undefined ? { dir: options.dataDir } : { url: resolveReference(config.store.url, env) }, {
    logger,
    clock,
  });
  const keyring = await openKeyring(store, kekSource(options), { clock, env });
  const audit = await openAudit(
    { dir: options.dataDir, store, keyring, witness: config.audit?.witness },
    { logger, clock, onFatal: options.onFatal },
  );
  const addressOf = clientAddress(config.listen?.trustedProxies ?? []);
  const { identity, authorization, people, agents, conversations, ...who } = await openIdentities(
    config,
    { store, keyring, audit, addressOf, admit: (address) => bounds.admission.admit(address) },
    { logger, clock },
  );
  const sealed = openSealedKeys({ tenant: DEFAULT_TENANT, store, keyring, change: audit.change, clock, logger });
  const providers = await openProviders(config.providers ?? [], { logger, clock, sealed });
  const keys = await keyring.tenant(DEFAULT_TENANT);
  const evidence = (value: string): string => keys.mac('evidence', value).toString('hex').slice(0, 12);

  let current = config;
  let guards: TenantGuards | undefined;
  const choices = await openChoices({ store, audit, onChange: () => guards?.refresh() }, { logger, clock });
  const stage = await openStageOf(config, logger);
  const rebuild = (): void => {
    guards = current.gateway.guards
      ? buildTenantGuards(current, providers.keyLiterals(), evidence, (tenant) => choices.of(tenant), stage.running())
      : undefined;
  };
  rebuild();
  let templates = compileTemplates(config.templates ?? []);
  const policy = await openPolicy(
    {
      source: async () => policyPart(current),
      store,
      audit,
      late: () => (current.gateway.stream === 'adaptive' ? lateCategories(guards?.of(DEFAULT_TENANT)) : new Set()),
    },
    { logger, clock },
  );
  const stopKeys = providers.onKeys(rebuild);
  const mode = config.content ?? 'findings';

  const telemetry = await openTelemetry(config.telemetry ?? {}, { providers: config.providers ?? [], version: VERSION, logger });
  const monitor = await openMonitor({ store, keyring, audit }, { logger, clock });
  const restoreMaps = openRestoreMaps({ store, keyring, clock, logger });
  const fga = await openFga(config, env, { store, audit, clock });
  const { documents, knowledge } = openKnowledgeOf(
    config,
    { store, keyring, audit, fga, guards: (tenant) => guards?.of(tenant).guards },
    { logger, clock },
  );
  const rag = new Rag({
    fga,
    record: (event) => audit.record(event),
    commit: async (tenant) => {
      const key = (await keyring.tenant(tenant)).macKey('commitment');
      return (value) => createHmac('sha256', key).update(value).digest('hex');
    },
    // What nobody can say of a document stops it.
    guard: { policy: (tenant) => policy.current(tenant), known: (tenant, objects) => knowledge.standing(tenant, objects), onError: 'deny' },
    clock,
  });
  const bounds = openBounds(config, { store, providers, clock, logger });
  const address: { gateway?: string; console?: string } = {};
  const effects = Object.fromEntries((config.tools ?? []).flatMap((tool) => (tool.effect === undefined ? [] : [[tool.name, tool.effect]])));
  const consoleUrl = (): string => (config.publicUrl ?? address.console ?? '').replace(/\/$/, '');
  const newEventId = (): EventId => newId('evt', clock()) as EventId;
  const approvals = await wireApprovals(
    { ...{ store, keyring, change: audit.change, identity, people, agents, env }, config: () => current.approvals ?? {}, url: consoleUrl },
    { logger, clock },
  );
  let connections = connectionsOf(config, env);
  const vault = openVault({ store, keyring, change: audit.change, connections: () => connections, url: consoleUrl, clock });
  const proxy = proxyArea({ vault, audit, hold: holdByApproval(approvals), url: consoleUrl, newEventId, logger, clock });
  const mcp = await wireMcp(
    {
      ...{ config, env, dataDir: options.dataDir, store, audit, identity, keyring, vault, approvals },
      limiter: bounds.limiter,
      consoleUrl,
    },
    {
      policy: (tenant) => policy.current(tenant),
      guards: (tenant) => guards?.of(tenant),
      corrections: (tenant) => monitor.corrections(tenant),
      content: mode,
      flow: flowConfig(config),
      newEventId,
    },
    { logger, clock },
  );
  const gateway = createGateway({
    documents,
    used: (tenant, ids, event) => knowledge.used(tenant, ids, event),
    budgets: () => bounds.budgets(),
    fairness: bounds.fairness,
    areas: [
      ...fgaAreas(fga, identity),
      ragArea(rag, identity),
      approvalsArea(approvals, effects),
      proxy,
      ...(conversations === undefined ? [] : [conversationsArea(conversations)]),
      ...mcp.areas,
    ],
    ...(mcp.proposed === undefined ? {} : { proposed: mcp.proposed }),
    restoreMaps,
    ...(telemetry === undefined ? {} : { observe: (event) => telemetry.observe(event) }),
    config: config.gateway,
    identity,
    limiter: bounds.limiter,
    keyring,
    providers,
    audit,
    policy: (tenant) => policy.current(tenant),
    guards: (tenant) => guards?.of(tenant),
    templates: () => templates,
    corrections: (tenant) => monitor.corrections(tenant),
    contentMode: (_tenant, practice) => (practice && mode !== 'none' ? 'full' : mode),
    effects,
    flow: { ...flowConfig(config), memory: { texts: new KnownTexts(), conversations: new ConversationMemory() } },
    approvals: approvalPort(approvals),
    canaries: [],
    addressOf,
    hosts: (config.listen?.hosts ?? []).map((host) => host.toLowerCase()),
    origins: config.listen?.origins ?? [],
    logger,
    clock,
    newEventId,
  });

  const demo = openDemo({ store, audit, guards: (tenant) => guards?.of(tenant).guards }, clock);
  const tls = config.tls === undefined ? undefined : openServerTls(config.tls, logger);
  const routes: readonly Route[] = [
    ...who.routes,
    ...auditRoutes(audit, { demo, names: principalNames(identity) }),
    ...policyRoutes(policy, demo),
    ...demoRoutes(demo),
    ...limitsRoutes(bounds.spending, () => bounds.budgets().tenant),
    ...guardRoutes({
      choices,
      audit,
      configured: (tenant) => gatewayGuardConfig(current, tenant),
      build: (config) => createGuards({ config, canaries: [] }),
    }),
    ...providerRoutes(providers, sealed),
    ...monitorRoutes(monitor, clock),
    ...scanRoutes({ store, audit, clock }),
    ...knowledgeRoutes(knowledge),
    ...fgaRoutes(fga),
    ...approvalRoutes(approvals),
    ...vaultRoutes(vault),
    ...mcpRoutes({ ...mcp.control, demo: demo.tools }),
    backupRoute(options.dataDir, store, audit, clock),
    ...playgroundRoutes(gateway),
    ...settingsRoutes({ dataDir: options.dataDir, clock, config: () => current, api: () => control.client() }),
    firstRequestRoute({ identity, providers, audit, guarded: () => guards !== undefined, clock, gateway: () => address.gateway }),
  ];
  const control = createControl(routes, {
    authenticate: (bearer, cookie) =>
      isSessionBearer(bearer) ? sessionCaller(people, bearer, cookie, clock()) : callerOf(identity, bearer, clock()),
    hasTenant: (tenant: TenantId) => identity.hasTenant(tenant),
    logger,
    version: VERSION,
    publicUrl: config.publicUrl,
    addressOf,
    admission: bounds.admission,
    used: (caller, permission) => identity.uses(caller, permission),
    metrics: telemetry?.metrics,
    tls,
  });

  return {
    store,
    keyring,
    audit,
    identity,
    people,
    authorization,
    policy,
    providers,
    approvals,
    vault,
    gateway,
    control,
    routes,
    tls,
    at(gatewayUrl, consoleUrl) {
      address.gateway = gatewayUrl;
      address.console = consoleUrl;
      const base = (config.publicUrl ?? consoleUrl).replace(/\/$/, '');
      const place = { issuer: `${base}/oidc`, resource: (config.gateway.publicUrl ?? gatewayUrl).replace(/\/$/, '') };
      identity.at(place);
      authorization.at(place);
    },
    async reload(next) {
      const opened = await stage.reload(next);
      if (!opened.ok) return [opened.problem];
      const reloaded = await policy.reload(policyPart(next));
      if (!reloaded.ok) opened.drop();
      if (!reloaded.ok) return reloaded.problems.map((problem) => `${problem.rule}: ${problem.message}`);
      current = next;
      opened.use();
      rebuild();
      templates = compileTemplates(next.templates ?? []);
      connections = connectionsOf(next, env);
      bounds.reload(next);
      return [];
    },
    async close() {
      stopKeys();
      stage.close();
      await choices.close();
      tls?.close();
      gateway.close();
      await mcp.close();
      await bounds.close();
      await approvals.close();
      await telemetry?.close();
      await documents.close();
      await fga.close();
      await restoreMaps.close();
      await monitor.close();
      await control.close();
      await policy.close();
      await authorization.close();
      await identity.close();
      await providers.close();
      await audit.close();
      await store.close();
    },
  };
}

function policyPart(config: Config): PolicyConfig {
  return {
    ...(config.rules === undefined ? {} : { rules: config.rules }),
    ...(config.defaults === undefined ? {} : { defaults: config.defaults }),
    ...(config.withoutRules === undefined ? {} : { withoutRules: config.withoutRules }),
  };
}

/** The key folder stands beside the data folder, never in it; the environment may hold the key instead. */
function kekSource(options: OpenOptions): Parameters<typeof openKeyring>[1] {
  const dir = keyFolder(options.dataDir);
  return options.env['SALLYPORT_KEK'] === undefined ? { kind: 'file', dir } : { kind: 'env', variable: 'SALLYPORT_KEK', dir };
}
