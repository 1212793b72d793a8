import { join } from 'node:path';
import { messagesOf } from '../eval/injection/traces.ts';
import type { Row } from './rows.ts';

/** Recorded runs whose licence is known (MIT). Those of the other sources are measured with, and never learned from. */
const LEARNED = /^(?:SaFo-Lab|sierra-research)\//;

/** Distinct results of tools from recorded runs of agents without an attack: what an agent reads every day. */
export function traceRows(data: string): Row[] {
  const seen = new Map<string, string>();
  for (const { role, content, source, suite } of messagesOf(join(data, 'agent-traces/benign.jsonl.gz')))
    if (role === 'tool' && content.length > 40 && LEARNED.test(source)) seen.set(content, suite);
  return [...seen].map(([text, suite]) => ({ text, label: 0, kind: 'benign_document', source: `traces/${suite}`, lang: 'en' }));
}
