import { BACKGROUND } from './background.ts';
import { featuresOf, type Features } from './features.ts';
import { probability, score, train, type Linear } from './linear.ts';

/** A topic by example: what users may ask about, or may not. */
export type Topic = { readonly name: string; readonly stance: 'allowed' | 'blocked'; readonly examples: readonly string[] };

/** What a text is about. `blocked`: the most likely blocked topic; `allowed`: how likely the most likely allowed one is (1 when none is declared). */
export type TopicScores = {
  readonly words: number;
  readonly blocked: { readonly name: string; readonly probability: number } | undefined;
  readonly allowed: number;
};

export type Topics = { judge(text: string): TopicScores };

/**
 * Trains one linear classifier a topic, against the examples of all others and texts of no topic. Deterministic; about a millisecond an example.
 * What shares no word and no piece of a word with the examples cannot be known from them.
 */
export function trainTopics(topics: readonly Topic[]): Topics {
  const background = BACKGROUND.map(featuresOf);
  const own = topics.map(({ examples }) => examples.map(featuresOf));
  const models = topics.map((topic, at) => ({ ...topic, model: trainTopic(own, at, background) }));
  return {
    judge(text) {
      const features = featuresOf(text);
      let blocked: TopicScores['blocked'];
      let allowed = topics.some(({ stance }) => stance === 'allowed') ? 0 : 1;
      for (const { name, stance, model } of models) {
        const likely = probability(score(model, features));
        if (stance === 'allowed') allowed = Math.max(allowed, likely);
        else if (likely > (blocked?.probability ?? 0)) blocked = { name, probability: likely };
      }
      return { words: features.words, blocked, allowed };
    },
  };
}

/** A single example must not outweigh everything else. */
const MAX_WEIGHT = 8;

/** Few positives stand against many negatives: both sides weigh about the same together. */
function trainTopic(own: readonly (readonly Features[])[], at: number, background: readonly Features[]): Linear {
  const positives = own[at] ?? [];
  const negatives = [...background, ...own.filter((_, other) => other !== at).flat()];
  const weight = Math.min(MAX_WEIGHT, negatives.length / positives.length);
  return train([
    ...negatives.map((features) => ({ features, positive: false, weight: 1 })),
    ...positives.map((features) => ({ features, positive: true, weight })),
  ]);
}
