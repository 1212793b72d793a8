import { newId, reasonOf, type Clock, type Json, type Logger, type TenantId } from '../kernel/index.ts';
import { label } from '../audit/index.ts';
import type { Change, StateChange } from '../audit/service.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Sql, Store } from '../store/service.ts';
import type { Action, Answer, Approver, Held, Progress, Requested, State, Used } from './approval.ts';
import { bindingOf, valueHash } from './binding.ts';
import type { ApprovalsConfig } from './config.ts';
import { fail } from './errors.ts';
import { grantFits } from './grant.ts';
import { isProved, linkToken, readLinkToken } from './link_token.ts';
import type { ApprovalRow, GrantRow } from './record.ts';
import { grantOf, offeredScopes } from './scope.ts';
import { openContent, openNote, sealContent, sealNote, type Content } from './sealed_service.ts';
import { openNotices, type Channels } from './notices_service.ts';
import * as rows from './store.ts';
import { viewOf, type ApprovalView } from './view.ts';
import { Waiters } from './waiters.ts';
import { isNamed, termsFor, type Terms } from './who.ts';

export type Approvals = {
  /**
   * Holds an action until a person answers. Idempotent while the same requester waits for the same action in the same conversation.
   * A `refused` outcome is final: the action may not run, and nobody was asked.
   */
  request(held: Held): Promise<Requested>;
  /** Spends an approval of exactly this action, or counts the use of a lasting one. One byte of difference, or a second time: not approved. */
  use(action: Action): Promise<Used>;
  /** Rejects APPROVAL_UNKNOWN, APPROVAL_OWN, APPROVAL_NOT_YOURS, APPROVAL_NOT_FRESH, APPROVAL_SCOPE, APPROVAL_TWICE, APPROVAL_STATE. */
  answer(tenant: TenantId, id: string, answer: Answer, by: Approver): Promise<ApprovalView>;
  /** As `answer`, by the token of a link, which is used up by it. Rejects APPROVAL_LINK_INVALID too. */
  answerByLink(tenant: TenantId, token: string, answer: Answer, by: Approver): Promise<ApprovalView>;
  /** What a link leads to; it stays as it is. Rejects APPROVAL_LINK_INVALID. */
  lookAtLink(tenant: TenantId, token: string, by: Approver): Promise<ApprovalView>;
  /** The requester's own approval, as soon as it waits no more or after `milliseconds`; undefined when there is none of his. */
  wait(action: Pick<Action, 'tenant' | 'requester'>, id: string, milliseconds: number, signal: AbortSignal): Promise<Progress | undefined>;
  /** Rejects APPROVAL_UNKNOWN. */
  get(tenant: TenantId, id: string, by: Approver): Promise<ApprovalView>;
  list(tenant: TenantId, state: State | undefined): Promise<readonly Listed[]>;
  grants(tenant: TenantId): Promise<readonly GrantRow[]>;
  /** Rejects APPROVAL_GRANT_UNKNOWN. */
  revokeGrant(tenant: TenantId, id: string, actor: string): Promise<void>;
  /** Ends what is over, in all tenants; answers how many. Runs by itself, too. */
  sweep(): Promise<number>;
  close(): Promise<void>;
};

export type Listed = Pick<
  ApprovalRow,
  'id' | 'requester' | 'tool' | 'effect' | 'risk' | 'needs' | 'given' | 'state' | 'created' | 'expires' | 'decided'
> & { readonly name: string };

export type ApprovalsOptions = {
  readonly store: Store;
  readonly keyring: Pick<Keyring, 'tenant' | 'sealFor' | 'openFor'>;
  readonly change: Change;
  config(): ApprovalsConfig;
  /** The console's address, without a slash at its end. */
  url(): string;
  /** Whether anybody but the requester may answer on these terms. */
  someone(tenant: TenantId, terms: Terms, requester: string): Promise<boolean>;
  /** Names of principals, for people to read. */
  names(tenant: TenantId): Promise<ReadonlyMap<string, string>>;
  /** By which people hear of a held action, and the requester of a decision. */
  readonly channels: Channels;
};

