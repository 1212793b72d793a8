import { asked, type Cases } from '../cases.ts';

const schema = {
  type: 'object',
  properties: {
    total: { type: 'number', minimum: 0 },
    lines: { type: 'array', items: { $ref: '#/$defs/line' } },
    state: { enum: ['open', 'paid'] },
  },
  required: ['total'],
  additionalProperties: false,
  $defs: { line: { anyOf: [{ type: 'string', maxLength: 9 }, { type: 'null' }] } },
};
const request = asked({ schema });
const wrong = (text: string): Cases['hits'][number] => ({ rule: 'structure.schema', text, point: 'response', request });

export const cases: Cases = {
  hits: [
    wrong('{"sum": 3}'),
    wrong('{"total": "3"}'),
    wrong('{"total": 3, "more": 1}'),
    wrong('{"total": 3, "lines": ["a", 7]}'),
    wrong('{"total": 3, "state": "lost"}'),
    wrong('{"total": -1}'),
    wrong('The total is 3.'),
    { rule: 'structure.schema', text: '{"sum": 3}', point: 'tool_call', request },
  ],
  misses: [
    wrong('{"total": 3, "lines": ["a", null], "state": "paid"}'),
    { rule: 'structure.schema', text: '{"sum": 3}', point: 'response' },
    {
      rule: 'structure.schema',
      text: '{"sum": 3}',
      point: 'response',
      request: asked({ schema: { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } } }),
    },
  ],
};
