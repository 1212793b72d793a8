import type { FindingFacts } from '../../detector.ts';
import { FeatureReader } from '../../model/features.ts';
import type { Model, Channel } from '../../model/model.ts';
import { INPUTS } from '../../model/stack.ts';
import type { Windows } from '../../model/windows.ts';
import type { Judgement } from './judge.ts';

/** CWE-1427 (improper neutralization of input used for LLM prompting), LLM01:2025, ATLAS AML.T0051 (injection) and AML.T0054 (jailbreak). */
const TAXONOMY = { prompt_injection: ['CWE-1427', 'LLM01:2025', 'AML.T0051'], jailbreak: ['CWE-1427', 'LLM01:2025', 'AML.T0054'] };

const SUFFIX = INPUTS.indexOf('suffix');
const CLOSER = INPUTS.indexOf('closer');

/** Named features that evidence shows. */
const SHOWN = 4;

/** From this weight on the rules alone say what the finding is, and where. */
const RULES_SPEAK = 0.5;

/** The suffix is what speaks when the words do not. */
function isSuffix({ windows, suffix, inputs }: Judgement): boolean {
  return suffix.bits > 0 && (inputs[SUFFIX] ?? 0) > 0 && windows.short < 0;
}

/** Where the attack stands in its view: the rules' signs when they are enough, else the window that the model found strongest. */
export function spanOf(judgement: Judgement): { start: number; end: number } {
  const { cluster, windows } = judgement;
  if (cluster !== undefined && cluster.score >= RULES_SPEAK) return cluster;
  if (isSuffix(judgement)) return judgement.suffix;
  return isScene(windows) ? { start: windows.longStart, end: windows.longEnd } : { start: windows.shortStart, end: windows.shortEnd };
}

/** The long window says more than the short one. */
function isScene({ short, long }: Windows): boolean {
  return long > short;
}

/** The finding without its place. Evidence names rules and words of the model's own list, never the text. */
export function factsOf(judgement: Judgement, channel: Channel, model: Model): FindingFacts {
  const { cluster, score, view, windows, inputs } = judgement;
  const ruled = cluster !== undefined && cluster.score >= RULES_SPEAK;
  const machine = !ruled && isSuffix(judgement);
  const category = machine
    ? 'jailbreak'
    : (cluster?.category ?? (channel === 'prompt' && isScene(windows) ? 'jailbreak' : 'prompt_injection'));
  const signs = (cluster?.parts ?? []).map(({ id, weight }) => `${id} ${weight.toFixed(2)}`);
  const words = strongestWords(judgement, model.channels[channel].head.table, model.names);
  return {
    rule: `injection.${ruled ? (cluster.parts[0]?.id ?? 'model') : machine ? 'suffix' : 'model'}`,
    category,
    type: category === 'jailbreak' ? 'JAILBREAK' : 'INJECTION',
    severity: score >= 0.9 ? 'high' : 'medium',
    confidence: score,
    evidence: [
      ...(signs.length === 0 ? [] : [signs.join(', ')]),
      `model ${windows.short.toFixed(1)} near, ${windows.long.toFixed(1)} far, ${(inputs[CLOSER] ?? 0).toFixed(1)} on a closer look${words.length === 0 ? '' : ` (${words.join(', ')})`}`,
      ...(machine ? [`a stretch without sense, ${judgement.suffix.bits.toFixed(1)} bits a sign`] : []),
      ...(view.name === 'plain' ? [] : [`read from ${view.name}`]),
    ].join('; '),
    fix: 'Look at where the text came from; let the model have no more rights than this text deserves.',
    taxonomy: TAXONOMY[category],
  };
}

/** Reads one window after the other. */
const reader = new FeatureReader();

/** The words of the model's list that speak loudest in the strongest short window. */
function strongestWords({ view, windows }: Judgement, table: Int8Array, names: Model['names']): string[] {
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
  // Another word may fall into the same bucket: only what stands there is shown.
  const said = view.text.slice(windows.shortStart, windows.shortEnd).toLowerCase();
  return [...weights]
    .filter(([name, weight]) => weight > 0 && said.includes(name))
    .sort((a, b) => b[1] - a[1])
    .slice(0, SHOWN)
    .map(([name]) => `"${name}"`);
}