const HOUR = 3_600_000;
/** Approvals that nobody answered are ended this often; until then they count as expired already. */
const SWEEP_MS = 15_000;
/** A waiting request looks again without a notification, in case one is lost. */
const LOOK_MS = 5_000;
/** One event of the guard against fatigue for each requester in this time: a flood of questions is no flood of events. */
const FATIGUE_MS = 10 * 60_000;
const MAX_SAID = 4_000;
const MAX_NOTE = 1_000;

export async function openApprovals(
  options: ApprovalsOptions,
  deps: { readonly logger: Logger; readonly clock: Clock },
): Promise<Approvals> {
  const { store, keyring, change } = options;
  const { clock, logger } = deps;
  const waiters = new Waiters();
  const fatigued = new Map<string, number>();
  const unlisten = await store.listen(rows.APPROVALS_CHANNEL, (payload) => waiters.wake(payload));
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => logger.warn('approvals not swept', { reason: reasonOf(error) }));
  }, SWEEP_MS);
  timer.unref();

  async function macOf(tenant: TenantId): Promise<(purpose: string, ...parts: string[]) => Buffer> {
    const keys = await keyring.tenant(tenant);
    return (purpose, ...parts) => keys.mac(purpose, ...parts);
  }

  async function linkTo(tenant: TenantId, link: string): Promise<string> {
    return `${options.url()}/approve/${linkToken(await macOf(tenant), tenant, link)}`;
  }

  const notices = openNotices({ store, keyring, channels: options.channels, linkTo }, deps);

  async function existing(tenant: TenantId, id: string): Promise<ApprovalRow> {
    const row = await store.tx(tenant, (sql) => rows.selectRequest(sql, id));
    if (row === undefined) throw fail('APPROVAL_UNKNOWN');
    return row;
  }

  /** The approval behind a link of this tenant that is still good. */
  async function linked(tenant: TenantId, token: string): Promise<{ link: string; row: ApprovalRow }> {
    const read = readLinkToken(token);
    if (read === undefined || read.tenant !== tenant || !isProved(await macOf(tenant), read)) throw fail('APPROVAL_LINK_INVALID');
    const id = await store.tx(tenant, (sql) => rows.selectLink(sql, read.link, clock()));
    if (id === undefined) throw fail('APPROVAL_LINK_INVALID');
    return { link: read.link, row: await existing(tenant, id) };
  }

  async function view(tenant: TenantId, row: ApprovalRow, by: Approver): Promise<ApprovalView> {
    const content = await openContent(keyring, tenant, row);
    const given = await store.tx(tenant, (sql) => rows.selectAnswers(sql, row.id));
    const answers = await Promise.all(given.map(async (one) => ({ ...one, note: await openNote(keyring, tenant, row, one) })));
    const name = (await options.names(tenant)).get(row.requester) ?? row.requester;
    return viewOf(row, { content, answers, name, now: clock(), yours: mayAnswer(row, by) });
  }

  async function answerRow(tenant: TenantId, row: ApprovalRow, answer: Answer, by: Approver, link?: string): Promise<ApprovalView> {
    if (row.requester === by.principal) throw fail('APPROVAL_OWN');
    if (!isNamed(row.approvers, by)) throw fail('APPROVAL_NOT_YOURS');
    if (row.fresh && answer.decision === 'approve' && !by.fresh) throw fail('APPROVAL_NOT_FRESH');
    const content = await openContent(keyring, tenant, row);
    // Its arguments were erased: nobody can see any more what he would approve.
    if (content === undefined && answer.decision === 'approve') throw fail('APPROVAL_STATE');
    const args = JSON.parse(content?.arguments ?? 'null') as Json;
    const grant = answer.decision === 'approve' ? grantOf(answer, offeredScopes(row.effect, row.conversation, row.needs), args) : undefined;
    if (typeof grant === 'string') throw fail('APPROVAL_SCOPE', { say: grant });
    const note = answer.note === undefined ? null : await sealNote(keyring, tenant, row, by.principal, answer.note.slice(0, MAX_NOTE));
    const mac = await macOf(tenant);
    const now = clock();
    const state = await change(tenant, async (sql, emit) => {
      if (link !== undefined && !(await rows.useLink(sql, link, row.id, now))) throw fail('APPROVAL_LINK_INVALID');
      if (!(await rows.insertAnswer(sql, tenant, row.id, answer, by, note, now))) throw fail('APPROVAL_TWICE');
      const until = now + (options.config().useMinutes ?? 60) * 60_000;
      const next =
        answer.decision === 'approve'
          ? await rows.countApproval(sql, row.id, now, until)
          : (await rows.reject(sql, row.id, now))
            ? 'rejected'
            : undefined;
      if (next === undefined) throw fail('APPROVAL_STATE');
      await emit({
        ...about(row, by.principal, next === 'waiting' ? 'approval.answered' : `approval.${next}`),
        detail: { channel: by.channel, scope: answer.scope ?? 'once', needs: row.needs },
      });
      if (grant !== undefined && next === 'approved') {
        const id = newId('apg', now);
        await rows.insertGrant(sql, tenant, {
          id,
          approval: row.id,
          requester: row.requester,
          tool: row.tool,
          scope: grant.scope,
          binding: grant.scope === 'value' ? row.binding : null,
          conversation: grant.scope === 'conversation' ? row.conversation : null,
          bound: grant.bound.map(({ pointer, value }) => ({ pointer, hash: valueHash(mac, pointer, value) })),
          given_by: by.principal,
          created: now,
          expires: now + grant.forMs,
        });
        await emit({
          type: 'approval.grant_created',
          actor: by.principal,
          target: { kind: 'approval_grant', id, name: label(row.tool) },
          detail: { approval: row.id, scope: grant.scope, expires: now + grant.forMs },
        });
      }
      if (next !== 'waiting' && content?.callback !== undefined) await notices.decided(sql, tenant, row.id);
      await rows.notifyApproval(sql, tenant, row.id);
      return next;
    });
    if (state !== 'waiting') notices.deliver();
    return view(tenant, await existing(tenant, row.id), by);
  }

  async function fatigue(tenant: TenantId, held: Held, emit: (one: StateChange) => Promise<void>, asked: number): Promise<void> {
    const key = `${tenant} ${held.requester}`;
    const now = clock();
    if (now - (fatigued.get(key) ?? Number.NEGATIVE_INFINITY) < FATIGUE_MS) return;
    if (fatigued.size > 10_000) fatigued.clear();
    fatigued.set(key, now);
    await emit({
      type: 'approval.fatigue',
      actor: held.requester,
      target: { kind: 'principal', id: held.requester },
      detail: { asked, limit: limitOf() },
    });
  }

  const limitOf = (): number => options.config().perHour ?? 30;

  async function request(held: Held): Promise<Requested> {
    const { tenant, requester } = held;
    const mac = await macOf(tenant);
    const bound = bindingOf(held, mac);
    if (!bound.ok) return { kind: 'refused', reason: bound.reason };
    const terms = termsFor(options.config(), held);
    if (!(await options.someone(tenant, terms, requester))) return { kind: 'refused', reason: 'approval_unavailable' };
    const now = clock();
    const [id, link] = [newId('apr', now), newId('apl', now)];
    const content: Content = {
      arguments: bound.text,
      reasons: held.reasons,
      findings: held.findings,
      ...(held.said === undefined ? {} : { said: held.said.slice(0, MAX_SAID).toWellFormed() }),
      ...(held.event === undefined ? {} : { event: held.event }),
      ...(held.callback === undefined ? {} : { callback: held.callback }),
    };
    const sealed = await sealContent(keyring, tenant, { id, requester }, content);
    const outcome = await change(tenant, (sql, emit) => hold(sql, emit));
    if (outcome.kind !== 'held') return outcome;
    const url = await linkTo(tenant, outcome.link);
    if (outcome.id === id) notices.deliver();
    return { kind: 'held', id: outcome.id, url, expiresAt: outcome.expiresAt, state: outcome.state };

    type Outcome = Exclude<Requested, { kind: 'held' }> | (Omit<Extract<Requested, { kind: 'held' }>, 'url'> & { readonly link: string });

    async function hold(sql: Sql, emit: (one: StateChange) => Promise<void>): Promise<Outcome> {
      await rows.lockRequester(sql, mac('approval lock', requester).readBigInt64BE(0));
      for (const over of await rows.expireBinding(sql, bound.ok ? bound.hash : Buffer.alloc(0), now))
        await emit(about({ id: over, tool: held.tool }, 'system', 'approval.expired'));
      const hash = bound.ok ? bound.hash : Buffer.alloc(0);
      const open = await rows.selectOpen(sql, hash, held.conversation ?? null);
      if (open !== undefined) {
        const state = open.state === 'approved' ? 'approved' : 'waiting';
        return { kind: 'held', id: open.id, expiresAt: open.expires, state, link: (await rows.firstLink(sql, open.id)) ?? link };
      }
      if (await rows.rejectedSince(sql, hash, now - HOUR)) return { kind: 'refused', reason: 'approval_rejected' };
      const asked = await rows.countSince(sql, requester, now - HOUR);
      if (asked >= limitOf()) {
        await fatigue(tenant, held, emit, asked);
        return { kind: 'refused', reason: 'approval_fatigue' };
      }
      const expires = now + terms.waitMs;
      await rows.insertRequest(sql, tenant, {
        ...{ id, requester, tool: held.tool, effect: held.effect, risk: held.risk, conversation: held.conversation ?? null },
        ...{ binding: hash, sealed: Buffer.from(sealed), approvers: terms.approvers, needs: terms.needs, fresh: terms.fresh },
        ...{ created: now, expires },
      });
      await rows.insertLink(sql, tenant, link, id, now, expires);
      await notices.ask(sql, tenant, id);
      await emit({
        ...about({ id, tool: held.tool }, requester, 'approval.requested'),
        detail: { risk: held.risk, effect: held.effect, findings: held.findings.length, needs: terms.needs, expires },
      });
      await rows.notifyApproval(sql, tenant, id);
      return { kind: 'held', id, expiresAt: expires, state: 'waiting', link };
    }
  }

  async function use(action: Action): Promise<Used> {
    const { tenant, requester, tool } = action;
    const mac = await macOf(tenant);
    const bound = bindingOf(action, mac);
    if (!bound.ok) return { ok: false, reason: bound.reason === 'arguments_invalid' ? bound.reason : 'not_approved' };
    const now = clock();
    return change(tenant, async (sql, emit): Promise<Used> => {
      const id = await rows.spend(sql, bound.hash, action.conversation ?? null, now);
      if (id !== undefined) {
        await emit(about({ id, tool }, requester, 'approval.used'));
        await rows.notifyApproval(sql, tenant, id);
        return { ok: true, approval: id, scope: 'once' };
      }
      for (const grant of await rows.selectGrantsFor(sql, requester, tool, now)) {
        if (!grantFits(grant, action, bound.hash, mac) || !(await rows.countUse(sql, grant.id, now))) continue;
        await emit({
          type: 'approval.grant_used',
          actor: requester,
          target: { kind: 'approval_grant', id: grant.id, name: label(tool) },
          detail: { approval: grant.approval, scope: grant.scope },
        });
        return { ok: true, approval: grant.approval, scope: grant.scope };
      }
      return { ok: false, reason: 'not_approved' };
    });
  }

  async function wait(
    { tenant, requester }: Pick<Action, 'tenant' | 'requester'>,
    id: string,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<Progress | undefined> {
    const until = clock() + milliseconds;
    for (;;) {
      const row = await store.tx(tenant, (sql) => rows.selectRequest(sql, id));
      if (row === undefined || row.requester !== requester) return undefined;
      const now = clock();
      const state = stateAt(row, now);
      if (state !== 'waiting' || now >= until || signal.aborted || waiters.closed) return progressOf(tenant, row, state);
      await waiters.wait(`${tenant} ${id}`, Math.max(1, Math.min(until, row.expires, now + LOOK_MS) - now), signal);
    }
  }

  async function progressOf(tenant: TenantId, row: ApprovalRow, state: State): Promise<Progress> {
    const { id, tool, created, expires } = row;
    const last = (await store.tx(tenant, (sql) => rows.selectAnswers(sql, id))).at(-1);
    const note = last === undefined || state === 'waiting' ? undefined : await openNote(keyring, tenant, row, last);
    return { id, state, tool, created, expires, ...(note === undefined ? {} : { note }) };
  }

  async function sweep(): Promise<number> {
    let ended = 0;
    for (const tenant of await store.system('approvals: tenants in which one is over', (sql) => rows.tenantsDue(sql, clock()))) {
      ended += await change(tenant, async (sql, emit) => {
        const over = await rows.expireDue(sql, clock());
        for (const one of over) {
          await emit(about(one, 'system', 'approval.expired'));
          await rows.notifyApproval(sql, tenant, one.id);
        }
        return over.length;
      });
    }
    return ended;
  }

  return {
    request,
    use,
    answer: async (tenant, id, answer, by) => answerRow(tenant, await existing(tenant, id), answer, by),
    async answerByLink(tenant, token, answer, by) {
      const { link, row } = await linked(tenant, token);
      return answerRow(tenant, row, answer, by, link);
    },
    lookAtLink: async (tenant, token, by) => view(tenant, (await linked(tenant, token)).row, by),
    wait,
    get: async (tenant, id, by) => view(tenant, await existing(tenant, id), by),
    async list(tenant, state) {
      const [found, names] = await Promise.all([store.tx(tenant, (sql) => rows.selectRequests(sql, state)), options.names(tenant)]);
      const now = clock();
      return found
        .map((row) => ({ ...listed(row), state: stateAt(row, now), name: names.get(row.requester) ?? row.requester }))
        .filter((row) => state === undefined || row.state === state);
    },
    grants: (tenant) => store.tx(tenant, (sql) => rows.selectGrants(sql, clock())),
    revokeGrant: (tenant, id, actor) =>
      change(tenant, async (sql, emit) => {
        if (!(await rows.revokeGrant(sql, id, clock()))) throw fail('APPROVAL_GRANT_UNKNOWN');
        await emit({ type: 'approval.grant_revoked', actor, target: { kind: 'approval_grant', id } });
      }),
    sweep,
    async close() {
      clearInterval(timer);
      waiters.close();
      await notices.close();
      await unlisten();
    },
  };
}

function mayAnswer(row: ApprovalRow, by: Approver): boolean {
  return row.requester !== by.principal && isNamed(row.approvers, by);
}

/** The state that counts now: what is over has ended, also before the sweep has written it down. */
function stateAt({ state, expires }: Pick<ApprovalRow, 'state' | 'expires'>, now: number): State {
  return (state === 'waiting' || state === 'approved') && expires <= now ? 'expired' : state;
}

function listed({ id, requester, tool, effect, risk, needs, given, state, created, expires, decided }: ApprovalRow): Omit<Listed, 'name'> {
  return { id, requester, tool, effect, risk, needs, given, state, created, expires, decided };
}

/** An event about an approval. The tool's name comes from a model: `label` withholds what looks like a sentence. */
function about({ id, tool }: Pick<ApprovalRow, 'id' | 'tool'>, actor: string, type: string): StateChange {
  return { type, actor, target: { kind: 'approval', id, name: label(tool) } };
}
