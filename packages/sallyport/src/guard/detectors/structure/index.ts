import { readJsonText } from '../../../kernel/index.ts';
import type { Detector, Scanner } from '../../detector.ts';
import { ownCases } from '../measured.ts';
import { mismatch } from './schema.ts';

/** A reply, or arguments of a tool, that do not follow the schema that the request asked for: what reads them next would break, or be tricked. */
export const detector: Detector = {
  id: 'structure',
  category: 'usage',
  points: { tool_call: 'allow', response: 'allow' },
  version: 1,
  describe: {
    finds: 'Replies that do not follow the JSON Schema of the request, and arguments that do not follow the schema of a strict tool.',
    example: 'Schema {"required": ["total"]}, reply {"sum": 3}.',
    passes: 'A reply that follows the schema, or a request that asked for none.',
    measured: ownCases(8, 3),
  },
  stream: { form: 'whole' },
  setUp: () => SCANNER,
};

const SCANNER: Scanner = {
  scan({ raw }, at, sink) {
    const schema = at.request?.schema(at.point === 'tool_call' ? (at.tool ?? '') : undefined);
    if (schema === undefined) return;
    const read = readJsonText(raw);
    const wrong = read.ok ? mismatch(schema, read.value) : 'no JSON';
    if (wrong === undefined) return;
    sink.addRaw(0, raw.length, {
      rule: 'structure.schema',
      category: 'usage',
      type: 'SCHEMA_MISMATCH',
      severity: 'low',
      confidence: 1,
      evidence: wrong,
      fix: 'Ask for strict output, or retry the request.',
      taxonomy: ['LLM05:2025'],
    });
  },
};
