import { disguised } from '../../packages/sallyport/src/guard/disguise.ts';
import { Judge, type Judgement } from '../../packages/sallyport/src/guard/detectors/injection/judge.ts';
import { compile, phraseVocabulary } from '../../packages/sallyport/src/guard/detectors/injection/match.ts';
import { RULES } from '../../packages/sallyport/src/guard/detectors/injection/rules.ts';
import { VOCABULARY } from '../../packages/sallyport/src/guard/detectors/injection/vocabulary.ts';
import { buildLexicon, type Lexicon } from '../../packages/sallyport/src/guard/lexicon.ts';
import type { Channel, ChannelModel } from '../../packages/sallyport/src/guard/model/model.ts';
import { Reader } from '../../packages/sallyport/src/guard/reading.ts';

/** The detector's own words: those of other detectors are of no class. */
export function trainingLexicon(): Lexicon {
  const words = phraseVocabulary(RULES, VOCABULARY);
  return buildLexicon([words, disguised(Object.values(words).flat())]);
}

/** Judges texts as the detector does, with any model: what the last step learns from is what it will see. */
export function judgeOf(model: ChannelModel, channel: Channel): (text: string) => Judgement {
  const lexicon = trainingLexicon();
  const matcher = compile(RULES, lexicon);
  const reader = new Reader(lexicon);
  const judge = new Judge();
  return (text) => judge.judge(reader.read(text), channel, matcher, model);
}
