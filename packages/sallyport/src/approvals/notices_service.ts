import { reasonOf, type Clock, type Json, type Logger, type TenantId } from '../kernel/index.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Sql, Store } from '../store/service.ts';
import type { Held, Notice } from './approval.ts';
import type { ApprovalRow } from './record.ts';
import { openContent } from './sealed_service.ts';
import * as rows from './store.ts';

/** How people hear of held actions. */
export type Channels = {
  /** Names of those that are configured now, always the same for the same one. */
  names(): readonly string[];
  /** Gives one notice to one channel. Rejects when it did not take it. */
  send(channel: string, notice: Notice): Promise<void>;
  /** Tells a waiting side that something was decided: the id alone, so that a wrong address learns nothing. */
  ping(callback: string, id: string): Promise<void>;
};

/** Notices as an outbox: written with the action that they are about, and tried until a channel has taken them, by whichever process runs. */
export type Notices = {
  /** Writes down, in the action's own transaction, that every channel is to be told. */
  ask(sql: Sql, tenant: TenantId, approval: string): Promise<void>;
  /** As `ask`, that the requester's callback is to be told of a decision. */
  decided(sql: Sql, tenant: TenantId, approval: string): Promise<void>;
  /** Gives out what is due; called after each commit, and by itself. */
  deliver(): void;
  close(): Promise<void>;
};

const CALLBACK = 'callback';
/** Pauses before the next tries; after the last one hourly, until the action waits no more. */
const AGAIN_MS = [2_000, 20_000, 120_000, 600_000, 3_600_000] as const;
/** A notice that a process has taken is another's again after this: longer than any channel takes. */
const LEASE_MS = 60_000;
/** A callback is tried for this long after the decision; the waiting side asks by itself too. */
const CALLBACK_MS = 6 * 3_600_000;
const LOOK_MS = 15_000;

type NoticesOptions = {
  readonly store: Store;
  readonly keyring: Pick<Keyring, 'tenant' | 'openFor' | 'sealFor'>;
  readonly channels: Channels;
  linkTo(tenant: TenantId, link: string): Promise<string>;
};

export function openNotices(options: NoticesOptions, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }): Notices {
  const { store, channels } = options;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;
  const soon = new Set<NodeJS.Timeout>();
  const timer = setInterval(() => deliver(), LOOK_MS);
  timer.unref();

  function deliver(): void {
    if (closed) return;
    again = running !== undefined;
    running ??= due()
      .catch((error: unknown) => logger.warn('approval notices not looked at', { reason: reasonOf(error) }))
      .finally(() => {
        running = undefined;
        if (again) deliver();
      });
  }

  async function due(): Promise<void> {
    const now = clock();
    for (const tenant of await store.system('approvals: tenants with notices to give', (sql) => rows.tenantsWithNotices(sql, now))) {
      const taken = await store.tx(tenant, (sql) => rows.takeNotices(sql, now, now + LEASE_MS));
      await Promise.all(taken.map((one) => give(tenant, one)));
    }
  }

  async function give(tenant: TenantId, { approval, channel, attempts }: rows.NoticeRow): Promise<void> {
    try {
      await (channel === CALLBACK ? ping(tenant, approval) : tell(tenant, approval, channel));
      await store.tx(tenant, (sql) => rows.deleteNotice(sql, approval, channel));
    } catch (error) {
      const pause = AGAIN_MS[Math.min(attempts - 1, AGAIN_MS.length - 1)] ?? LEASE_MS;
      logger.warn('approval notice not delivered', { channel, approval, reason: reasonOf(error), again: pause });
      await store.tx(tenant, (sql) => rows.postponeNotice(sql, approval, channel, clock() + pause)).catch(() => {});
      if (closed || pause > LOOK_MS) return;
      const later = setTimeout(() => {
        soon.delete(later);
        deliver();
      }, pause);
      later.unref();
      soon.add(later);
    }
  }

  /** Nothing to tell is told: it waits no more, its text was erased, or nobody is to be told here any more. */
  async function tell(tenant: TenantId, approval: string, channel: string): Promise<void> {
    const row = await store.tx(tenant, (sql) => rows.selectRequest(sql, approval));
    if (row === undefined || row.state !== 'waiting' || row.expires <= clock() || !channels.names().includes(channel)) return;
    const held = await heldOf(tenant, row);
    const link = await store.tx(tenant, (sql) => rows.firstLink(sql, approval));
    if (held === undefined || link === undefined) return;
    await channels.send(channel, { tenant, approval, url: await options.linkTo(tenant, link), held, expires: row.expires });
  }

  async function ping(tenant: TenantId, approval: string): Promise<void> {
    const row = await store.tx(tenant, (sql) => rows.selectRequest(sql, approval));
    if (row === undefined || clock() - (row.decided ?? 0) > CALLBACK_MS) return;
    const content = await openContent(options.keyring, tenant, row);
    if (content?.callback !== undefined) await channels.ping(content.callback, approval);
  }

  async function heldOf(tenant: TenantId, row: ApprovalRow): Promise<Held | undefined> {
    const content = await openContent(options.keyring, tenant, row);
    if (content === undefined) return undefined;
    const { reasons, findings, said } = content;
    return {
      ...{ tenant, requester: row.requester as Held['requester'], tool: row.tool, arguments: JSON.parse(content.arguments) as Json },
      ...{ effect: row.effect, risk: row.risk, reasons, findings, ...(said === undefined ? {} : { said }) },
      ...(row.conversation === null ? {} : { conversation: row.conversation }),
    };
  }

  // What an earlier process has left.
  deliver();
  return {
    async ask(sql, tenant, approval) {
      for (const channel of channels.names()) await rows.insertNotice(sql, tenant, approval, channel, clock());
    },
    decided: (sql, tenant, approval) => rows.insertNotice(sql, tenant, approval, CALLBACK, clock()),
    deliver,
    async close() {
      closed = true;
      clearInterval(timer);
      for (const one of soon) clearTimeout(one);
      await running;
    },
  };
}
