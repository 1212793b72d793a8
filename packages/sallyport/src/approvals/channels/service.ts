import { reasonOf, type Logger, type Secret, type TenantId } from '../../kernel/index.ts';
import { guardedFetch, type Allow } from '../../net/index.ts';
import type { ApprovalsConfig } from '../config.ts';
import type { Notice } from '../approval.ts';
import { jsonMessage } from './json.ts';
import { mailText } from './mail.ts';
import { sendMail } from './mail_service.ts';
import { messageOf, type Message } from './message.ts';
import { slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';

export type Channels = {
  /** Tells every configured channel, behind the caller's back. What fails is tried again and then logged: the inbox has it in any case. */
  tell(notice: Notice): void;
  /** Tells a waiting side that something was decided: the id alone, so that a wrong address learns nothing. */
  ping(callback: string, id: string): void;
  close(): Promise<void>;
};

export type ChannelsOptions = {
  config(): ApprovalsConfig;
  /** The value behind a reference. */
  resolve(reference: string): Secret;
  name(tenant: TenantId, principal: string): Promise<string>;
};

/** Pauses before the second and third try. */
const AGAIN_MS = [2_000, 20_000] as const;
/** Messages under way at once; more wait in the inbox only. */
const MAX_UNDER_WAY = 200;

export function openChannels(options: ChannelsOptions, { logger }: { readonly logger: Logger }): Channels {
  const underWay = new Set<Promise<void>>();
  const closed = new AbortController();

  function start(channel: string, approval: string, send: () => Promise<void>): void {
    if (underWay.size >= MAX_UNDER_WAY) {
      logger.warn('approval notice dropped: too many under way', { channel, approval });
      return;
    }
    const running = attempts(channel, approval, send).finally(() => underWay.delete(running));
    underWay.add(running);
  }

  async function attempts(channel: string, approval: string, send: () => Promise<void>): Promise<void> {
    for (const pause of [...AGAIN_MS, undefined]) {
      try {
        return await send();
      } catch (error) {
        logger.warn('approval notice not delivered', { channel, approval, reason: reasonOf(error), again: pause !== undefined });
        if (pause === undefined || closed.signal.aborted) return;
        await sleep(pause, closed.signal);
      }
    }
  }

  async function tell({ tenant, approval, url, held, expires }: Notice): Promise<void> {
    const { webhooks = [], mail } = options.config();
    if (webhooks.length === 0 && mail === undefined) return;
    const name = await options.name(tenant, held.requester);
    const message = (full: boolean | undefined): Message => messageOf({ held, name, url, expires, full: full === true });
    for (const webhook of webhooks) {
      const told = message(webhook.arguments);
      const body =
        webhook.kind === 'slack' ? slackMessage(told) : webhook.kind === 'teams' ? teamsMessage(told) : jsonMessage(approval, told);
      start(webhook.kind, approval, () => post(options.resolve(webhook.url).reveal(), JSON.stringify(body), 'as-written'));
    }
    if (mail !== undefined)
      start('mail', approval, () =>
        sendMail({ address: options.resolve(mail.server), from: mail.from }, mail.to, mailText(message(mail.arguments))),
      );
  }

  return {
    tell(notice) {
      tell(notice).catch((error: unknown) =>
        logger.warn('approval notice not made', { approval: notice.approval, reason: reasonOf(error) }),
      );
    },
    ping: (callback, id) => start('callback', id, () => post(callback, JSON.stringify({ approval: id }), 'public')),
    async close() {
      closed.abort();
      await Promise.all(underWay);
    },
  };
}

/** A webhook's address is the operator's; a callback's is the requester's, and only public ones are reached. */
async function post(url: string, body: string, allow: Allow): Promise<void> {
  const reply = await guardedFetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, allow });
  if (reply.status < 200 || reply.status >= 300) throw new Error(`the receiver answered ${reply.status}`);
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
