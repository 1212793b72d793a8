import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger, systemClock } from '../../kernel/index.ts';
import { openKeyring, type Keyring } from '../../keyring/service.ts';
import type { Store } from '../../store/service.ts';
import { openAudit, type Audit, type AuditDeps, type AuditOptions } from '../service.ts';

/** A store that can be away: every call rejects as the real one does then. */
export type FlakyStore = Store & { away: boolean };

export type TestTrail = {
  readonly dir: string;
  readonly store: FlakyStore;
  readonly keyring: Keyring;
  readonly fatal: Error[];
  open(more?: Partial<AuditOptions>, deps?: Partial<AuditDeps>): Promise<Audit>;
  stop(): Promise<void>;
};

function flaky(inner: Store): FlakyStore {
  const gone = (): Promise<never> => Promise.reject(Object.assign(new Error('away'), { code: 'STORE_UNAVAILABLE' }));
  const store: FlakyStore = {
    ...inner,
    away: false,
    kind: inner.kind,
    tx: (tenant, fn) => (store.away ? gone() : inner.tx(tenant, fn)),
    system: (reason, fn) => (store.away ? gone() : inner.system(reason, fn)),
    listen: (channel, on) => inner.listen(channel, on),
    ping: () => (store.away ? gone() : inner.ping()),
    close: () => inner.close(),
  };
  return store;
}

/** A folder with a keyring on a real store; `undefined` when this kind of store is not here. */
export async function openTestTrail(opening: Promise<{ store: Store; stop(): Promise<void> } | undefined>): Promise<TestTrail | undefined> {
  const test = await opening;
  if (test === undefined) return undefined;
  const root = mkdtempSync(join(tmpdir(), 'audit-trail-'));
  const dir = join(root, 'data');
  const store = flaky(test.store);
  const keyring = await openKeyring(store, { kind: 'file', dir: join(root, 'keys') }, { clock: systemClock });
  const fatal: Error[] = [];
  return {
    dir,
    store,
    keyring,
    fatal,
    open: (more, deps) =>
      openAudit(
        { dir, store, keyring, witness: undefined, ...more },
        { logger: silentLogger, clock: systemClock, onFatal: (error) => fatal.push(error), ...deps },
      ),
    stop: async () => {
      await test.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Waits until `check` holds, for 10 seconds at most. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) if (await check()) return;
  throw new Error('it did not happen within 10 seconds');
}
