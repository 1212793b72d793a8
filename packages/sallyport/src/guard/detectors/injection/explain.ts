import type { FindingFacts } from '../../detector.ts';
import { FeatureReader } from '../../model/features.ts';
import type { Model, Channel } from '../../model/model.ts';
import type { Windows } from '../../model/windows.ts';
import type { Judgement } from './judge.ts';

/** CWE-1427 (improper neutralization of input used for LLM prompting), LLM01:2025, ATLAS AML.T0051 (injection) and AML.T0054 (jailbreak). */
const TAXONOMY = { prompt_injection: ['CWE-1427', 'LLM01:2025', 'AML.T0051'], jailbreak: ['CWE-1427', 'LLM01:2025', 'AML.T0054'] };

/** Named features that evidence shows. */
const SHOWN = 4;

/** From this weight on the rules alone say what the finding is, and where. */
const RULES_SPEAK = 0.5;

/** Where the attack stands in its view: the rules' signs when they are enough, else the window that the model found strongest. */
export function spanOf({ cluster, windows }: Judgement): { start: number; end: number } {
  if (cluster !== undefined && cluster.score >= RULES_SPEAK) return cluster;
  return isScene(windows) ? { start: windows.longStart, end: windows.longEnd } : { start: windows.shortStart, end: windows.shortEnd };
}

/** The long window says more than the short one. */
function isScene({ short, long }: Windows): boolean {
  return long > short;
}

/** The finding without its place. Evidence names rules and words of the model's own list, never the text. */
export function factsOf(judgement: Judgement, channel: Channel, model: Model): FindingFacts {
  const { cluster, score, view, windows } = judgement;
  const ruled = cluster !== undefined && cluster.score >= RULES_SPEAK;
  const category = cluster?.category ?? (channel === 'prompt' && isScene(windows) ? 'jailbreak' : 'prompt_injection');
  const signs = (cluster?.parts ?? []).map(({ id, weight }) => `${id} ${weight.toFixed(2)}`);
  const words = strongestWords(judgement, model.channels[channel].head.table, model.names);
  return {
    rule: `injection.${ruled ? (cluster.parts[0]?.id ?? 'model') : 'model'}`,
    category,
    type: category === 'jailbreak' ? 'JAILBREAK' : 'INJECTION',
    severity: score >= 0.9 ? 'high' : 'medium',
    confidence: score,
    evidence: [
      ...(signs.length === 0 ? [] : [signs.join(', ')]),
      `model ${windows.short.toFixed(1)} near, ${windows.long.toFixed(1)} far${words.length === 0 ? '' : ` (${words.join(', ')})`}`,
      ...(view.name === 'plain' ? [] : [`read from ${view.name}`]),
    ].join('; '),
    fix: 'Look at where the text came from; let the model have no more rights than this text deserves.',
    taxonomy: TAXONOMY[category],
  };
}

/** The words of the model's list that speak loudest in the strongest short window. */
function strongestWords({ view, windows }: Judgement, table: Int8Array, names: Model['names']): string[] {
  const reader = new FeatureReader();
  const weights = new Map<string, number>();
  reader.open(view.units.subarray(windows.shortStart, windows.shortEnd));
  while (reader.next()) {
    const end = reader.ends[reader.count - 1] as number;
    for (let f = 0; f < end; f++) {
      const bucket = reader.features[f] as number;
      const name = names.get(bucket);
      if (name !== undefined) weights.set(name, table[bucket] as number);
    }
  }
  return [...weights]
    .filter(([, weight]) => weight > 0)
    .sort((a, b) => b[1] - a[1])
    .slice(0, SHOWN)
    .map(([name]) => `"${name}"`);
}
