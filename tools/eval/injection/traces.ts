import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

type Message = { readonly role: string; readonly content: unknown };

/** Distinct tool results of recorded agent runs, without and with an order planted in them: `agent-traces/README.md`. None is learned from. */
export function toolResults(data: string): { readonly clean: readonly string[]; readonly attacked: readonly string[] } {
  const clean = new Set(results(data, 'benign'));
  const attacked = new Set(results(data, 'attacked').filter((text) => PLANTED.test(text)));
  return { clean: [...clean].filter((text) => text.length > 40 && !PLANTED.test(text)), attacked: [...attacked] };
}

/** How the recorded attack announces itself in the results that carry it. */
const PLANTED = /important\s+message\s+from\s+me/i;

function results(data: string, name: string): string[] {
  return gunzipSync(readFileSync(join(data, `agent-traces/${name}.jsonl.gz`)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as { messages: readonly Message[] }).messages)
    .flatMap(({ role, content }) => (role === 'tool' && typeof content === 'string' ? [content] : []));
}
