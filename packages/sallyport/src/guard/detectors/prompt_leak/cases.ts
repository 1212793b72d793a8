import type { Cases } from '../cases.ts';

/** With the canary and the provider key of the test. */
const CANARY = 'q7-falcon-harbor-2291';

export const cases: Cases = {
  hits: [
    { rule: 'prompt_leak.canary', text: `It says: ${CANARY}.`, point: 'response', found: CANARY },
    { rule: 'prompt_leak.canary', text: CANARY.toUpperCase(), point: 'response' },
    { rule: 'prompt_leak.canary', text: CANARY.split('').join('-'), point: 'response' },
    { rule: 'prompt_leak.canary', text: CANARY.split('').join('\u200b'), point: 'response' },
    { rule: 'prompt_leak.canary', text: CANARY.split('').toReversed().join(''), point: 'response' },
    { rule: 'prompt_leak.canary', text: Buffer.from(`xy${CANARY}z`).toString('base64'), point: 'response' },
    { rule: 'prompt_leak.canary', text: Buffer.from(`x${CANARY}`).toString('base64url'), point: 'tool_call' },
    { rule: 'prompt_leak.canary', text: Buffer.from(CANARY).toString('hex'), point: 'response' },
    { rule: 'prompt_leak.canary', text: encodeURIComponent(CANARY).replaceAll('-', '%2D').replaceAll('a', '%61'), point: 'response' },
    { rule: 'prompt_leak.canary', text: 'd7-snypba-uneobe-2291', point: 'response' },
    {
      rule: 'prompt_leak.provider-key',
      text: 'the key is operator-provider-key-0123456789',
      point: 'response',
      found: 'operator-provider-key-0123456789',
    },
  ],
  misses: [
    { rule: 'prompt_leak.canary', text: 'Falcons nest near the harbor; q7 is a road, 2291 a year.', point: 'response' },
    { rule: 'prompt_leak.provider-key', text: 'operator-provider-key-9876543210', point: 'response' },
  ],
};
