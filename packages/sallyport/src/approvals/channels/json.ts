import type { JsonObject } from '../../kernel/index.ts';
import type { Message } from './message.ts';

/** The message as it is, for a receiver of one's own. */
export function jsonMessage(approval: string, { title, facts, reasons, arguments: args, said, url }: Message): JsonObject {
  return {
    type: 'approval.requested',
    approval,
    title,
    facts: facts.map(({ name, value }) => ({ name, value })),
    reasons: [...reasons],
    ...(args === undefined ? {} : { arguments: args }),
    ...(said === undefined ? {} : { said }),
    url,
  };
}
