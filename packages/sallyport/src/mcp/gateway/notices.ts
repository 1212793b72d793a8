import type { Json } from '../../kernel/index.ts';
import type { Inspection } from './inspection.ts';

/** What a server tells while it works. */
export type Notice =
  | { readonly kind: 'progress'; readonly progress: number; readonly total: number | undefined; readonly message: string | undefined }
  | { readonly kind: 'log'; readonly level: string; readonly logger: string | undefined; readonly data: Json };

/** Notices of one call that are passed on in a second, and altogether: a person reads no more, and each is judged. */
const PER_SECOND = 10;
const PER_CALL = 500;
/** Characters of one notice. */
const MAX_LENGTH = 2_000;
const LEVELS: ReadonlySet<string> = new Set(['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']);
const LOGGER = /^[\w.:/-]{1,100}$/;

/** Passes on what a server tells during one call: bounded by rate, its texts judged as content from outside, progress only as it grows. */
export function passNotices(inspection: Inspection, show: (notice: Notice) => void, now: () => number): (notice: Notice) => void {
  let second = 0;
  let inSecond = 0;
  let all = 0;
  let last = Number.NEGATIVE_INFINITY;
  const sound = (text: string, where: string): boolean => {
    if (text.length > MAX_LENGTH) return false;
    const { verdict, refused } = inspection.text(text, where);
    return refused === undefined && !verdict.quarantine && verdict.masks.length === 0;
  };
  return (notice) => {
    const at = Math.floor(now() / 1_000);
    if (at !== second) [second, inSecond] = [at, 0];
    if (++inSecond > PER_SECOND || all >= PER_CALL) {
      inspection.detail['notices_dropped'] = Number(inspection.detail['notices_dropped'] ?? 0) + 1;
      return;
    }
    all++;
    if (notice.kind === 'progress') {
      if (!(notice.progress > last)) return;
      last = notice.progress;
      show({ ...notice, message: notice.message !== undefined && sound(notice.message, 'progress') ? notice.message : undefined });
    } else if (
      LEVELS.has(notice.level) &&
      sound(typeof notice.data === 'string' ? notice.data : JSON.stringify(notice.data ?? null), 'log')
    )
      show({ ...notice, logger: notice.logger !== undefined && LOGGER.test(notice.logger) ? notice.logger : undefined });
  };
}
