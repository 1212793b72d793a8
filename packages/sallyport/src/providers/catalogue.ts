import { isObject, readJson, type Clock, type Json } from '../kernel/index.ts';
import { asNetError, guardedFetch, type GuardedReply, type Resolve } from '../net/index.ts';
import type { ProviderTest } from './call.ts';
import { modelsPath } from './endpoint.ts';
import { codeOf, detailOf } from './wire_error.ts';
import type { Upstream } from './upstream.ts';

/** OpenRouter's list, the longest known, has about 1 MiB. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_IDS = 1_000;
const TIMEOUT = 5_000;
/** Names as providers write them: visible ASCII. Others are left out, so that a list cannot carry text to whoever reads it. */
const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9._:/@+~-]{0,199}$/;

/** What a provider lists as its models; undefined when it cannot be read. */
export async function listModels(upstream: Upstream, resolve: Resolve | undefined): Promise<readonly string[] | undefined> {
  try {
    const reply = await ask(upstream, resolve);
    return reply.status === 200 ? idsOf(reply) : undefined;
  } catch {
    return undefined;
  }
}

/** Asks for the list to see whether address, certificate and key are right. Nothing of the reply but its status and count leaves. */
export async function testProvider(upstream: Upstream, resolve: Resolve | undefined, clock: Clock): Promise<ProviderTest> {
  if (upstream.keyMissing) return { ok: false, reason: 'UPSTREAM_UNAVAILABLE', detail: 'the sealed key is not set' };
  const start = clock();
  try {
    const reply = await ask(upstream, resolve);
    if (reply.status === 200) return { ok: true, status: 200, milliseconds: clock() - start, models: idsOf(reply)?.length ?? 0 };
    return { ok: false, reason: 'refused', status: reply.status, detail: `the provider answered with status ${reply.status}` };
  } catch (thrown) {
    const error = asNetError(thrown);
    return { ok: false, reason: codeOf(error, false), detail: detailOf(error) };
  }
}

function ask(upstream: Upstream, resolve: Resolve | undefined): Promise<GuardedReply> {
  const { settings } = upstream;
  const fields = upstream.headers(settings.kind === 'anthropic' ? 'messages' : 'chat', {});
  const pairs = Array.from({ length: fields.length / 2 }, (_, i) => [fields[2 * i] ?? '', fields[2 * i + 1] ?? '']);
  return guardedFetch(settings.origin + modelsPath(settings), {
    allow: settings.allow,
    headers: Object.fromEntries(pairs.filter(([name]) => name !== 'content-type')) as Record<string, string>,
    maxBytes: MAX_BYTES,
    timeoutMs: TIMEOUT,
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    ...(resolve === undefined ? {} : { resolve }),
  });
}

/** `{data: [{id}]}` (OpenAI, Anthropic), or a plain list (Together); Google writes models/NAME. */
function idsOf(reply: GuardedReply): readonly string[] | undefined {
  const read = readJson(reply.body);
  if (!read.ok) return undefined;
  const list: Json | undefined = isObject(read.value) ? read.value['data'] : read.value;
  if (!Array.isArray(list)) return undefined;
  const ids = list.flatMap((one) => (isObject(one) && typeof one['id'] === 'string' ? [one['id'].replace(/^models\//, '')] : []));
  return [...new Set(ids.filter((id) => MODEL_ID.test(id)))].slice(0, MAX_IDS);
}
