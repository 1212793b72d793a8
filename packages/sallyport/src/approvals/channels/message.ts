import type { Held } from '../approval.ts';
import { flat, shownJson, shownLine, shownText } from '../shown.ts';

/** What every channel tells: facts of the gate apart from what the agent wrote. All of it is plain text that no channel may read as markup. */
export type Message = {
  readonly title: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Why it is held, in the policy's words. */
  readonly reasons: readonly string[];
  /** Present when the channel may carry them. */
  readonly arguments?: string;
  /** The agent's own words. */
  readonly said?: string;
  readonly url: string;
};

/** What a person reads in a channel before opening the page; the page shows all of it. */
const MAX_ARGUMENTS = 1_500;
const MAX_SAID = 500;
const MAX_NAME = 200;
const MAX_REASONS = 5;

export type MessageParts = {
  readonly held: Pick<Held, 'tool' | 'arguments' | 'effect' | 'risk' | 'reasons' | 'findings' | 'said'>;
  /** The requester's name. */
  readonly name: string;
  readonly url: string;
  readonly expires: number;
  /** Whether arguments and the agent's words go along. */
  readonly full: boolean;
};

export const UNTRUSTED = 'The agent says (untrusted, not checked by anybody)';

/** Builds the message of a held action. Every text in it is drawn by `shown.ts` and made inert. */
export function messageOf({ held, name, url, expires, full }: MessageParts): Message {
  const foreign = (text: string, most: number): string => inert(flat(shownLine(text), most));
  const findings = [...new Set(held.findings.map(({ category }) => category.replaceAll('_', ' ')))];
  return {
    title: 'An action waits for your approval',
    facts: [
      { name: 'Requester', value: foreign(name, MAX_NAME) },
      { name: 'Tool', value: foreign(held.tool, MAX_NAME) },
      { name: 'Effect', value: `${held.effect}, ${held.risk} risk` },
      ...(findings.length === 0 ? [] : [{ name: 'Found', value: findings.join(', ') }]),
      { name: 'Answer before', value: `${new Date(expires).toISOString().slice(0, 16).replace('T', ' ')} UTC` },
    ],
    reasons: held.reasons.slice(0, MAX_REASONS).map(({ why }) => foreign(why, MAX_NAME)),
    ...(full ? { arguments: inert(flat(shownJson(held.arguments), MAX_ARGUMENTS)) } : {}),
    ...(full && held.said !== undefined ? { said: inert(flat(shownText(held.said), MAX_SAID)) } : {}),
    url,
  };
}

/**
 * `text` without what programs turn into links, mentions or macros by themselves: the character that starts it stands as an escape, in the
 * form that `shown.ts` uses. Channels add the escapes of their own format.
 */
export function inert(text: string): string {
  return text
    .replace(/:(?=\/\/)/g, '\\u{3a}')
    .replace(/@/g, '\\u{40}')
    .replace(/(?<=[\p{L}\p{N}_-])\.(?=\p{L})/gu, '\\u{2e}')
    .replace(/(?<=\b(?:mailto|tel|javascript|data|callto|sms|xmpp|sip|news|urn)):/gi, '\\u{3a}')
    .replace(/(?<=\{)\{/g, '\\u{7b}')
    .replace(/\$(?=\{)/g, '\\u{24}');
}
