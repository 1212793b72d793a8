import type { Measure } from './telemetry_measure.ts';

/** The counters of this process, and their text for Prometheus. */
export type Meters = {
  add(measure: Measure): void;
  read(): Promise<{ contentType: string; text: string }>;
};

/** Upper bounds in seconds of a request with its model, as the GenAI conventions give them for `gen_ai.client.operation.duration`. */
const REQUEST_BUCKETS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
/** Upper bounds in seconds of the gate's own work: its aim is a few milliseconds. */
const INSPECT_BUCKETS = [0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5];

/** Loads the Prometheus library and makes the meters, in a registry of their own. `dropped` counts events that were measured nowhere. */
export async function openMeters({ version, dropped }: { readonly version: string; readonly dropped: () => number }): Promise<Meters> {
  const { Counter, Gauge, Histogram, Registry } = (await import('prom-client')).default;
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'sallyport_requests_total',
    help: 'Requests that were finished, by operation, provider, decision and class of HTTP status.',
    labelNames: ['operation', 'provider', 'decision', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'sallyport_request_duration_seconds',
    help: 'From the first byte of a request to the end of its reply, the model included.',
    labelNames: ['operation', 'provider'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const inspect = new Histogram({
    name: 'sallyport_inspect_duration_seconds',
    help: 'Time that the inspection of a request took.',
    labelNames: ['operation'],
    buckets: INSPECT_BUCKETS,
    registers,
  });
  const tokens = new Counter({
    name: 'sallyport_tokens_total',
    help: 'Tokens as providers counted them.',
    labelNames: ['provider', 'direction'],
    registers,
  });
  const findings = new Counter({ name: 'sallyport_findings_total', help: 'Findings by category.', labelNames: ['category'], registers });
  const masked = new Counter({ name: 'sallyport_masked_values_total', help: 'Values that were masked.', registers });
  const lost = new Gauge({
    name: 'sallyport_telemetry_dropped_events',
    help: 'Events since the start that these metrics do not count, because too many came at once. The event log has them.',
    registers,
    collect() {
      this.set(dropped());
    },
  });
  const info = new Gauge({ name: 'sallyport_build_info', help: 'Always 1; its label is the version.', labelNames: ['version'], registers });
  info.set({ version }, 1);
  lost.set(0);
  masked.inc(0);
  return {
    add(measure) {
      const { operation, provider } = measure.labels;
      requests.inc(measure.labels);
      if (measure.seconds !== undefined) seconds.observe({ operation, provider }, measure.seconds);
      if (measure.inspectSeconds !== undefined) inspect.observe({ operation }, measure.inspectSeconds);
      if (measure.tokens.input > 0) tokens.inc({ provider, direction: 'input' }, measure.tokens.input);
      if (measure.tokens.output > 0) tokens.inc({ provider, direction: 'output' }, measure.tokens.output);
      for (const [category, count] of measure.findings) findings.inc({ category }, count);
      if (measure.masked > 0) masked.inc(measure.masked);
    },
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
