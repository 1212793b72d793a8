import { matchesGlob, type TenantId } from '../kernel/index.ts';
import { stricterLabel, type Label, type Reason, type State } from './document.ts';

/**
 * Who looks: of which tenant, and held to which datasets. A dataset is what documents were added under as their `source`; patterns, `*` matches any run;
 * absent = all. What is of none of them is as if it were not there.
 */
export type Reach = { readonly tenant: TenantId; readonly datasets?: readonly string[] };

export function reaches({ datasets }: Reach, dataset: string): boolean {
  return datasets === undefined || datasets.some((pattern) => matchesGlob(pattern, dataset));
}

/** The same for `source like any (...)`; null for all. */
export function likeOf({ datasets }: Reach): readonly string[] | null {
  return datasets?.map((pattern) => pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%')) ?? null;
}

/** The newest version of a document in one dataset. */
export type Version = { readonly dataset: string; readonly state: State; readonly label: Label; readonly reasons: readonly Reason[] };

/** `reasons`: the rules that spoke against a document, or noted something; `datasets`: those that it is in. */
export type Standing = {
  readonly state: State;
  readonly label: Label;
  readonly reasons: readonly string[];
  readonly datasets: readonly string[];
};

/** From the strictest; `erased` only where there is nothing else. */
const STRICT: readonly State[] = ['rejected', 'quarantined', 'released', 'accepted', 'erased'];

/** How a document stands that was added to several datasets: whoever adds it to another one lifts nothing that was said of it in the first. */
export function standingOf(versions: readonly Version[]): Standing | undefined {
  const there = versions.filter(({ state }) => state !== 'erased');
  const counted = there.length > 0 ? there : versions;
  const [first, ...more] = counted;
  if (first === undefined) return undefined;
  return {
    state: STRICT.find((state) => counted.some((one) => one.state === state)) ?? first.state,
    label: more.reduce((label, one) => stricterLabel(label, one.label), first.label),
    reasons: [...new Set(counted.flatMap(({ reasons }) => reasons.map(({ rule }) => rule)))],
    datasets: [...new Set(counted.map(({ dataset }) => dataset))],
  };
}
