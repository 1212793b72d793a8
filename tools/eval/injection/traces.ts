import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A message of a recorded run, with the run's source and suite. */
export type Recorded = { readonly role: string; readonly content: string; readonly source: string; readonly suite: string };

type Run = {
  readonly source: string;
  readonly suite: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
};

/** Messages of text of a file of runs: `agent-traces/README.md`. */
export function messagesOf(path: string): Recorded[] {
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Run)
    .flatMap(({ source, suite, messages }) =>
      messages.flatMap(({ role, content }) => (typeof content === 'string' ? [{ role, content, source, suite }] : [])),
    );
}

export type ToolResults = { readonly clean: readonly string[]; readonly attacked: readonly string[] };

/** Distinct tool results of recorded agent runs, without and with an order planted in them; of AgentDojo's suites, from which nothing is learned, and of the others. */
export function toolResults(data: string): { readonly unseen: ToolResults; readonly others: ToolResults } {
  const of = (name: string): Recorded[] => messagesOf(join(data, `agent-traces/${name}.jsonl.gz`)).filter(({ role }) => role === 'tool');
  const benign = of('benign');
  const attacked = of('attacked');
  const only = (unseen: boolean): ToolResults => {
    const texts = (list: readonly Recorded[]): string[] => [
      ...new Set(list.filter(({ suite }) => suite.startsWith('agentdojo/') === unseen).map(({ content }) => content)),
    ];
    return {
      clean: texts(benign).filter((text) => text.length > 40 && !PLANTED.test(text)),
      attacked: texts(attacked).filter((text) => PLANTED.test(text)),
    };
  };
  return { unseen: only(true), others: only(false) };
}

/** How the recorded attack announces itself in the results that carry it. */
const PLANTED = /important\s+message\s+from\s+me/i;
