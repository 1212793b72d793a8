import { bearerToken } from './session.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What the server answered when it did not do what was asked. `status` 0: it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fix: string;

  constructor(status: number, error: { code: string; message: string; fix: string }) {
    super(error.message);
    this.name = 'ApiError';
    this.status = status;
    this.code = error.code;
    this.fix = error.fix;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * What asks a person for something in the middle of a call: to sign in again, or to prove the password. The page below stays as it is, and
 * what was typed into it. Answers false when the person gave up.
 */
export type Ask = (what: 'sign-in' | 'proof') => Promise<boolean>;

let ask: Ask = async () => false;
let asking: Promise<boolean> | undefined;

/** The shell says how a person is asked. */
export function setAsk(next: Ask): void {
  ask = next;
}

/** One question at a time, whoever needs it. */
function askOnce(what: 'sign-in' | 'proof'): Promise<boolean> {
  asking ??= ask(what).finally(() => (asking = undefined));
  return asking;
}

/** Calls the control API. Rejects ApiError; a session that has ended is asked for in place and the call made again. */
export async function call<T = Json>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const reply = await send(method, path, body, signal);
  if (reply.ok) return (await reply.json()) as T;
  const error = await errorOf(reply);
  const needed = needs(error);
  if (needed !== undefined && (await askOnce(needed))) {
    const again = await send(method, path, body, signal);
    if (again.ok) return (await again.json()) as T;
    throw await errorOf(again);
  }
  throw error;
}

/** A call that never asks: signing in itself, and looking whether somebody is signed in. */
export async function callOnce<T = Json>(method: Method, path: string, body?: unknown): Promise<T> {
  const reply = await send(method, path, body);
  if (!reply.ok) throw await errorOf(reply);
  return (await reply.json()) as T;
}

/** Lines (newline-delimited JSON) as they come, until `signal` aborts or the server ends; `opened`: when the server has answered. */
export async function* lines<T>(path: string, signal: AbortSignal, opened: () => void = () => undefined): AsyncGenerator<T> {
  const reply = await send('GET', path, undefined, signal);
  if (!reply.ok || reply.body === null) throw await errorOf(reply);
  opened();
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part !== '') yield JSON.parse(part) as T;
  }
}

function needs(error: ApiError): 'sign-in' | 'proof' | undefined {
  if (error.code === 'CONTROL_UNAUTHENTICATED') return 'sign-in';
  return ['CONTROL_NOT_FRESH', 'APPROVAL_NOT_FRESH', 'PROOF_STALE'].includes(error.code) ? 'proof' : undefined;
}

async function send(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const bearer = bearerToken();
  try {
    return await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(0, {
      code: 'UNREACHABLE',
      message: 'The server does not answer.',
      fix: 'Check that `sallyport up` is running; this page goes on when it is.',
    });
  }
}

async function errorOf(reply: Response): Promise<ApiError> {
  try {
    const { error } = (await reply.json()) as { error: { code: string; message: string; fix: string } };
    return new ApiError(reply.status, error);
  } catch {
    return new ApiError(reply.status, { code: 'UNREADABLE', message: `The server answered ${reply.status}.`, fix: 'Look at its log.' });
  }
}
