import type { Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import type { KeyRecord } from '../../identity/service.ts';
import type { TenantId } from '../../kernel/index.ts';

/** One session of a client that speaks a version of 2025. */
export type Session = {
  readonly server: Server;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly tenant: TenantId;
  /** Who began it, and at which endpoint: nobody else goes on with it, whatever id he sends. */
  readonly owner: string;
  readonly handles: readonly string[];
  used: number;
};

/** Sessions of this process, and of one owner at one endpoint; beyond it the one that was used longest ago ends. */
const MAX_SESSIONS = 2_000;
const MAX_OF_OWNER = 50;
/** A client that was quiet for so long begins anew. */
const IDLE_MS = 60 * 60_000;
const SWEEP_MS = 60_000;

/** The owner of a session: tenant, who acts for whom, endpoint. */
export function ownerOf({ tenant, principal, actors }: KeyRecord, endpoint: string): string {
  return [tenant, principal, actors.join(' '), endpoint].join('\n');
}

/** The sessions of this process, by the ids that it gave out. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #clock: () => number;
  readonly #timer: NodeJS.Timeout;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  add(id: string, session: Session): void {
    const own = [...this.#sessions].filter(([, one]) => one.owner === session.owner);
    const [oldest] = own.length >= MAX_OF_OWNER ? own : this.#sessions.size >= MAX_SESSIONS ? this.#sessions : [];
    if (oldest !== undefined) this.end(oldest[0]);
    this.#sessions.set(id, session);
  }

  /** The session of an id, for its owner alone. */
  get(id: string, owner: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session?.owner !== owner) return undefined;
    session.used = this.#clock();
    // Put in again, so that the map's order is that of use.
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  end(id: string): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    void session.server.close().catch(() => undefined);
  }

  /** Ends the sessions of whoever proved himself by a handle that is revoked now. */
  revoke(tenant: TenantId, handle: string): void {
    for (const [id, one] of this.#sessions) if (one.tenant === tenant && one.handles.includes(handle)) this.end(id);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const id of [...this.#sessions.keys()]) this.end(id);
  }

  #sweep(): void {
    const now = this.#clock();
    for (const [id, one] of this.#sessions) if (now - one.used > IDLE_MS) this.end(id);
  }
}
