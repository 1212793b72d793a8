import { isIPv6 } from 'node:net';
import { DEFAULT_TENANT, reasonOf, type Clock, type EventId, type Logger, type TenantId } from '../kernel/index.ts';
import { CLASS, type Event } from '../audit/index.ts';
import type { KeyRecord } from '../identity/service.ts';
import { actorOf } from './event.ts';
import { ERRORS, type GatewayErrorCode } from './errors.ts';

/** How long refusals of one kind are counted before they become an event. */
const WINDOW_MS = 60_000;
/** Kinds (who, from where, why) in one window; others are counted together. An event has about 500 bytes: a flood writes 72 MB a day at most. */
const MAX_KINDS = 100;

type Who = Pick<KeyRecord, 'tenant' | 'principal' | 'principalKind' | 'id' | 'actors'>;
type Counted = {
  readonly code: GatewayErrorCode;
  readonly who: Who | undefined;
  readonly address: string;
  count: number;
  readonly first: number;
  last: number;
};

export type TurnedAwayDeps = {
  readonly record: (event: Event) => Promise<void>;
  readonly clock: Clock;
  readonly newEventId: () => EventId;
  readonly logger: Logger;
};

/**
 * Requests that were refused before anything looked into them: without a key, over a limit, too large, unreadable. Each would be an event that its
 * sender can have for nothing, so they are counted: one event a minute for each caller (or address, when nobody is known) and reason.
 */
export class TurnedAway {
  readonly #deps: TurnedAwayDeps;
  #counted = new Map<string, Counted>();
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: TurnedAwayDeps) {
    this.#deps = deps;
  }

  /** `address`: of the connection. */
  count(code: GatewayErrorCode, who: Who | undefined, address: string): void {
    const now = this.#deps.clock();
    const from = networkOf(address);
    const key = `${code} ${who === undefined ? from : `${who.tenant} ${who.principal} ${who.id}`}`;
    const known = this.#counted.get(key) ?? this.#begin(key, { code, who, address: from, count: 0, first: now, last: now });
    known.count++;
    known.last = now;
    this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();
  }

  /** Writes what was counted. The log's own failure is no reason to fail: it is said, and what it could not take is lost. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counted = [...this.#counted.values()];
    this.#counted = new Map();
    for (const one of counted)
      this.#deps
        .record(this.#event(one))
        .catch((error: unknown) =>
          this.#deps.logger.warn('refusals were not recorded', { code: one.code, count: one.count, reason: reasonOf(error) }),
        );
  }

  #begin(key: string, fresh: Counted): Counted {
    if (this.#counted.size < MAX_KINDS) {
      this.#counted.set(key, fresh);
      return fresh;
    }
    // One place for all others of a reason: there are fewer reasons than kinds.
    const rest = `${fresh.code} others`;
    const known = this.#counted.get(rest);
    if (known !== undefined) return known;
    const others = { ...fresh, who: undefined, address: 'others' };
    this.#counted.set(rest, others);
    return others;
  }

  #event({ code, who, address, count, first, last }: Counted): Event {
    return {
      uid: this.#deps.newEventId(),
      tenant: who?.tenant ?? (DEFAULT_TENANT satisfies TenantId),
      time: last,
      class_uid: CLASS.apiActivity,
      activity_id: 99,
      severity_id: 2,
      status_id: 2,
      kind: 'request.refused',
      actor: who === undefined ? { principal: 'unknown' } : actorOf(who),
      http: { status: ERRORS[code].status },
      status_code: code,
      message: ERRORS[code].message,
      detail: { count, address, first, last },
    };
  }
}

/** The address, or the network of an IPv6 address: its holder has all of a /64 to himself. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain) || plain === '::1') return plain;
  const [head = '', tail] = plain.split('%', 1)[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const all =
    tail === undefined
      ? before
      : [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0'), ...after];
  return `${all.slice(0, 4).join(':')}::/64`;
}
