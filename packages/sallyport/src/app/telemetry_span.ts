import { label, type Event } from '../audit/index.ts';

/** A span as plain data, ready for any tracer. Times are milliseconds since 1970. */
export type SpanRecord = {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly attributes: Readonly<Record<string, string | number | boolean | string[]>>;
  /** A fault, ours or the provider's. A refusal is a normal outcome and no error. */
  readonly failed: boolean;
};

/** Operations by the names of the GenAI conventions (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans). Others keep their own. */
const OPERATIONS: Readonly<Record<string, string>> = {
  chat: 'chat',
  responses: 'chat',
  messages: 'chat',
  completions: 'text_completion',
  embeddings: 'embeddings',
};
/** What `gen_ai.provider.name` says for a provider of ours, by preset or kind; others are called as their preset. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  'azure-openai': 'azure.ai.openai',
  gemini: 'gcp.gemini',
  mistral: 'mistral_ai',
  xai: 'x_ai',
};

/** A provider of sallyport.yaml, as far as its name goes. */
export type NamedProvider = { readonly name: string; readonly preset?: string; readonly kind?: string };

/** The conventions' name of each configured provider, by its own. */
export function providerNames(providers: readonly NamedProvider[]): ReadonlyMap<string, string> {
  return new Map(
    providers.map(({ name, preset, kind }) => {
      const known = preset ?? kind ?? name;
      return [name, PROVIDER_NAMES[known] ?? known];
    }),
  );
}

/** Names of rules and finding categories in one span; a span is a summary, the event has them all. */
const MAX_NAMES = 16;

/**
 * The span of a finished model request, made from its event: no prompt, reply or argument text, because events hold none. Names that come from
 * the request or the reply (model, ids) pass the event log's own check for labels, which the event in memory has not passed yet.
 * `providers` gives the conventions' name for a configured provider (`azure.ai.openai`). Undefined for every other event, and for a stream that has only begun.
 */
export function spanOf(event: Event, providers: ReadonlyMap<string, string>): SpanRecord | undefined {
  const { api } = event;
  if (event.kind !== 'gateway.request' || api === undefined || event.phase === 'started') return undefined;
  const operation = OPERATIONS[api.operation] ?? api.operation;
  const status = event.http?.status;
  const model = labelled(api.model);
  return {
    name: model === undefined ? operation : `${operation} ${model}`,
    start: event.time - (event.timings?.['total'] ?? 0),
    end: event.time,
    failed: status !== undefined && status >= 500,
    attributes: defined({
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': api.provider === undefined ? undefined : (providers.get(api.provider) ?? api.provider),
      'gen_ai.request.model': model,
      'gen_ai.request.stream': api.stream,
      'gen_ai.response.id': labelled(api.response),
      'gen_ai.usage.input_tokens': event.usage?.input,
      'gen_ai.usage.output_tokens': event.usage?.output,
      'gen_ai.conversation.id': labelled(event.conversation),
      'http.response.status_code': status,
      'error.type': status !== undefined && status >= 400 ? (event.status_code ?? String(status)) : undefined,
      ...ownAttributes(event),
    }),
  };
}

/** What only a gate knows: the decision and what led to it. */
function ownAttributes(event: Event): Record<string, string | number | boolean | string[] | undefined> {
  const findings = event.findings ?? [];
  return {
    'sallyport.event': event.uid,
    'sallyport.tenant': event.tenant,
    'sallyport.provider': event.api?.provider,
    'sallyport.decision': event.decision?.action,
    'sallyport.rules': names((event.decision?.rules ?? []).map((rule) => rule.id)),
    'sallyport.would_rules': names((event.decision?.would ?? []).map((rule) => rule.id)),
    'sallyport.findings': findings.length,
    'sallyport.categories': names(findings.map((finding) => finding.category)),
    'sallyport.inspect_ms': event.timings?.['inspect'],
  };
}

function labelled(text: string | undefined): string | undefined {
  return text === undefined ? undefined : label(text);
}

function names(all: readonly string[]): string[] | undefined {
  const distinct = [...new Set(all)].slice(0, MAX_NAMES);
  return distinct.length === 0 ? undefined : distinct;
}

function defined<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== undefined));
}
