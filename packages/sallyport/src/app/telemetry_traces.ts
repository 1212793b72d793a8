import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { reasonOf, visible, type Logger } from '../kernel/index.ts';
import { outboundUrl } from '../net/index.ts';
import { guardedAgent } from './telemetry_agent.ts';
import type { SpanRecord } from './telemetry_span.ts';

/** Where spans go. */
export type Traces = {
  /** Queues a span for the next batch. */
  send(span: SpanRecord): void;
  /** Sends what is queued; resolves when it was taken, or at the latest after two seconds. Never rejects. */
  close(): Promise<void>;
};

/** Where an OTLP/HTTP collector takes traces below its base address (OpenTelemetry protocol specification, "OTLP/HTTP Request"). */
const PATH = '/v1/traces';
/** One batch with its retries, which nothing can end before: a stop that is not the end of the process waits for them. */
const SEND_MS = 5_000;
/** Between two batches: a trace is looked at by people, who do not see the difference. */
const BATCH_MS = 2_000;
/** Spans that wait for a collector that is slow or away; each has about a kilobyte. */
const MAX_WAITING = 4_096;
/** Longest text in a span: model names and rule ids are far below. */
const MAX_TEXT = 256;
/** How long a stop waits for the collector. */
const CLOSE_MS = 2_000;

/** Loads the OpenTelemetry libraries and opens the way to the collector. Rejects NET_URL_REFUSED for an address that is none. */
export async function openTraces(
  endpoint: string,
  { version, logger }: { readonly version: string; readonly logger: Logger },
): Promise<Traces> {
  const url = tracesUrl(endpoint);
  const [{ SpanKind, SpanStatusCode }, { BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-proto'),
      import('@opentelemetry/resources'),
    ]);
  const agent = guardedAgent(new URL(url).protocol);
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: SEND_MS, httpAgentOptions: () => agent, userAgent: `sallyport/${version}` });
  const processor = new BatchSpanProcessor({
    exporter: reporting(exporter, logger),
    scheduledDelayMillis: BATCH_MS,
    maxQueueSize: MAX_WAITING,
    exportTimeoutMillis: SEND_MS + CLOSE_MS,
  });
  const provider = new TracerProvider({
    // Named here and nowhere else: what the library would find out about the machine is nobody's business but ours.
    resource: resourceFromAttributes({ 'service.name': 'sallyport', 'service.version': version }),
    spanLimits: { attributeValueLengthLimit: MAX_TEXT },
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('sallyport', version);
  return {
    send({ name, start, end, attributes, failed }) {
      const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, root: true, startTime: timeOf(start), attributes });
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(timeOf(end));
    },
    async close() {
      await atMost(CLOSE_MS, provider.shutdown());
      agent.destroy();
    },
  };
}

/** The full address from the collector's base address, or from the full address itself. */
function tracesUrl(endpoint: string): string {
  const url = outboundUrl(endpoint);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(PATH) ? path : path + PATH;
  return url.href;
}

/** Seconds and nanoseconds: the library takes a plain number below the process's own start for one of `performance.now`. */
function timeOf(milliseconds: number): [number, number] {
  const whole = Math.floor(milliseconds / 1000);
  return [whole, Math.round((milliseconds - whole * 1000) * 1e6)];
}

/** Says once when spans are not taken any more and once when they are again, with what was lost: the library itself would be silent. */
function reporting(exporter: SpanExporter, logger: Logger): SpanExporter {
  let lost = 0;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        // Every failure comes with its error; the codes are an enum of a package that is no dependency of ours.
        if (result.error !== undefined) {
          if (lost === 0) logger.warn('traces are not delivered', { reason: visible(reasonOf(result.error)).slice(0, MAX_TEXT) });
          lost += spans.length;
        } else if (lost > 0) {
          logger.info('traces are delivered again', { lost });
          lost = 0;
        }
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

/** Waits for `work` no longer than this. A failure was reported where it happened. */
async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
