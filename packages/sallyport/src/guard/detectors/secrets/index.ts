import type { Detector, DetectorSetup, FindingFacts, Scanner, StreamPattern } from '../../detector.ts';
import type { View } from '../../view.ts';
import { findAssignments } from './assigned.ts';
import { blockPatterns, BLOCKS, findBlocks } from './blocks.ts';
import { compileFormats, findFormats, isSecret } from './find.ts';
import { mayHint } from './hints.ts';
import type { Facts, Hit, SecretFormat } from './format.ts';
import { AI_FORMATS } from './formats_ai.ts';
import { AI_DATA_FORMATS } from './formats_ai_data.ts';
import { BUSINESS_FORMATS } from './formats_business.ts';
import { CLOUD_FORMATS } from './formats_cloud.ts';
import { CODE_FORMATS } from './formats_code.ts';

/** Signs of the shapes that are streamed nevertheless: few, short and common. */
const STREAMED_SHAPES: ReadonlySet<string> = new Set([':AA', '-us', 'webhookb2', '.atlasv1.']);

/** Every credential format. */
export const FORMATS: readonly SecretFormat[] = [...AI_FORMATS, ...AI_DATA_FORMATS, ...CLOUD_FORMATS, ...CODE_FORMATS, ...BUSINESS_FORMATS];

/**
 * What the streaming machine looks for: forms that begin with literals. One that begins with a class of letters would begin at every word, and
 * a dozen of those at once are more states than the machine keeps; they are found in the finished text.
 */
const STREAMED = FORMATS.filter(({ near, has }) => near === undefined && (has === undefined || STREAMED_SHAPES.has(has)));

/** CWE-798 (hard-coded credentials), LLM02:2025 (sensitive information disclosure). */
const TAXONOMY = ['CWE-798', 'LLM02:2025'];

/** Credentials: by their issuers' prefixes and checksums, by the name they are assigned to, private keys, addresses with a password. */
export const detector: Detector = {
  id: 'secrets',
  category: 'secret',
  points: { prompt: 'deny', content: 'deny', tool_call: 'deny', tool_result: 'deny', response: 'deny' },
  version: 2,
  describe: {
    finds: `Credentials in ${FORMATS.length} formats of model providers, clouds and services, private keys, connection strings, passwords in assignments.`,
    example: 'OPENAI_API_KEY=sk-proj-aB3dE6gH9jK2mN5pQ8sT1vW4yZ7',
    passes: 'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    measured: { precision: 1, recall: 0.99, on: 'values made from 395 formats and by name (1,785), and 2,595 that only look like one' },
  },
  stream: { form: 'prefix' },
  marks: mayHint,
  setUp,
};

function setUp({ hash }: DetectorSetup): Scanner {
  const find = secretFinder(hash);
  const facts = (format: SecretFormat, value: string): FindingFacts => factsOf(format, value, hash);
  const streamed = new Set([...STREAMED, ...BLOCKS].map(({ id }) => `secrets.${id}`));
  return {
    scan({ plain, decoded }, _at, sink) {
      for (const view of decoded === undefined ? [plain] : [plain, decoded]) {
        for (const { start, end, facts: found } of find(view)) {
          if (view === plain || view.changed(start, end)) sink.add(view, start, end, found);
        }
      }
    },
    late({ plain }, _at, sink) {
      for (const { start, end, facts: found } of find(plain)) if (!streamed.has(found.rule)) sink.add(plain, start, end, found);
    },
    patterns: () => [...STREAMED.map((format) => streamPattern(format, facts)), ...blockPatterns(facts)],
  };
}

/** Finds every credential of a view, in no particular order. `hash` is keyed. */
export function secretFinder(hash: (value: string) => string): (view: View) => readonly Hit[] {
  const finder = compileFormats(FORMATS);
  const facts: Facts = (format, value) => factsOf(format, value, hash);
  return (view) => {
    const hits: Hit[] = [];
    findFormats(view, finder, facts, hits);
    findBlocks(view, facts, hits);
    findAssignments(view, facts, hits);
    return hits;
  };
}

/** A wrong checksum: made up, truncated, or a form that the issuer changed since. */
const WRONG_CHECKSUM = 0.7;
const DEFAULT_CONFIDENCE = 0.95;
const BY_CONTEXT = 0.8;

function factsOf(format: SecretFormat, value: string, hash: (value: string) => string): FindingFacts {
  const checked = format.checksum?.(value);
  const confidence =
    checked === undefined
      ? (format.confidence ?? (format.near === undefined ? DEFAULT_CONFIDENCE : BY_CONTEXT))
      : checked
        ? 1
        : WRONG_CHECKSUM;
  const keyed = hash(value);
  const reasons = [format.label, `begins ${value.slice(0, 4)}`, ...(keyed === '' ? [] : [`hash ${keyed}`])];
  if (checked !== undefined) reasons.push(checked ? 'checksum right' : 'checksum wrong');
  return {
    rule: `secrets.${format.id}`,
    category: 'secret',
    type: format.type,
    severity: format.severity ?? 'high',
    confidence,
    evidence: reasons.join('; '),
    fix: 'Revoke it at its issuer, then keep it in a secret store.',
    taxonomy: TAXONOMY,
  };
}

function streamPattern(format: SecretFormat, facts: Facts): StreamPattern {
  return {
    id: `secrets.${format.id}`,
    source: format.source,
    verify: (value) => isSecret(format, value),
    finding: (value) => facts(format, value),
  };
}
