import { useState, type ReactNode } from 'react';
import { isDemo } from '../api/demo.ts';
import type { EventCall, EventRule, EventValue, GateEvent } from '../api/events.ts';
import { Escaped } from '../ui/diff.tsx';
import { Effect, From, reasonWords } from '../ui/flow.tsx';
import { Badge, Foreign, Problem } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';
import { drawable, plural } from '../ui/text.ts';
import { useContent, type Content, type Piece } from './conversation.tsx';

/** The calls that a reply proposed: what speaks against each, and where each of its values comes from. The text is read on demand. */
export function Calls({ event }: { readonly event: GateEvent }): ReactNode {
  const [asked, setAsked] = useState(false);
  const content = useContent(event.uid, asked);
  const calls = event.calls ?? [];
  return (
    <div className="stack">
      {calls.map((call, at) => (
        <Call key={at} call={call} event={event} content={content.data} />
      ))}
      <Problem error={content.error} />
      {asked ? null : (
        <div className="row">
          <button type="button" onClick={() => setAsked(true)}>
            Show the values
          </button>
          {isDemo(event.uid) ? null : <span className="soft small">That you read it is recorded.</span>}
        </div>
      )}
      {content.data === undefined || 'pieces' in content.data ? null : (
        <p className="small soft">
          <Foreign text={content.data.why} />
        </p>
      )}
    </div>
  );
}

function Call({
  call,
  event,
  content,
}: {
  readonly call: EventCall;
  readonly event: GateEvent;
  readonly content: Content | undefined;
}): ReactNode {
  const { tool, effect, reasons, values, more } = call;
  const pieces = content !== undefined && 'pieces' in content ? content.pieces : undefined;
  return (
    <section
      className={reasons.length === 0 ? 'call stack tight' : 'call doubtful stack tight'}
      aria-label={`Call of ${drawable(tool, 128)}`}
    >
      <p className="row">
        <strong className="mono">
          <Foreign text={tool} most={128} />
        </strong>
        <Effect effect={effect} />
        <CallVerdict call={call} event={event} />
      </p>
      {reasons.length === 0 ? null : (
        <ul className="reasons">
          {reasons.map((code) => (
            <li key={code}>
              {reasonWords(code)} <span className="mono small soft">{code}</span>
            </li>
          ))}
        </ul>
      )}
      {values.length === 0 ? null : (
        <Table
          label={`Values of ${drawable(tool, 128)}`}
          rows={values}
          id={(_, index) => String(index)}
          columns={[
            { title: 'Argument', style: 'mono', cell: ({ argument }) => <Foreign text={argument} most={120} /> },
            { title: 'Comes from', cell: (value) => <From value={value} /> },
            ...(pieces === undefined
              ? []
              : [
                  {
                    title: 'Value',
                    cell: (value: EventValue) => <Value text={valueIn(pieces, rangeOf(call, event.calls ?? []), value)} />,
                  },
                ]),
            { title: 'Kind', style: 'small', cell: ({ kind }) => kind },
            { title: 'Known of it', style: 'small', cell: (value) => knownOf(value) },
            {
              title: 'Against it',
              style: 'small',
              cell: ({ reasons: said }) => (said.length === 0 ? <span className="soft">nothing</span> : said.map(reasonWords).join(' ')),
            },
          ]}
        />
      )}
      {more === undefined ? null : <p className="small soft">{plural(more, 'further value')} of this call.</p>}
    </section>
  );
}

/** What became of a call: what the rules decided at its part, else what the flow said. */
function CallVerdict({ call, event: { decision, calls = [] } }: { readonly call: EventCall; readonly event: GateEvent }): ReactNode {
  const { flow } = call;
  const range = rangeOf(call, calls);
  const at = (rule: EventRule): boolean => isIn(range, rule);
  const rule = decision?.rules.find((one) => at(one) && (one.action === 'deny' || one.action === 'ask'));
  const would = decision?.would.find((one) => at(one) && (one.action === 'deny' || one.action === 'ask'));
  if (rule !== undefined)
    return (
      <>
        <Badge tone="deny">{rule.action === 'deny' ? 'refused' : 'held for a person'}</Badge>
        <span className="small soft">by {rule.id}</span>
      </>
    );
  if (would !== undefined)
    return (
      <>
        <Badge tone="warn">{would.action === 'deny' ? 'would be refused' : 'would be asked'}</Badge>
        <span className="small soft">by {would.id}, which only observes</span>
      </>
    );
  return flow === 'allow' ? <Badge tone="fine">nothing speaks against it</Badge> : <Badge tone="warn">doubtful</Badge>;
}

function knownOf({ whole, bound, steered }: EventValue): string {
  const said = [
    whole === true ? 'a whole field' : undefined,
    bound === true ? 'what the request is about' : undefined,
    steered === true ? 'of a read that content steered' : undefined,
  ];
  return said.filter((one) => one !== undefined).join(', ');
}

function Value({ text }: { readonly text: string | undefined }): ReactNode {
  if (text === undefined) return <span className="soft small">not kept</span>;
  return (
    <span className="breaks value">
      <Escaped text={text.slice(0, 300)} />
      {text.length > 300 ? '…' : ''}
    </span>
  );
}

/** The value of an argument in the kept text: in the arguments as JSON, or where each string is a part of its own. */
function valueIn(pieces: readonly Piece[], range: Range, { argument }: EventValue): string | undefined {
  const whole = pieces.filter((piece) => isIn(range, piece) && piece.from === 0 && piece.text.length === piece.of);
  for (const { text } of whole) {
    const json = parsed(text);
    if (json !== undefined) return textAt(json, argument);
  }
  return whole.find(({ where }) => where.endsWith(`.${argument}`))?.text;
}

/** The parts of an event that are of one call: from its first one to that of the next call. */
type Range = { readonly from: number; readonly until: number };

function rangeOf({ part }: EventCall, calls: readonly EventCall[]): Range {
  return { from: part, until: Math.min(...calls.map((one) => one.part).filter((other) => other > part)) };
}

const isIn = ({ from, until }: Range, { point, part }: { readonly point?: string; readonly part?: number }): boolean =>
  point === 'tool_call' && part !== undefined && part >= from && part < until;

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function textAt(value: unknown, path: string): string | undefined {
  let now = value;
  for (const name of path.match(/[^.[\]]+/g) ?? [])
    now = typeof now === 'object' && now !== null && Object.hasOwn(now, name) ? Reflect.get(now, name) : undefined;
  return now === undefined ? undefined : typeof now === 'string' ? now : JSON.stringify(now);
}
