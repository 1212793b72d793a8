import type { Finding } from '../../kernel/index.ts';
import type { Channel } from '../model/model.ts';

/**
 * Scores of the first stage, low and high, between which a classifier is asked; a channel that is absent is never asked about. `characters`: of each
 * window that the classifier reads.
 */
export type GreyZones = { readonly characters: number; readonly channels: Readonly<Partial<Record<Channel, readonly [number, number]>>> };

/**
 * What the second stage is asked. `finding`: as the first stage has it, with its score as confidence, whether it was told (from `threshold` on) or not.
 * `windows`: texts around the place that the first stage found strongest, as it read them.
 */
export type Grey = { readonly finding: Finding; readonly threshold: number; readonly windows: readonly string[] };
