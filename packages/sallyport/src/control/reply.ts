import { Readable } from 'node:stream';
import { AppError, reasonOf, type Json, type Logger } from '../kernel/index.ts';
import { fail } from './errors.ts';

/** What a client sees of an error: never a stack, a detail or a cause. */
export type ErrorReply = { error: { code: string; message: string; fix: string } };

/** Codes of Fastify that are the caller's fault; every other error that is not ours is a fault of ours. */
const FASTIFY_ERRORS: Readonly<Record<string, () => AppError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => fail('CONTROL_BODY_TOO_LARGE'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => fail('CONTROL_MEDIA_TYPE'),
  FST_ERR_CTP_EMPTY_TYPE: () => fail('CONTROL_MEDIA_TYPE'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => fail('CONTROL_BAD_REQUEST', { say: 'The body does not have the length that was announced.' }),
  FST_ERR_BAD_URL: () => fail('CONTROL_BAD_REQUEST', { say: 'The address cannot be read.' }),
  FST_ERR_MAX_PARAM_LENGTH: () => fail('CONTROL_BAD_REQUEST', { say: 'A part of the address is too long.' }),
};

/** Any thrown value as an error that may be answered. What is not an AppError becomes CONTROL_INTERNAL, with its reason for the log. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return FASTIFY_ERRORS[code]?.() ?? fail('CONTROL_INTERNAL', { detail: reasonOf(thrown), cause: thrown });
}

export function errorReply({ code, message, fix }: AppError): ErrorReply {
  return { error: { code, message, fix } };
}

/** Logs what only the operator may know: our own faults with their detail, by the route's pattern (the address itself is the caller's text). */
export function logFault(logger: Logger, error: AppError, route: string): void {
  if (error.status < 500) return;
  const cause = error.cause instanceof Error ? error.cause.stack : undefined;
  logger.error('control request failed', { route, code: error.code, reason: reasonOf(error), stack: cause });
}

/** Newline-delimited JSON (https://github.com/ndjson/ndjson-spec). An error after the first line can no longer be a status: it is the last line. */
export function ndjson(lines: AsyncIterable<Json>, onError: (error: AppError) => void): Readable {
  return Readable.from(encode(lines, onError), { objectMode: false });
}

async function* encode(lines: AsyncIterable<Json>, onError: (error: AppError) => void): AsyncGenerator<string> {
  try {
    for await (const line of lines) yield `${JSON.stringify(line)}\n`;
  } catch (thrown) {
    const error = asAppError(thrown);
    onError(error);
    yield `${JSON.stringify(errorReply(error))}\n`;
  }
}
