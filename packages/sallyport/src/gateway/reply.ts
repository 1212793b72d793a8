import type { ServerResponse } from 'node:http';
import type { Rate } from '../limits/index.ts';
import { sendJson } from '../net/index.ts';
import { errorBody, refusalBody, type Api } from '../message/index.ts';
import { ERRORS, type GatewayErrorCode } from './errors.ts';
import type { Refused } from './refusal.ts';

export { sendJson };

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
  // The SDKs show this text and drop the rest of the body: the id is what `sallyport events show` takes.
  const place = `${refused.where === undefined ? '' : `at ${refused.where}, `}event ${event}`;
  const message = `Refused by the policy of this gate: ${refused.why} (${place})`;
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
