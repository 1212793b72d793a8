import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../kernel/index.ts';
import type { Rate } from '../limits/index.ts';
import { errorBody, refusalBody, type Api } from '../message/index.ts';
import { ERRORS, type GatewayErrorCode } from './errors.ts';
import type { Refused } from './refusal.ts';

/** Headers of every JSON answer: never cached, never sniffed. */
const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** Writes a JSON answer, unless the client has gone or has its answer already. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: JsonObject | string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  // As text, Node sends head and body in one write; as bytes it would be two.
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  // Ours last: an upstream's own content type (an HTML error page) must not name what this body is.
  response.writeHead(status, { ...headers, ...JSON_HEADERS, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** `say` is added to the message: public text only. */
export type SendOptions = {
  readonly say?: string;
  readonly param?: string;
  readonly event?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** An error in the shape that the client's SDK reads. */
export function sendError(response: ServerResponse, api: Api, code: GatewayErrorCode, options: SendOptions = {}): void {
  const entry = ERRORS[code];
  const body = errorBody(api, {
    status: entry.status,
    code: code.toLowerCase(),
    message: [entry.message, options.say, entry.fix].filter((t) => t !== undefined && t !== '').join(' '),
    ...(options.param === undefined ? {} : { param: options.param }),
    ...(options.event === undefined ? {} : { event: options.event }),
  });
  const headers = options.event === undefined ? options.headers : { ...options.headers, 'x-sallyport-event': options.event };
  sendJson(response, entry.status, body, headers);
}

/** The refusal of DESIGN 6: 403 in the client's own shape. */
export function sendRefusal(
  response: ServerResponse,
  api: Api,
  event: string,
  refused: Refused,
  headers: Readonly<Record<string, string>>,
): void {
  const message = `Refused by the policy of this gate: ${refused.why}${refused.where === undefined ? '' : ` (at ${refused.where})`}`;
  sendJson(response, 403, refusalBody(api, { event, rule: refused.rule, why: refused.why, message }), headers);
}

/** The usual rate headers, as OpenAI names them. */
export function rateHeaders(rate: Rate | undefined): Record<string, string> {
  if (rate === undefined) return {};
  return {
    'x-ratelimit-limit-requests': String(rate.limit),
    'x-ratelimit-remaining-requests': String(rate.remaining),
    'x-ratelimit-reset-requests': `${rate.resetSeconds}s`,
  };
}
