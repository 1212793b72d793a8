import { passes, readEvents, type EventFilters, type GateEvent } from './events.ts';
import { follow } from './follow.ts';

/** Events that are drawn together: a person reads no faster, and a thousand a second leave the page its time. */
const DRAW_MS = 200;
/** Events of one read of the server: few at first, so that the page is there, then as many as it gives. */
const FIRST_PAGE = 100;
const PAGE = 500;
/** Live events that are held, drawn or waiting; beyond, the older half is read from the server again when somebody scrolls there. */
const MAX_LIVE = 50_000;

/**
 * The rows of the traffic list: what came live in front of what was read. Neither part is ever copied: a hundred thousand rows cost what the
 * new ones do. Rows keep only what the list draws.
 */
export class EventRows {
  readonly #filters: EventFilters;
  readonly #changed: () => void;
  /** Oldest first. */
  #live: GateEvent[] = [];
  /** Newest first. */
  #stored: GateEvent[] = [];
  /** Live ones that are not drawn yet, oldest first. */
  #waiting: GateEvent[] = [];
  /** Where each row stands: at or above 0 in `live`, below in `stored`, from -1 down. */
  readonly #places = new Map<string, number>();
  #after: string | undefined;
  #ended = false;
  #reading = false;
  /** Raised when everything begins anew: a page that was asked for before is thrown away. */
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | undefined;
  #closed = false;
  /** At the top of the list: what comes is drawn. Further down the list stands still, and what came is counted. */
  following = true;
  error: unknown = null;
  /** Whether the first page is there. */
  ready = false;

  constructor(filters: EventFilters, changed: () => void) {
    this.#filters = filters;
    this.#changed = changed;
  }

  get count(): number {
    return this.#live.length + this.#stored.length;
  }
  /** Events that came and are not drawn. */
  get waiting(): number {
    return this.following ? 0 : this.#waiting.length;
  }

  at(index: number): GateEvent | undefined {
    const { length } = this.#live;
    return index < length ? this.#live[length - 1 - index] : this.#stored[index - length];
  }

  open(live: boolean): void {
    void this.more();
    if (!live || this.#filters.source !== undefined) return;
    this.#stop = follow(
      (event) => this.#arrive(event),
      // The connection was away: what came in between is read.
      () => this.reload(),
    );
  }

  close(): void {
    this.#closed = true;
    this.#stop?.();
    clearTimeout(this.#timer);
  }

  /** Reads the next older page. */
  async more(): Promise<void> {
    if (this.#reading || this.#ended || this.#closed) return;
    this.#reading = true;
    const round = this.#round;
    try {
      const page = await readEvents(this.#filters, this.#after, this.ready ? PAGE : FIRST_PAGE);
      if (round !== this.#round) return;
      this.error = null;
      for (const event of page.events) {
        if (this.#places.has(event.uid)) continue;
        this.#places.set(event.uid, -1 - this.#stored.length);
        this.#stored.push(slim(event));
      }
      this.#after = page.next ?? undefined;
      this.#ended = page.next === undefined || page.next === null;
    } catch (error) {
      if (round !== this.#round) return;
      this.error = error;
    }
    this.#reading = false;
    this.ready = true;
    this.#tell();
  }

  /** Draws what waits. */
  show(): void {
    this.following = true;
    this.#take();
    this.#tell();
  }

  /** Begins anew. */
  reload(): void {
    this.#round++;
    this.#reading = false;
    this.#live = [];
    this.#stored = [];
    this.#waiting = [];
    this.#places.clear();
    this.#after = undefined;
    this.#ended = false;
    this.ready = false;
    void this.more();
  }

  #arrive(event: GateEvent): void {
    if (!passes(event, this.#filters)) return;
    this.#waiting.push(slim(event));
    if (this.#waiting.length > MAX_LIVE) this.#waiting = this.#waiting.slice(-MAX_LIVE / 2);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.following) this.#take();
      this.#tell();
    }, DRAW_MS);
  }

  #take(): void {
    for (const event of this.#waiting) {
      const place = this.#places.get(event.uid);
      // A stream's start and end carry one id: the later takes the earlier one's place.
      if (place === undefined) {
        this.#places.set(event.uid, this.#live.length);
        this.#live.push(event);
      } else if (place >= 0) this.#live[place] = event;
      else this.#stored[-1 - place] = event;
    }
    this.#waiting = [];
    if (this.#live.length > MAX_LIVE) this.#shorten();
  }

  /** Lets the older half of the live rows go, and what was read behind it; the server has them. */
  #shorten(): void {
    this.#live = this.#live.slice(-MAX_LIVE / 2);
    this.#stored = [];
    this.#places.clear();
    for (const [at, { uid }] of this.#live.entries()) this.#places.set(uid, at);
    const oldest = this.#live[0];
    this.#after = oldest === undefined ? undefined : `${oldest.time}.${oldest.uid}`;
    this.#ended = false;
  }

  #tell(): void {
    if (!this.#closed) this.#changed();
  }
}

/** What a row draws of an event. */
function slim({
  uid,
  time,
  kind,
  severity_id,
  actor,
  api,
  target,
  decision,
  masked,
  status_code,
  message,
  findings,
}: GateEvent): GateEvent {
  const categories = [...new Set(findings?.map(({ category }) => category.replaceAll('_', ' ')))].join(', ');
  const says = message ?? categories;
  return {
    ...{ uid, time, kind, severity_id, actor },
    ...(api === undefined ? {} : { api: { operation: api.operation, ...(api.model === undefined ? {} : { model: api.model }) } }),
    ...(target === undefined ? {} : { target }),
    ...(decision === undefined
      ? {}
      : {
          decision: {
            action: decision.action,
            rules: decision.rules.slice(0, 1),
            would: [...decision.would.filter(({ action }) => action === 'deny' || action === 'quarantine'), ...decision.would].slice(0, 1),
          },
        }),
    ...(masked === undefined ? {} : { masked }),
    ...(status_code === undefined ? {} : { status_code }),
    ...(says === '' ? {} : { message: says }),
  };
}
