import { AppError } from '../kernel/index.ts';
import { guardedFetch } from '../net/index.ts';
import { fail } from './errors.ts';
import type { Sent } from './sent.ts';

const TIMEOUT = 30_000;

/** Sends a scan to the console port of a Sallyport that the user named. Rejects SCAN_SEND; the key is in no message. */
export async function send(address: string, key: string, sent: Sent): Promise<void> {
  const url = `${address.replace(/\/+$/, '')}/api/scans`;
  try {
    const { status } = await guardedFetch(url, {
      allow: 'as-written',
      method: 'POST',
      timeoutMs: TIMEOUT,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(sent),
    });
    if (status === 401 || status === 403) throw fail('SCAN_SEND', { say: `The key may not send scans (${status}): it needs scans:write.` });
    if (status !== 201) throw fail('SCAN_SEND', { say: `It answered ${status}.` });
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('SCAN_')) throw error;
    throw fail('SCAN_SEND', { say: error instanceof AppError ? error.message : 'It did not answer.', cause: error });
  }
}
