import type { Detector } from '../detector.ts';

/**
 * The measure of a detector that no independent set exists for: the cases beside it (`cases.ts`), all of which its tests hold. `also`: what
 * `npm run eval:guard -- output` measures of it.
 */
export function ownCases(hits: number, misses: number, also?: string): NonNullable<Detector['describe']['measured']> {
  return {
    precision: 1,
    recall: 1,
    on: `its own ${hits} examples and ${misses} near misses, written with it: no independent set${also === undefined ? '' : `; ${also}`}`,
  };
}
