import type { Point } from '../kernel/index.ts';
import type { Origin } from './part.ts';

/** What a text is by the place where it stands. */
export type Context = { readonly point: Point; readonly origin: Origin; readonly role: string };

/** The contexts of one direction. On the way out everything but tool calls is judged as response, whatever its origin. */
export type Side = {
  readonly system: Context;
  readonly user: Context;
  readonly assistant: Context;
  readonly reasoning: Context;
  readonly call: Context;
  readonly tool: Context;
  readonly retrieved: Context;
  readonly annotation: Context;
  readonly definition: Context;
  readonly schema: Context;
  readonly parameter: Context;
  readonly error: Context;
  readonly unknown: Context;
};

export const REQUEST: Side = {
  system: { point: 'prompt', origin: 'system', role: 'system' },
  user: { point: 'prompt', origin: 'user', role: 'user' },
  assistant: { point: 'response', origin: 'assistant', role: 'assistant' },
  reasoning: { point: 'response', origin: 'assistant', role: 'reasoning' },
  call: { point: 'tool_call', origin: 'assistant', role: 'tool_call' },
  tool: { point: 'tool_result', origin: 'tool', role: 'tool' },
  retrieved: { point: 'content', origin: 'retrieved', role: 'document' },
  annotation: { point: 'content', origin: 'retrieved', role: 'annotation' },
  definition: { point: 'content', origin: 'unknown', role: 'tool_definition' },
  schema: { point: 'content', origin: 'unknown', role: 'schema' },
  parameter: { point: 'content', origin: 'unknown', role: 'parameter' },
  error: { point: 'content', origin: 'unknown', role: 'error' },
  unknown: { point: 'content', origin: 'unknown', role: 'unknown' },
};

export const REPLY: Side = {
  system: { point: 'response', origin: 'system', role: 'echo' },
  user: { point: 'response', origin: 'user', role: 'echo' },
  assistant: { point: 'response', origin: 'assistant', role: 'assistant' },
  reasoning: { point: 'response', origin: 'assistant', role: 'reasoning' },
  call: { point: 'tool_call', origin: 'assistant', role: 'tool_call' },
  tool: { point: 'response', origin: 'tool', role: 'tool' },
  retrieved: { point: 'response', origin: 'retrieved', role: 'document' },
  annotation: { point: 'response', origin: 'retrieved', role: 'annotation' },
  definition: { point: 'response', origin: 'unknown', role: 'tool_definition' },
  schema: { point: 'response', origin: 'unknown', role: 'schema' },
  parameter: { point: 'response', origin: 'unknown', role: 'parameter' },
  error: { point: 'response', origin: 'unknown', role: 'error' },
  unknown: { point: 'response', origin: 'unknown', role: 'unknown' },
};

/** The context of a message by its role word; a role that the APIs do not know is untrusted. */
export function contextOfRole(side: Side, role: unknown): Context {
  switch (role) {
    case 'system':
    case 'developer':
      return side.system;
    case 'user':
      return side.user;
    case 'assistant':
    case 'model':
      return side.assistant;
    case 'tool':
    case 'function':
      return side.tool;
    default:
      return side.unknown;
  }
}
