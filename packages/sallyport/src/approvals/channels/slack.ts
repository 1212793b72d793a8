import type { JsonObject } from '../../kernel/index.ts';
import { UNTRUSTED, type Message } from './message.ts';

/** Slack's limit of a text object, less what escaping may add at its end (https://docs.slack.dev/reference/block-kit/composition-objects/text-object). */
const MAX_TEXT = 2_900;

/**
 * A message for an incoming webhook. All text stands in `plain_text` objects, which take no markup, and with Slack's three control characters
 * escaped all the same (https://docs.slack.dev/messaging/formatting-message-text#escaping): `<!channel>`, `<@U1>` and `<url|name>` stay letters.
 */
export function slackMessage({ title, facts, reasons, arguments: args, said, url }: Message): JsonObject {
  const why = reasons.length === 0 ? [] : [section(`Why: ${reasons.join(' / ')}`)];
  return {
    text: escaped(title),
    mrkdwn: false,
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(title) },
      section(facts.map(({ name, value }) => `${name}: ${value}`).join('\n')),
      ...why,
      ...(args === undefined ? [] : [section(`Arguments, exactly as they will run:\n${args}`)]),
      ...(said === undefined ? [] : [section(`${UNTRUSTED}:\n${said}`)]),
      { type: 'actions', elements: [{ type: 'button', text: plain('Look at it'), url }] },
    ],
  };
}

function section(text: string): JsonObject {
  return { type: 'section', text: plain(text) };
}

function plain(text: string): JsonObject {
  return { type: 'plain_text', text: escaped(text), emoji: false };
}

/** Cut before it is escaped: half an entity would be an ampersand of its own. Colons of `:name:` would become pictures. */
function escaped(text: string): string {
  const cut = Array.from(text).slice(0, MAX_TEXT);
  let out = '';
  for (const char of cut) {
    const next = char === '&' ? '&amp;' : char === '<' ? '&lt;' : char === '>' ? '&gt;' : char;
    if (out.length + next.length > MAX_TEXT) return `${out} …`;
    out += next;
  }
  return out.replace(/:(?=[a-z0-9_+'-]+:)/gi, '\\u{3a}');
}
