import type { Cases } from '../cases.ts';

export const cases: Cases = {
  hits: [{ rule: 'template.word', text: 'say xyzzy-template now', point: 'prompt', found: 'xyzzy-template' }],
  misses: [{ rule: 'template.word', text: 'say xyzzy template now', point: 'prompt' }],
};
