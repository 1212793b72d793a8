import type { Severity } from '../../../kernel/index.ts';
import type { Detector, DetectorSetup, FindingFacts, Scanner } from '../../detector.ts';
import { findIdentifiers, prepare, type Hit } from './find.ts';
import { IDENTIFIERS } from './table.ts';

/** Numbers that a state or an institution gives to a person, company or vehicle, by the names that Presidio gives the types. */
export const detector: Detector = {
  id: 'identifiers',
  category: 'personal_data',
  points: { prompt: 'deny', content: 'deny', tool_call: 'deny', tool_result: 'deny', response: 'deny' },
  version: 1,
  describe: {
    finds:
      'Numbers of persons, companies, accounts and vehicles in 18 countries: tax, health and social insurance, identity cards, passports, licences, plates; with the check digit of their issuer, or with words beside them that say what they are.',
    example: 'Steuer-ID 86 095 742 719; NHS number 401 023 2137; Aadhaar 3998 7654 3211',
    passes: 'Order 86095742718, ticket AAA123456, article 401-023-2138',
    measured: { precision: 0.99, recall: 1, on: 'recognizers-dev (323 cases of one type each, a fifth of the whole)' },
  },
  stream: { form: 'whole' },
  setUp,
};

/** Identifiers of a person in a text: CWE-359 (exposure of private personal information), LLM02:2025. */
const TAXONOMY = ['CWE-359', 'LLM02:2025'];

/** Types that this detector knows. */
export const IDENTIFIER_TYPES: readonly string[] = [...new Set(IDENTIFIERS.map(({ type }) => type))];

function setUp({ settings }: DetectorSetup): Scanner {
  const { types } = settings;
  const forms = prepare(types === undefined ? IDENTIFIERS : IDENTIFIERS.filter(({ type }) => types.has(type)));
  return {
    scan({ plain, decoded }, _at, sink) {
      for (const hit of findIdentifiers(plain, forms)) sink.add(plain, hit.start, hit.end, factsOf(hit));
      if (decoded === undefined) return;
      for (const hit of findIdentifiers(decoded, forms))
        if (decoded.changed(hit.start, hit.end)) sink.add(decoded, hit.start, hit.end, factsOf(hit));
    },
  };
}

/** From this confidence on it counts as what it is; below, as what it may be. */
const SURE = 0.8;

function factsOf({ of, confidence, near }: Hit): FindingFacts {
  const severity: Severity = confidence >= SURE ? 'high' : confidence >= 0.5 ? 'medium' : 'low';
  return {
    rule: `identifiers.${of.type.toLowerCase().replaceAll('_', '-')}`,
    category: 'personal_data',
    type: of.type,
    severity,
    confidence,
    evidence: `${of.what}${of.check === undefined ? '' : '; check digit'}${near ? '; named beside it' : ''}`,
    taxonomy: TAXONOMY,
  };
}
