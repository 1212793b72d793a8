import type { Cases } from '../cases.ts';

/** With the pattern `\bEMP-\d{6}\b` of the test's configuration. */
export const cases: Cases = {
  hits: [{ rule: 'custom.employee', text: 'for EMP-004211 only', point: 'prompt', found: 'EMP-004211' }],
  misses: [{ rule: 'custom.employee', text: 'for EMP-42 only', point: 'prompt' }],
};
