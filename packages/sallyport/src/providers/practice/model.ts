/** The name of the built-in provider, and of its models: `practice/echo` and so on. */
export const PRACTICE_PROVIDER = 'practice';
export const PRACTICE_MODELS = ['assistant', 'echo', 'leaky', 'agent'] as const;
export type PracticeModel = (typeof PRACTICE_MODELS)[number];
