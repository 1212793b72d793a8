import pg from 'pg';
import type { Logger } from '../../kernel/index.ts';
import { CHANNEL } from '../engine.ts';
import { fail } from '../errors.ts';

export type Listener = {
  listen(channel: string, on: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

/** Waits between attempts to connect again, doubled up to the last. */
const RETRY_FIRST_MS = 250;
const RETRY_LAST_MS = 10_000;
/** A connection that a firewall dropped says nothing: ask it now and then, or revocations would not arrive. */
const PROBE_MS = 20_000;
const PROBE_LIMIT_MS = 5_000;

type Listeners = Map<string, Set<(payload: string) => void>>;

/**
 * One connection that listens to all channels, opened by the first `listen` and again whenever it breaks. After each reconnection every
 * listener is called with '', because what was notified in between is lost.
 */
export function createListener(config: pg.ClientConfig, logger: Logger): Listener {
  const listeners: Listeners = new Map();
  let client: pg.Client | undefined;
  let connecting: Promise<pg.Client> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let probe: NodeJS.Timeout | undefined;
  let closed = false;

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client({ ...config, query_timeout: PROBE_LIMIT_MS });
    fresh.on('notification', ({ channel, payload }) => listeners.get(channel)?.forEach((on) => on(payload ?? '')));
    fresh.on('error', () => lost(fresh));
    fresh.on('end', () => lost(fresh));
    try {
      await fresh.connect();
      for (const channel of listeners.keys()) await fresh.query(`listen ${channel}`);
    } catch {
      fresh.end().catch(() => {});
      throw fail('STORE_UNAVAILABLE', { detail: 'cannot listen' });
    }
    client = fresh;
    probe = setInterval(() => void fresh.query('select 1').catch(() => lost(fresh)), PROBE_MS).unref();
    return fresh;
  }

  /** The present connection, or a new one; callers at the same time share the attempt. */
  function connected(): Promise<pg.Client> {
    if (client !== undefined) return Promise.resolve(client);
    connecting ??= connect().finally(() => (connecting = undefined));
    return connecting;
  }

  function lost(which: pg.Client): void {
    if (which !== client) return;
    client = undefined;
    clearInterval(probe);
    which.end().catch(() => {});
    if (closed) return;
    logger.warn('notifications of the database were lost; connecting again');
    again(RETRY_FIRST_MS);
  }

  function again(wait: number): void {
    retry = setTimeout(() => {
      connected().then(
        () => listeners.forEach((set) => set.forEach((on) => on(''))),
        () => {
          if (!closed) again(Math.min(wait * 2, RETRY_LAST_MS));
        },
      );
    }, wait);
    retry.unref();
  }

  async function stop(channel: string, on: (payload: string) => void): Promise<void> {
    const set = listeners.get(channel);
    set?.delete(on);
    if (set?.size !== 0) return;
    listeners.delete(channel);
    await client?.query(`unlisten ${channel}`).catch(() => {});
  }

  return {
    async listen(channel, on) {
      if (!CHANNEL.test(channel)) throw fail('STORE_STATEMENT_REFUSED', { detail: 'channel name' });
      if (closed) throw fail('STORE_UNAVAILABLE', { detail: 'the store is closed' });
      const set = listeners.get(channel) ?? new Set();
      set.add(on);
      listeners.set(channel, set);
      try {
        // Repeating LISTEN is harmless, and it is in force when this returns.
        const present = await connected();
        await present.query(`listen ${channel}`);
      } catch {
        await stop(channel, on);
        throw fail('STORE_UNAVAILABLE', { detail: 'cannot listen' });
      }
      return () => stop(channel, on);
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      clearInterval(probe);
      const present = client ?? (await connecting?.catch(() => undefined));
      client = undefined;
      await present?.end().catch(() => {});
    },
  };
}
