import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SRC, TOP } from '../top.ts';

// Makes `limits/prices.generated.ts` from a price list in the form of LiteLLM's `model_prices_and_context_window.json` (facts: names and
// numbers, as the providers publish them): `npm run prices -- FILE --date YYYY-MM-DD --source URL`.
type Listed = Readonly<Record<string, unknown>>;

/** Who bills by the token under these names. Others are written into `limits: {prices: [...]}` by who uses them. */
const PROVIDERS = new Set([
  'openai',
  'anthropic',
  'gemini',
  'vertex_ai-language-models',
  'xai',
  'deepseek',
  'moonshot',
  'text-completion-openai',
]);
const MODES = new Set(['chat', 'responses', 'completion', 'embedding']);

/** OpenAI's embeddings, which short lists leave out: USD per million tokens (https://platform.openai.com/docs/pricing). */
const EMBEDDINGS = [
  { model: 'text-embedding-3-large', input: 0.13, output: 0, context: 8192, maxOutput: 0 },
  { model: 'text-embedding-3-small', input: 0.02, output: 0, context: 8192, maxOutput: 0 },
  { model: 'text-embedding-ada-002', input: 0.1, output: 0, context: 8192, maxOutput: 0 },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { date: { type: 'string' }, source: { type: 'string' } },
});
const [file] = positionals;
if (file === undefined || values.date === undefined || values.source === undefined)
  throw new Error('Say which list, of which day and from where: npm run prices -- FILE --date YYYY-MM-DD --source URL');

const listed = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Listed>;
const models = new Map(EMBEDDINGS.map((entry) => [entry.model, entry as object]));
for (const [key, entry] of Object.entries(listed)) {
  if (!PROVIDERS.has(String(entry['litellm_provider'])) || !MODES.has(String(entry['mode']))) continue;
  const input = million(entry, 'input_cost_per_token');
  const output = million(entry, 'output_cost_per_token') ?? 0;
  const context = number(entry['max_input_tokens']) ?? number(entry['max_tokens']);
  const maxOutput = number(entry['max_output_tokens']) ?? number(entry['max_tokens']);
  if (input === undefined || input === 0 || context === undefined || maxOutput === undefined) continue;
  const model = key.slice(key.lastIndexOf('/') + 1);
  const cached = million(entry, 'cache_read_input_token_cost');
  const most = {
    input: highest(entry, /^(input_cost_per_token|cache_creation_input_token_cost)/, input),
    output: highest(entry, /^output_cost_per_(token|reasoning_token)/, output),
  };
  models.set(model, {
    model,
    input,
    output,
    ...(cached === undefined ? {} : { cached }),
    ...(most.input > input || most.output > output ? { most } : {}),
    context,
    maxOutput,
  });
}
const rows = [...models.values()].toSorted((a, b) => ((a as { model: string }).model < (b as { model: string }).model ? -1 : 1));
const text = rows.map((row) => JSON.stringify(row)).join('\n');
writeFileSync(
  `${TOP}/${SRC}/limits/prices.generated.ts`,
  `// Made by tools/prices/build.ts from the list named here.
export const PRICE_LIST = {
  date: ${JSON.stringify(values.date)},
  source: ${JSON.stringify(values.source)},
  sha256: ${JSON.stringify(createHash('sha256').update(text).digest('hex'))},
  models: String.raw\`${text}\`,
} as const;
`,
);
console.log(`${rows.length} models`);

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** USD per million tokens, which is millionths of a dollar per token. */
function million(entry: Listed, name: string): number | undefined {
  const value = entry[name];
  return typeof value === 'number' ? Number((value * 1e6).toPrecision(9)) : undefined;
}

/** The most that any tier asks (priority, long contexts, writing to a cache). */
function highest(entry: Listed, pattern: RegExp, least: number): number {
  return Object.keys(entry)
    .filter((name) => pattern.test(name) && !/batch|flex/.test(name))
    .reduce((most, name) => Math.max(most, million(entry, name) ?? 0), least);
}
