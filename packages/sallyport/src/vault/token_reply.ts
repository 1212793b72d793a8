import { isObject, type Json } from '../kernel/index.ts';

/** What a token endpoint gave. Times in milliseconds since 1970. */
export type Tokens = {
  readonly access: string;
  readonly refresh?: string;
  readonly expires?: number;
  /** As the service says; undefined when it says nothing. */
  readonly scopes?: readonly string[];
};

/** Longest token that is kept: signed ones with many claims reach 8 KiB. */
const MAX_TOKEN = 16_384;

/**
 * The reply of a token endpoint in the form of RFC 6749, whatever its own: an error under status 200 (Slack, GitHub), the person's token one
 * level down (Slack), no `token_type` (Shopify, Intercom), scopes as a list (Twitch). Only what is needed goes on; an ID token is not.
 */
export function plainReply(status: number, body: Json): { readonly status: number; readonly body: Json } {
  if (!isObject(body)) return { status, body };
  const error = body['error'];
  if (status === 200 && typeof error === 'string') return { status: 400, body: { error } };
  if (status !== 200) return { status, body: typeof error === 'string' ? { error } : {} };
  const nested = isObject(body['authed_user']) ? body['authed_user'] : {};
  const from = typeof body['access_token'] === 'string' ? body : nested;
  const scope = from['scope'] ?? from['scopes'];
  return {
    status,
    body: {
      ...(isToken(from['access_token']) ? { access_token: from['access_token'] } : {}),
      ...(isToken(from['refresh_token']) ? { refresh_token: from['refresh_token'] } : {}),
      ...(typeof from['expires_in'] === 'number' || typeof from['expires_in'] === 'string' ? { expires_in: from['expires_in'] } : {}),
      ...(typeof scope === 'string'
        ? { scope }
        : Array.isArray(scope)
          ? { scope: scope.filter((one) => typeof one === 'string').join(' ') }
          : {}),
      token_type: 'bearer',
    },
  };
}

/** A token travels in a header: visible ASCII only (RFC 6750 section 2.1; CWE-113). */
function isToken(value: Json | undefined): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_TOKEN && /^[\x21-\x7e]+$/.test(value);
}

/** The scopes of a reply; services separate them by spaces or commas, whatever they asked for. */
export function scopesOf(scope: string | undefined): readonly string[] | undefined {
  return scope === undefined ? undefined : scope.split(/[\s,]+/).filter((one) => one !== '');
}
