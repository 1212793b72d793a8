import type { Language } from '../language.ts';
import { go } from './go.ts';
import { javascript } from './javascript.ts';
import type { Lowering } from './lowering.ts';
import { python } from './python.ts';
import { rust } from './rust.ts';

const LOWERINGS: readonly Lowering[] = [python, javascript, go, rust];
const BY_LANGUAGE = new Map(LOWERINGS.flatMap((lowering) => lowering.languages.map((language) => [language, lowering] as const)));

export function loweringOf(language: Language): Lowering | undefined {
  return BY_LANGUAGE.get(language);
}
