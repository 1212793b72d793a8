import type { Intent } from './intent.ts';

/** How much an agent may do unasked. */
export type FlowMode = 'relaxed' | 'balanced' | 'strict';
export const FLOW_MODES: readonly FlowMode[] = ['relaxed', 'balanced', 'strict'];

/** What a mode lets pass. One line a question, so that the three modes can be read beside each other. */
export type ModeRules = {
  /** From which naming on an action counts as requested, for actions that can harm at once and for the others. */
  readonly intent: { readonly high: readonly Intent['asked'][]; readonly low: readonly Intent['asked'][] };
  /** Fields of structured results as receivers: any, those the request is about, or none. */
  readonly receiver: 'any' | 'bound' | 'none';
  /** The same for things acted on (ids, files, names). */
  readonly target: 'any' | 'bound' | 'none';
  /** Links to fetch that stand in content: any, where the request speaks of links, or none. */
  readonly links: 'any' | 'spoken' | 'none';
  /** Whether addresses inside of texts, and short titles that were copied from content, are judged. */
  readonly inside: boolean;
  /** Whether a value may come from content when the request says to take it from there. */
  readonly delegated: boolean;
};

export const MODES: Readonly<Record<FlowMode, ModeRules>> = {
  relaxed: {
    intent: { high: ['asked', 'near', 'step'], low: ['asked', 'near', 'step', 'no'] },
    receiver: 'bound',
    target: 'any',
    links: 'any',
    inside: false,
    delegated: true,
  },
  balanced: {
    intent: { high: ['asked', 'step'], low: ['asked', 'near', 'step'] },
    receiver: 'bound',
    target: 'any',
    links: 'spoken',
    inside: true,
    delegated: true,
  },
  strict: {
    intent: { high: ['asked', 'step'], low: ['asked', 'near', 'step'] },
    receiver: 'none',
    target: 'bound',
    links: 'none',
    inside: true,
    delegated: false,
  },
};
