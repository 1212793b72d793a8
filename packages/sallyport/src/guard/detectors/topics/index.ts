import type { Detector, DetectorSettings, Scanner } from '../../detector.ts';
import { trainTopics } from '../../usage/topics.ts';

/** Requests outside of what an app is for. Learnt from examples in the configuration, so it is an opinion: for observing, not for certainty. */
export const detector: Detector = {
  id: 'topics',
  category: 'usage',
  points: { prompt: 'allow' },
  version: 1,
  describe: {
    finds: 'Requests on a topic that you blocked by example, or on none of those that you allowed by example.',
    example: 'Which party should I vote for? (with examples of politics as a blocked topic)',
    passes: 'When does my parcel arrive? (with examples of orders as an allowed topic)',
    measured: { precision: 0.91, recall: 0.98, on: 'own sentences: 3 assistants, 30 allowed requests (4 of them flagged), 42 others' },
  },
  stream: { form: 'whole' },
  setUp: ({ settings }) => scannerOf(settings),
};

/** A follow-up question ("and the second one?") is of no topic by itself. */
const MIN_WORDS = 2;
/** Below this likelihood of every allowed topic a request is off topic, unless configured. */
const OFF_TOPIC = 0.4;
const BLOCKED = 0.6;

function scannerOf({ topics }: DetectorSettings): Scanner {
  if (topics.length === 0) return { scan: () => undefined };
  const trained = trainTopics(topics);
  return {
    scan({ plain }, at, sink) {
      // Topics are a matter of what the user asks for; an app's own instructions name many.
      if (at.origin !== 'user') return;
      const { words, blocked, allowed } = trained.judge(plain.text);
      if (blocked !== undefined && blocked.probability >= BLOCKED)
        sink.add(
          plain,
          0,
          plain.text.length,
          factsOf(`topics.blocked`, typeOf(blocked.name), blocked.probability, `like the examples of ${blocked.name}`),
        );
      else if (words >= MIN_WORDS && allowed < OFF_TOPIC)
        sink.add(
          plain,
          0,
          plain.text.length,
          factsOf('topics.off-topic', 'OFF_TOPIC', 1 - allowed, 'unlike the examples of every allowed topic'),
        );
    },
  };
}

function typeOf(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

function factsOf(rule: string, type: string, confidence: number, evidence: string): Parameters<Parameters<Scanner['scan']>[2]['add']>[3] {
  return {
    rule,
    category: 'usage',
    type,
    severity: 'low',
    confidence: Math.round(confidence * 100) / 100,
    evidence: `${evidence}, ${confidence.toFixed(2)}`,
  };
}
