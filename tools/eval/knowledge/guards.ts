import { createGuards, type Scan, type ScanAt } from '../../../packages/sallyport/src/guard/index.ts';
import type { Inspection } from '../../../packages/sallyport/src/knowledge/service.ts';

const guards = createGuards({ config: {}, canaries: [] });

/** What the service hands to `inspect`. */
export const inspector = {
  scan: (text: string, at: ScanAt): Scan => guards.scan(text, at),
  pause: (): Promise<void> => Promise.resolve(),
};

/** The reasons for which a document is not accepted. */
export function against({ reasons }: Inspection): string[] {
  return [
    ...new Set(
      reasons.flatMap(({ rule, verdict, shown }) => (verdict === 'note' ? [] : [`${rule}${shown === undefined ? '' : ` in ${shown}`}`])),
    ),
  ];
}
