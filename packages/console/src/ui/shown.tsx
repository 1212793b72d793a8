import { Fragment, type ReactNode } from 'react';
import type { Segment } from '../api/approvals.ts';

// Runs of letters that are written from right to left, with what stands between two of them.
const RIGHT_TO_LEFT =
  /([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}](?:[\s\p{M}]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}])*)/u;

/**
 * Text that somebody else wrote, as the gate has drawn it: what nobody sees is marked. Writing from right to left is kept together run by run,
 * or it would change the order of the quotation marks and names around it.
 */
export function Shown({ segments }: { readonly segments: readonly Segment[] }): ReactNode {
  // The segments of one text never change places.
  return segments.map((segment, at) =>
    segment.kind === undefined ? (
      <Fragment key={at}>{isolated(segment.text)}</Fragment>
    ) : (
      <mark key={at} title={segment.kind === 'escape' ? 'a character that hides or looks like another' : 'a long run, drawn together'}>
        {segment.text}
      </mark>
    ),
  );
}

function isolated(text: string): ReactNode {
  const pieces = text.split(RIGHT_TO_LEFT);
  return pieces.length === 1 ? text : pieces.map((piece, at) => (at % 2 === 1 ? <bdi key={at}>{piece}</bdi> : piece));
}
