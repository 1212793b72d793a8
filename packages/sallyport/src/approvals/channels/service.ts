import { hash } from 'node:crypto';
import type { Secret, TenantId } from '../../kernel/index.ts';
import { guardedFetch, type Allow } from '../../net/index.ts';
import type { ApprovalsConfig } from '../config.ts';
import type { Channels } from '../notices_service.ts';
import { jsonMessage } from './json.ts';
import { mailText } from './mail.ts';
import { sendMail } from './mail_service.ts';
import { messageOf } from './message.ts';
import { slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';

export type ChannelsOptions = {
  config(): ApprovalsConfig;
  /** The value behind a reference. */
  resolve(reference: string): Secret;
  name(tenant: TenantId, principal: string): Promise<string>;
};

type Webhook = NonNullable<ApprovalsConfig['webhooks']>[number];
const MAIL = 'mail';

/** The channels of a configuration: webhooks, mail, and the requester's own callback. */
export function openChannels(options: ChannelsOptions): Channels {
  return {
    names() {
      const { webhooks = [], mail } = options.config();
      return [...webhooks.map(nameOf), ...(mail === undefined ? [] : [MAIL])];
    },
    async send(channel, { tenant, approval, url, held, expires }) {
      const { webhooks = [], mail } = options.config();
      const name = await options.name(tenant, held.requester);
      const webhook = webhooks.find((one) => nameOf(one) === channel);
      const full = (channel === MAIL ? mail?.arguments : webhook?.arguments) === true;
      const message = messageOf({ held, name, url, expires, full });
      if (channel === MAIL && mail !== undefined)
        return sendMail({ address: options.resolve(mail.server), from: mail.from }, mail.to, mailText(message));
      if (webhook === undefined) return;
      const body =
        webhook.kind === 'slack'
          ? slackMessage(message)
          : webhook.kind === 'teams'
            ? teamsMessage(message)
            : jsonMessage(approval, message);
      await post(options.resolve(webhook.url).reveal(), JSON.stringify(body), 'as-written');
    },
    ping: (callback, id) => post(callback, JSON.stringify({ approval: id }), 'public'),
  };
}

/** The kind, and a hash of the address: that may be a secret, and the database keeps the name. */
function nameOf({ kind, url }: Webhook): string {
  return `${kind} ${hash('sha256', url, 'hex').slice(0, 16)}`;
}

/** A webhook's address is the operator's; a callback's is the requester's, and only public ones are reached. */
async function post(url: string, body: string, allow: Allow): Promise<void> {
  const reply = await guardedFetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, allow });
  if (reply.status < 200 || reply.status >= 300) throw new Error(`the receiver answered ${reply.status}`);
}
