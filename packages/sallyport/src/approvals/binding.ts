import { canonicalJson, type Json } from '../kernel/index.ts';
import type { Action } from './approval.ts';

/** Characters of canonical JSON that a person can be asked to look through; a larger action is refused, not waved through. */
export const MAX_ARGUMENTS = 65_536;
/** Longest name of a tool in any API (MCP, Anthropic: 128), with room for a server's name before it. */
export const MAX_TOOL = 256;
const MAX_CONVERSATION = 256;

type Mac = (purpose: string, ...parts: string[]) => Buffer;

export type Bound =
  | { readonly ok: true; readonly text: string; readonly hash: Buffer }
  | { readonly ok: false; readonly reason: 'arguments_too_large' | 'arguments_invalid' };

/**
 * The keyed hash that an approval is bound to: HMAC-SHA-256 of requester, tool and the arguments as canonical JSON (RFC 8785), each with its
 * length, so that no byte can move from one to the next. Keyed, because arguments can be guessed from a plain hash.
 */
export function bindingOf(action: Pick<Action, 'requester' | 'tool' | 'arguments' | 'conversation'>, mac: Mac): Bound {
  const { requester, tool, conversation } = action;
  const text = canonical(action.arguments);
  if (text === undefined || !isName(tool, MAX_TOOL) || (conversation !== undefined && !isName(conversation, MAX_CONVERSATION)))
    return { ok: false, reason: 'arguments_invalid' };
  if (text.length > MAX_ARGUMENTS) return { ok: false, reason: 'arguments_too_large' };
  return { ok: true, text, hash: mac('approval binding', requester, tool, text) };
}

/** The keyed hash of one argument that a standing approval fixes. */
export function valueHash(mac: Mac, pointer: string, value: Json): string {
  return mac('approval value', pointer, canonicalJson(value)).toString('hex');
}

function canonical(value: Json): string | undefined {
  try {
    return canonicalJson(value);
  } catch {
    // A lone surrogate, a number that is none, or a nesting that no reader of ours lets in.
    return undefined;
  }
}

/** PostgreSQL keeps neither NUL nor half a surrogate pair. */
function isName(text: string, most: number): boolean {
  return text !== '' && text.length <= most && text.isWellFormed() && !text.includes('\0');
}
