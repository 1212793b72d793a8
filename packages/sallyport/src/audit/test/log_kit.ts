import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { DEFAULT_TENANT, newId, type EventId } from '../../kernel/index.ts';
import type { LogOptions } from '../event_log.ts';
import type { Event } from '../event.ts';
import { eventJson } from '../event_json.ts';
import { readBytes, type FilePort } from '../file_port.ts';
import { openLog, type OpenedLog } from '../open_log.ts';
import type { LogReader } from '../verify.ts';

export type TestKey = { keyId: string; publicKeyPem: string; public: KeyObject; sign(bytes: Uint8Array): Uint8Array };

export function testKey(keyId = 'key-1'): TestKey {
  const pair = generateKeyPairSync('ed25519');
  const publicKeyPem = pair.publicKey.export({ type: 'spki', format: 'pem' });
  return { keyId, publicKeyPem, public: createPublicKey(publicKeyPem), sign: (bytes) => sign(null, bytes, pair.privateKey) };
}

export const EVENTS = '/data/events';
export const LOG = 'log_01jd0000000000000000000000';

/** Opens the one log of a test. */
export function openTestLog(files: FilePort, key: TestKey, more: Partial<LogOptions> = {}, log = LOG): Promise<OpenedLog> {
  const options: LogOptions = {
    files,
    folder: `${EVENTS}/${log}`,
    log,
    key,
    clock: () => 1_763_730_000_000,
    onFatal: () => {},
    ...more,
  };
  return openLog(options, key.publicKeyPem);
}

let made = 0;
/** An event as the gate writes it. `padding` makes it longer. */
export function testEvent(more: Partial<Event> = {}, padding = 0): Event {
  const now = 1_763_730_000_000 + made++;
  return {
    uid: newId('evt', now) as EventId,
    tenant: DEFAULT_TENANT,
    time: now,
    class_uid: 6003,
    activity_id: 1,
    severity_id: 1,
    status_id: 1,
    kind: 'gateway.request',
    actor: { principal: 'prn_app', key: 'key_1' },
    api: { operation: 'chat.completions', model: 'gpt-4o', provider: 'openai' },
    ...(padding > 0 && {
      detail: Object.fromEntries(Array.from({ length: Math.ceil(padding / 100) }, (_, at) => [`pad${at}`, 'x'.repeat(90)])),
    }),
    ...more,
  };
}

export async function appendAll(opened: OpenedLog, events: readonly Event[]): Promise<void> {
  await Promise.all(events.map((event) => opened.log.append(eventJson(event), event)));
}

/** Reads the logs of a test's disk for verification. */
export function readerOf(files: FilePort, events = EVENTS): LogReader {
  return {
    logs: () => files.list(events),
    files: (log) => ({
      names: () => files.list(`${events}/${log}`),
      bytes: (name) => readBytes(files, `${events}/${log}/${name}`),
    }),
  };
}
