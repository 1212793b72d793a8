import type { ReactNode } from 'react';
import { stretches } from './text.ts';

type Piece = { readonly kind: 'same' | 'removed' | 'added'; readonly text: string };

/** Words compared with each other; longer texts are shown one after the other. */
const MAX_CELLS = 2_000_000;

/** Text that a person decides by: what nobody sees is marked and stands as escapes. */
export function Escaped({ text }: { readonly text: string }): ReactNode {
  return (
    <bdi>
      {stretches(text).map((one, at) =>
        one.hidden ? (
          <mark key={at} title="characters that nobody sees">
            {one.text}
          </mark>
        ) : (
          one.text
        ),
      )}
    </bdi>
  );
}

/** What was, and what is instead: word by word, in colour and in words. */
export function Difference({ before, after }: { readonly before: string | undefined; readonly after: string | undefined }): ReactNode {
  return (
    <p className="diff breaks" tabIndex={0} role="group" aria-label="Difference">
      {piecesOf(before ?? '', after ?? '').map(({ kind, text }, at) =>
        kind === 'same' ? (
          <Escaped key={at} text={text} />
        ) : kind === 'removed' ? (
          <del key={at}>
            <span className="sr"> removed: </span>
            <Escaped text={text} />
            <span className="sr"> end of removed </span>
          </del>
        ) : (
          <ins key={at}>
            <span className="sr"> added: </span>
            <Escaped text={text} />
            <span className="sr"> end of added </span>
          </ins>
        ),
      )}
    </p>
  );
}

/** Words, runs of space, and everything else one by one. */
const WORDS = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu;

/** The shortest way from one text to the other in words (longest common subsequence); the ends that are the same are left out of it. */
function piecesOf(before: string, after: string): Piece[] {
  const [a, b] = [before.match(WORDS) ?? [], after.match(WORDS) ?? []];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return joined([
    { kind: 'same', text: a.slice(0, start).join('') },
    ...(left.length * right.length > MAX_CELLS
      ? [
          { kind: 'removed' as const, text: left.join('') },
          { kind: 'added' as const, text: right.join('') },
        ]
      : between(left, right)),
    { kind: 'same', text: a.slice(a.length - end).join('') },
  ]);
}

function between(a: readonly string[], b: readonly string[]): Piece[] {
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] =
        a[i] === b[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push({ kind: 'same', text: a[i] ?? '' });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0)))
      pieces.push({ kind: 'removed', text: a[i++] ?? '' });
    else pieces.push({ kind: 'added', text: b[j++] ?? '' });
  }
  return pieces;
}

/** Neighbours of one kind as one. */
function joined(pieces: readonly Piece[]): Piece[] {
  const found: { kind: Piece['kind']; text: string }[] = [];
  for (const piece of pieces) {
    const last = found.at(-1);
    if (piece.text === '') continue;
    if (last?.kind === piece.kind) last.text += piece.text;
    else found.push({ ...piece });
  }
  return found;
}
