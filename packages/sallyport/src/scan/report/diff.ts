import { visible } from '../../kernel/index.ts';
import { masked } from '../frame.ts';
import { createSecretScanner } from '../secrets/index.ts';

/** Lines around a change, as `diff -u` shows them. */
const CONTEXT = 3;

/** What changes in a file, as a unified diff, with every credential starred out. Empty when nothing does. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const secrets = createSecretScanner();
  const lines = (text: string): string[] => masked(text, secrets.spans(text)).split('\n');
  const hunks = hunksOf(lines(before), lines(after));
  if (hunks.length === 0) return '';
  return [`--- a/${shown(path)}`, `+++ b/${shown(path)}`, ...hunks.flatMap((hunk) => hunk)].join('\n') + '\n';
}

/** Stretches of differing lines: `[from, to)` in each of the two. */
type Stretch = { from: number; to: number; newFrom: number; newTo: number };

function hunksOf(before: readonly string[], after: readonly string[]): string[][] {
  const found = before.length === after.length ? sameLength(before, after) : [around(before, after)];
  return found.map(({ from, to, newFrom, newTo }) => {
    const start = Math.max(0, from - CONTEXT);
    const end = Math.min(before.length, to + CONTEXT);
    const lead = before.slice(start, from);
    const tail = before.slice(to, end);
    const added = after.slice(newFrom, newTo);
    const head = `@@ -${start + 1},${end - start} +${newFrom - lead.length + 1},${lead.length + added.length + tail.length} @@`;
    const say = (sign: string, texts: readonly string[]): string[] => texts.map((text) => sign + shown(text));
    return [head, ...say(' ', lead), ...say('-', before.slice(from, to)), ...say('+', added), ...say(' ', tail)];
  });
}

/** Most fixes stay within their line. Neighbouring changes whose contexts touch become one stretch. */
function sameLength(before: readonly string[], after: readonly string[]): Stretch[] {
  const found: Stretch[] = [];
  for (const [at, line] of before.entries()) {
    if (line === after[at]) continue;
    const last = found.at(-1);
    if (last !== undefined && at - last.to <= 2 * CONTEXT) Object.assign(last, { to: at + 1, newTo: at + 1 });
    else found.push({ from: at, to: at + 1, newFrom: at, newTo: at + 1 });
  }
  return found;
}

/** Everything from the first line that differs to the last. */
function around(before: readonly string[], after: readonly string[]): Stretch {
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from++;
  let same = 0;
  const most = Math.min(before.length, after.length) - from;
  while (same < most && before.at(-1 - same) === after.at(-1 - same)) same++;
  return { from, to: before.length - same, newFrom: from, newTo: after.length - same };
}

/** Tabs belong to the code; every other control character is shown as its escape. */
function shown(text: string): string {
  return text.split('\t').map(visible).join('\t');
}
