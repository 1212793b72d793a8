import type { Cases } from '../cases.ts';

/** With the allowed topic `orders` and the blocked topic `politics` of the test's configuration. */
export const cases: Cases = {
  hits: [
    { rule: 'topics.blocked', text: 'Who should I vote for in the next election?', point: 'prompt' },
    { rule: 'topics.off-topic', text: 'Write a Python script that scrapes a web site', point: 'prompt' },
  ],
  misses: [
    { rule: 'topics.blocked', text: 'Can I still change the delivery address of my order?', point: 'prompt' },
    { rule: 'topics.off-topic', text: 'How long does delivery of my order take?', point: 'prompt' },
    { rule: 'topics.off-topic', text: 'and the second one?', point: 'prompt' },
    { rule: 'topics.off-topic', text: 'Write a Python script that scrapes a web site', point: 'response' },
  ],
};
