import { AppError } from '../kernel/index.ts';
import type { ProviderErrorCode } from './call.ts';

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);
const RESETS = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'UND_ERR_ABORTED', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);
const PROTOCOL = new Set([
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
]);

/** The codes of `net/`. */
const NET_CODES: Readonly<Record<string, ProviderErrorCode>> = {
  NET_URL_REFUSED: 'UPSTREAM_ADDRESS_REFUSED',
  NET_ADDRESS_REFUSED: 'UPSTREAM_ADDRESS_REFUSED',
  NET_PLAINTEXT_REFUSED: 'UPSTREAM_ADDRESS_REFUSED',
  NET_TIMEOUT: 'UPSTREAM_TIMEOUT',
  NET_TOO_LARGE: 'UPSTREAM_TOO_LARGE',
  NET_TOO_MANY_REDIRECTS: 'UPSTREAM_REDIRECT',
  NET_ENCODING: 'UPSTREAM_ENCODING',
};

/** What an error of undici, the socket, TLS or the address guard means to the caller. `answering`: the reply had begun. */
export function codeOf(error: Error, answering: boolean): ProviderErrorCode {
  const code = codeText(error);
  if (error instanceof AppError) return NET_CODES[code] ?? 'UPSTREAM_UNREACHABLE';
  if (TIMEOUTS.has(code)) return 'UPSTREAM_TIMEOUT';
  if (RESETS.has(code)) return 'UPSTREAM_RESET';
  if (PROTOCOL.has(code) || code.startsWith('HPE_') || error.name === 'HTTPParserError') return 'UPSTREAM_PROTOCOL';
  return answering ? 'UPSTREAM_PROTOCOL' : 'UPSTREAM_UNREACHABLE';
}

/** For the log: the error's code and text. */
export function detailOf(error: Error): string {
  const code = codeText(error);
  const text = error instanceof AppError ? (error.detail ?? error.message) : error.message;
  return code === '' || text.includes(code) ? text : `${code}: ${text}`;
}

function codeText(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
