import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/client.ts';
import { isDemo } from '../api/demo.ts';
import { Badge, Foreign, Problem } from '../ui/parts.tsx';
import { drawable } from '../ui/text.ts';

type Mark = { readonly rule: string; readonly category: string; readonly type: string; readonly start: number; readonly end: number };
export type Piece = {
  readonly part: number;
  readonly where: string;
  readonly origin?: string;
  readonly point?: string;
  readonly from: number;
  readonly of: number;
  readonly text: string;
  readonly marks: readonly Mark[];
};
export type Content =
  | { readonly state: 'kept'; readonly mode: string; readonly pieces: readonly Piece[] }
  | { readonly state: string; readonly why: string };

/** The text of an event, when it is asked for. */
export function useContent(uid: string, asked: boolean): UseQueryResult<Content> {
  return useQuery({
    queryKey: ['content', uid],
    queryFn: () => call<Content>('GET', `/api/events/${uid}/content`),
    enabled: asked,
    staleTime: Infinity,
  });
}

/** The text of an event as far as it was kept. It is read when somebody asks for it, because each reading is an event itself. */
export function Conversation({ uid }: { readonly uid: string }): ReactNode {
  const [asked, setAsked] = useState(false);
  const content = useContent(uid, asked);
  return (
    <section className="stack tight">
      <h2>Conversation</h2>
      {asked ? null : (
        <div className="card row">
          <button type="button" onClick={() => setAsked(true)}>
            Show the text
          </button>
          {isDemo(uid) ? null : <span className="soft small">That you read it is recorded.</span>}
        </div>
      )}
      <Problem error={content.error} />
      {content.data === undefined ? null : 'pieces' in content.data ? (
        content.data.pieces.map((piece, index) => <Text key={index} piece={piece} />)
      ) : (
        <p className="card soft">
          <Foreign text={content.data.why} />
        </p>
      )}
    </section>
  );
}

function Text({ piece }: { readonly piece: Piece }): ReactNode {
  return (
    <figure className="card piece">
      <figcaption className="row small soft">
        <Badge>{piece.origin ?? 'unknown'}</Badge>
        <span className="mono">{piece.where}</span>
        {piece.text.length < piece.of ? (
          <span>
            characters {piece.from} to {piece.from + piece.text.length} of {piece.of}
          </span>
        ) : null}
      </figcaption>
      <p className="text" tabIndex={0}>
        <bdi>{marked(piece)}</bdi>
      </p>
    </figure>
  );
}

/** The text with each finding marked. Where marks overlap the earlier one goes on, so that no character is drawn twice. */
function marked({ text, marks }: Piece): ReactNode[] {
  const drawn: ReactNode[] = [];
  let at = 0;
  for (const mark of [...marks].sort((a, b) => a.start - b.start)) {
    const start = Math.max(at, mark.start);
    const end = Math.min(text.length, mark.end);
    if (end <= start) continue;
    drawn.push(drawable(text.slice(at, start)));
    drawn.push(
      <mark key={start} title={`${mark.rule}: ${mark.type}`}>
        {drawable(text.slice(start, end))}
        <span className="sr"> ({mark.type})</span>
      </mark>,
    );
    at = end;
  }
  drawn.push(drawable(text.slice(at)));
  return drawn;
}
