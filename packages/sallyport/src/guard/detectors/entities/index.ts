import type { Detector, DetectorSetup, FindingFacts, Scanner } from '../../detector.ts';
import type { View } from '../../view.ts';
import type { Entity } from './entity.ts';
import { findEntities } from './find.ts';
import { loadLists } from './lists.ts';

/** Who, where, when: what names a person without being a number. Statistical: lists of names and places, capitals, words around them. */
export const detector: Detector = {
  id: 'entities',
  category: 'personal_data',
  points: { prompt: 'allow', content: 'allow', tool_call: 'allow', tool_result: 'allow', response: 'allow' },
  version: 1,
  describe: {
    finds:
      'Names of persons, places, organisations and nationalities, street addresses, postal codes, ages, dates (of birth surer than others), addresses of the web.',
    example: 'Dr. Cettina Fanucci, born 12 May 1971, lives at 14 Crown Street, London.',
    passes: 'The Annual Report was ready on time.',
    measured: { precision: 0.93, recall: 0.91, on: 'sentences-dev (291 made-up sentences, words, with all personal data)' },
  },
  stream: { form: 'whole' },
  setUp,
};

/** CWE-359 (exposure of private personal information), LLM02:2025. */
const TAXONOMY = ['CWE-359', 'LLM02:2025'];

/** Types that this detector knows. */
export const ENTITY_TYPES: readonly string[] = [
  'PERSON',
  'LOCATION',
  'ORGANIZATION',
  'NRP',
  'TITLE',
  'STREET_ADDRESS',
  'ZIP_CODE',
  'AGE',
  'DATE_TIME',
  'URL',
];

/** Findings of one text that are less certain than this; what follows is a log, a list or a book, and its dates say nothing new. */
const UNSURE = 0.5;
const MAX_UNSURE = 500;

function setUp({ settings }: DetectorSetup): Scanner {
  const { types } = settings;
  const wanted = types === undefined ? undefined : ENTITY_TYPES.filter((type) => types.has(type));
  if (wanted?.length === 0) return { scan: () => undefined };
  loadLists();
  return {
    scan({ plain, decoded }, _at, sink) {
      let unsure = 0;
      const scan = (view: View, isNew: (entity: Entity) => boolean): void => {
        for (const entity of findEntities(view)) {
          if (!isNew(entity) || wanted?.includes(entity.type) === false) continue;
          if (entity.confidence < UNSURE && ++unsure > MAX_UNSURE) continue;
          sink.add(view, entity.start, entity.end, factsOf(entity));
        }
      };
      scan(plain, () => true);
      if (decoded !== undefined) scan(decoded, ({ start, end }) => decoded.changed(start, end));
    },
  };
}

const RULES: ReadonlyMap<string, string> = new Map(
  ENTITY_TYPES.map((type) => [type, `entities.${type.toLowerCase().replaceAll('_', '-')}`] as const),
);

function factsOf({ type, confidence, why }: Entity): FindingFacts {
  return {
    rule: RULES.get(type) ?? '',
    category: 'personal_data',
    type,
    severity: type === 'STREET_ADDRESS' || why === 'date of birth' ? 'medium' : 'low',
    confidence,
    evidence: why,
    taxonomy: TAXONOMY,
  };
}
