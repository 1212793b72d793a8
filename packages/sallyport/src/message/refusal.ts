import type { JsonObject } from '../kernel/index.ts';
import type { Api } from './part.ts';
import type { Refusal, StreamFault } from './stream.ts';

/** An error that is not a refusal. `param` names the field; `event` the event that tells more. */
export type ErrorInfo = StreamFault & { readonly param?: string };

/** What a whole reply needs besides the refusal. */
export type ReplyFrame = { readonly id: string; readonly model: string; /** Seconds since 1970. */ readonly created: number };

// Error types by status, as the two vendors document them.
const OPENAI_TYPES: Readonly<Record<number, string>> = { 401: 'authentication_error', 403: 'permission_error', 429: 'rate_limit_error' };
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

function isAnthropic(api: Api): boolean {
  return api === 'messages' || api === 'count_tokens';
}

/** The body of the HTTP 403 with which the gate refuses, in the client's shape. */
export function refusalBody(api: Api, refusal: Refusal & { readonly message: string }): JsonObject {
  const sallyport = refusalNote(refusal);
  const { message } = refusal;
  const code = 'blocked_by_policy';
  if (isAnthropic(api)) return { type: 'error', error: { type: 'permission_error', message, code }, sallyport };
  return { error: { message, type: 'permission_error', param: null, code }, sallyport };
}

/** The body of any other error, in the client's shape. */
export function errorBody(api: Api, error: ErrorInfo): JsonObject {
  const { status, code, message } = error;
  const note = error.event === undefined ? {} : { sallyport: { event: error.event } };
  const fallback = status >= 500 ? (isAnthropic(api) ? 'api_error' : 'server_error') : 'invalid_request_error';
  if (isAnthropic(api)) {
    const type = ANTHROPIC_TYPES[status] ?? fallback;
    return { type: 'error', error: { type, message, code, ...(error.param === undefined ? {} : { param: error.param }) }, ...note };
  }
  return { error: { message, type: OPENAI_TYPES[status] ?? fallback, param: error.param ?? null, code }, ...note };
}

/** A whole reply, HTTP 200, that says the model's answer was withheld: for clients that must not see an error. */
export function refusedReply(api: Api, refusal: Refusal, frame: ReplyFrame): JsonObject {
  const { id, model, created } = frame;
  const sallyport = refusalNote(refusal);
  if (isAnthropic(api)) {
    const usage = { input_tokens: 0, output_tokens: 0 };
    return { id, type: 'message', role: 'assistant', model, content: [], stop_reason: 'refusal', stop_sequence: null, usage, sallyport };
  }
  if (api === 'responses') return { ...responseFrame(id, model, created), ...incomplete(), output: [], sallyport };
  const ending = { index: 0, logprobs: null, finish_reason: 'content_filter' };
  const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  if (api === 'completions') return { id, object: 'text_completion', created, model, choices: [{ ...ending, text: '' }], usage, sallyport };
  const message = { role: 'assistant', content: null, refusal: null };
  return { id, object: 'chat.completion', created, model, choices: [{ ...ending, message }], usage, sallyport };
}

/** The members of a response object that its clients rely on, in the state of a response that has begun. */
export function responseFrame(id: string, model: string, created: number): JsonObject {
  return {
    id,
    object: 'response',
    created_at: created,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output: [],
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
  };
}

/** The state of a response that a filter ended. */
export function incomplete(): JsonObject {
  return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
}

/** What a refusal tells the client besides the message. */
export function refusalNote(refusal: Refusal): JsonObject {
  return { event: refusal.event, rule: refusal.rule, why: refusal.why };
}
