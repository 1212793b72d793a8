import type { SecondStageConfig } from './config.ts';

/**
 * How likely a window is an attack: log-odds of the outputs that stand for one against the others (softmax; one output alone is log-odds itself), then
 * scaled and shifted as the operator calibrated it (Platt, 1999). 0.5 for what is no number.
 */
export function probabilityOf(
  logits: readonly number[],
  labels: SecondStageConfig['labels'],
  { scale, offset }: NonNullable<SecondStageConfig['calibration']> = { scale: 1, offset: 0 },
): number {
  const of = (label: 'attack' | 'benign'): number[] => logits.filter((_, i) => labels[i] === label);
  const benign = of('benign');
  const odds = logSum(of('attack')) - (benign.length === 0 ? 0 : logSum(benign));
  const probability = 1 / (1 + Math.exp(-(scale * odds + offset)));
  return Number.isNaN(probability) ? 0.5 : probability;
}

/** log(sum(exp(x))), without overflow. */
function logSum(list: readonly number[]): number {
  const most = Math.max(...list);
  return most + Math.log(list.reduce((sum, x) => sum + Math.exp(x - most), 0));
}
