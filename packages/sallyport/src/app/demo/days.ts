/** Length of the story, and the days (from 0) on which something happens in it: a visitor probes the shop, poisoned mails come in. */
export const DAYS = { all: 14, probing: [8, 9], poisoned: [10, 11, 12] } as const;
