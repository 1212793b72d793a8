/** Markdown with the characters of its code (fenced blocks, spans) replaced by blanks: offsets stay. CommonMark 0.31, sections 4.5 and 6.1. */
export function blankCode(text: string): string {
  const out: string[] = [];
  let fence: { mark: string; length: number } | undefined;
  for (const line of text.split(/(?<=\n)/)) {
    const bar = /^ {0,3}(`{3,}|~{3,})(.*)/.exec(line);
    if (fence !== undefined) {
      const closes = bar !== null && bar[1]?.[0] === fence.mark && bar[1].length >= fence.length && bar[2]?.trim() === '';
      if (closes) fence = undefined;
      out.push(blank(line));
    } else if (bar?.[1] !== undefined && !(bar[1].startsWith('`') && bar[2]?.includes('`') === true)) {
      fence = { mark: bar[1][0] as string, length: bar[1].length };
      out.push(blank(line));
    } else out.push(line);
  }
  return blankSpans(out.join(''));
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}

/** A span ends at the next run of as many backticks. Runs are visited once for each length, so time stays linear. */
function blankSpans(text: string): string {
  const runs = [...text.matchAll(/`+/g)].map((match) => ({ at: match.index, length: match[0].length }));
  const next = new Map<number, number[]>();
  for (const [i, { length }] of runs.entries()) {
    const same = next.get(length);
    if (same === undefined) next.set(length, [i]);
    else same.push(i);
  }
  const pieces: string[] = [];
  let from = 0;
  const cursor = new Map<number, number>();
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i] as { at: number; length: number };
    const same = next.get(run.length) ?? [];
    let c = cursor.get(run.length) ?? 0;
    while (c < same.length && (same[c] as number) <= i) c++;
    cursor.set(run.length, c);
    const close = same[c];
    if (close === undefined) continue;
    const end = (runs[close] as { at: number }).at + run.length;
    pieces.push(text.slice(from, run.at), blank(text.slice(run.at, end)));
    from = end;
    i = close;
  }
  return pieces.join('') + text.slice(from);
}
