import type { Event } from '../audit/index.ts';
import type { ControlDeps } from '../control/service.ts';
import { reasonOf, type Logger } from '../kernel/index.ts';
import { measureOf } from './telemetry_measure.ts';
import { openMeters } from './telemetry_metrics.ts';
import { createEventQueue } from './telemetry_queue.ts';
import { providerNames, spanOf, type NamedProvider } from './telemetry_span.ts';
import { openTraces } from './telemetry_traces.ts';

/** `telemetry:` of sallyport.yaml. `endpoint` is the base address of an OTLP/HTTP collector. */
export type TelemetryConfig = { readonly traces?: { readonly endpoint: string }; readonly metrics?: boolean };

export type TelemetryDeps = {
  /** The configured providers, as they stand in sallyport.yaml: the bounded set for labels, and their names in the GenAI conventions. */
  readonly providers: readonly NamedProvider[];
  readonly version: string;
  readonly logger: Logger;
};

export type Telemetry = {
  /** Takes a finished event; what is made of it is made later. Never throws. */
  observe(event: Event): void;
  /** For the control port's `/metrics`; undefined when metrics are off. */
  readonly metrics: ControlDeps['metrics'];
  /** Sends what waits. Takes two seconds at most, and never rejects. */
  close(): Promise<void>;
};

/** The provider that is built in; none of a configuration may have its name. */
const PRACTICE = 'practice';

/**
 * Spans and metrics made from finished events, or undefined when none are configured: then no library is loaded. Neither holds anything that an
 * event does not hold, and events hold no content. Rejects NET_URL_REFUSED for an endpoint that is no address.
 *
 * Headers for the collector are read from the environment (`OTEL_EXPORTER_OTLP_HEADERS`), as every OpenTelemetry program does.
 */
export async function openTelemetry(config: TelemetryConfig, deps: TelemetryDeps): Promise<Telemetry | undefined> {
  const { traces: wanted, metrics: measured = false } = config;
  if (wanted === undefined && !measured) return undefined;
  const names = providerNames(deps.providers);
  const known: ReadonlySet<string> = new Set([...names.keys(), PRACTICE]);
  const traces = wanted === undefined ? undefined : await openTraces(wanted.endpoint, deps);
  const meters = measured ? await openMeters({ version: deps.version, dropped: () => queue.dropped() }) : undefined;

  const queue = createEventQueue(
    (event) => {
      const measure = meters === undefined ? undefined : measureOf(event, known);
      if (measure !== undefined) meters?.add(measure);
      const span = traces === undefined ? undefined : spanOf(event, names);
      if (span !== undefined) traces?.send(span);
    },
    (thrown) => deps.logger.error('an event could not be measured', { reason: reasonOf(thrown) }),
  );
  return {
    observe: (event) => queue.push(event),
    metrics:
      meters === undefined
        ? undefined
        : {
            permission: 'health:read',
            read() {
              queue.flush();
              return meters.read();
            },
          },
    async close() {
      queue.close();
      await traces?.close();
    },
  };
}
