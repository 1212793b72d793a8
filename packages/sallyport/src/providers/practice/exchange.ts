import { readJson, type Clock } from '../../kernel/index.ts';
import type { ProviderCall, ProviderControl, ProviderSink, Target } from '../call.ts';
import { practiceAnswer } from './answer.ts';
import { PRACTICE_MODELS, type PracticeModel } from './model.ts';
import { readPractice } from './read.ts';
import { bodyOf, eventsOf } from './shape.ts';
import { shaped, type PracticeEvent } from './shaped.ts';

export type PracticeOptions = {
  readonly clock: Clock;
  /** Milliseconds between the events of a stream; 0 = all at once. */
  readonly pace: number;
};

/** Events that are handed on before other work gets its turn: a long echo must not hold the process. */
const BURST = 256;

/** Answers in this process, through the same sink as a real provider: no socket, no key. */
export class PracticeExchange implements ProviderControl {
  readonly #call: ProviderCall;
  readonly #sink: ProviderSink;
  readonly #options: PracticeOptions;
  readonly #target: Target;
  #chunks: Iterator<Buffer> | undefined;
  #paused = false;
  #planned = false;
  #over = false;

  constructor(call: ProviderCall, target: Target, sink: ProviderSink, options: PracticeOptions) {
    this.#call = call;
    this.#target = target;
    this.#sink = sink;
    this.#options = options;
  }

  start(): void {
    if (this.#over) return;
    const body = this.#call.body(this.#target);
    const read = readJson(body);
    const request = readPractice(this.#call.api, read.ok ? read.value : null);
    const shape = shaped(
      { ...request, model: this.#target.model },
      practiceAnswer(modelOf(this.#target), request),
      body,
      Math.floor(this.#options.clock() / 1000),
    );
    const events = request.stream ? eventsOf(shape) : undefined;
    this.#chunks = events === undefined ? [Buffer.from(JSON.stringify(bodyOf(shape)))].values() : encoded(events);
    const type = events === undefined ? 'application/json' : 'text/event-stream; charset=utf-8';
    this.#sink.head(200, { 'content-type': type, 'x-request-id': `req_practice_${shape.id}` }, this.#target);
    this.#pump();
  }

  abort(): void {
    this.#over = true;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#later(0);
  }

  #pump(): void {
    for (let sent = 0; !this.#over && !this.#paused; sent++) {
      if (sent > 0 && (this.#options.pace > 0 || sent >= BURST)) return this.#later(this.#options.pace);
      const next = this.#chunks?.next();
      if (next === undefined || next.done === true) {
        this.#over = true;
        this.#sink.end();
      } else this.#sink.data(next.value, this);
    }
  }

  /** On a turn of its own: the sink may resume inside `data`, and must not be called again from there. */
  #later(wait: number): void {
    if (this.#planned) return;
    this.#planned = true;
    setTimeout(() => {
      this.#planned = false;
      this.#pump();
    }, wait);
  }
}

function modelOf(target: Target): PracticeModel {
  return PRACTICE_MODELS.find((one) => one === target.model) ?? 'assistant';
}

function* encoded(events: Iterable<PracticeEvent>): Generator<Buffer> {
  for (const { event, data } of events) {
    const line = typeof data === 'string' ? data : JSON.stringify(data);
    yield Buffer.from(`${event === undefined ? '' : `event: ${event}\n`}data: ${line}\n\n`);
  }
}
