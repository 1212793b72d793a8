import type { ReactNode } from 'react';
import { isQuarantined, type Definition, type Leg, type Pin, type PinFinding } from '../api/tools.ts';
import { Escaped } from '../ui/diff.tsx';
import { Effect } from '../ui/flow.tsx';
import { Badge, Foreign, When, type Tone } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';
import { drawable, plural } from '../ui/text.ts';

/** What a tool adds to what an agent can do. */
export const LEG_WORDS: Readonly<Record<Leg, string>> = {
  private: 'reads private data',
  untrusted: 'reads what others wrote',
  outside: 'sends out',
  destructive: 'destroys',
};

const STATES: Readonly<Record<Pin['state'], readonly [string, Tone]>> = {
  pinned: ['approved', 'fine'],
  waiting: ['new, withheld', 'warn'],
  changed: ['changed, withheld', 'warn'],
  rejected: ['rejected', 'deny'],
};

export function PinState({ state }: Pick<Pin, 'state'>): ReactNode {
  const [said, tone] = STATES[state];
  return <Badge tone={tone}>{said}</Badge>;
}

/** One definition: what it says, what the tool does, what was found in it. Open where there is something to look at. */
export function DefinitionCard({ pin }: { readonly pin: Pin }): ReactNode {
  const { kind, name, effect, legs = [], findings, decidedBy, decided, why } = pin;
  return (
    <details className="card" open={findings.length > 0 || isQuarantined(pin)}>
      <summary>
        <span className="mono">
          <Foreign text={name === '' ? 'instructions' : name} most={128} />
        </span>{' '}
        {kind === 'tool' || kind === 'instructions' ? null : <Badge>{kind}</Badge>}{' '}
        {effect === undefined ? null : <Effect effect={effect} />} <PinState {...pin} />{' '}
        {findings.length === 0 ? null : <Badge tone="deny">{plural(findings.length, 'finding')}</Badge>}
      </summary>
      <div className="stack tight inside">
        <Said definition={pin.current} />
        {kind !== 'tool' ? null : (
          <p className="small soft">
            {legs.length === 0
              ? 'It adds nothing dangerous to what an agent can do.'
              : `It ${legs.map((leg) => LEG_WORDS[leg]).join(', ')}.`}{' '}
            Its effect is told by{' '}
            {{ manifest: 'your manifest', annotation: 'its own annotations, which are stricter than its name', name: 'its name' }[
              pin.effectBy ?? ''
            ] ?? 'nobody'}
            ; its results are read as{' '}
            {{ trusted: 'your own words', structured: 'data in fields', opaque: 'text that anybody wrote' }[pin.output ?? ''] ?? 'text'}.
          </p>
        )}
        <PinFindings findings={findings} />
        {decided === null ? null : (
          <p className="small soft">
            Answered by <span className="mono">{decidedBy}</span>, <When at={decided} />
            {why === null ? null : (
              <>
                : <Foreign text={why} most={300} />
              </>
            )}
          </p>
        )}
        <details className="small">
          <summary>As the model gets it</summary>
          <pre tabIndex={0} aria-label={`Definition of ${drawable(name, 128)}`}>
            <Escaped text={typeof pin.current === 'string' ? pin.current : JSON.stringify(pin.current, null, 2)} />
          </pre>
        </details>
      </div>
    </details>
  );
}

/** The description and the parameters, as a person reads them. */
export function Said({ definition }: { readonly definition: Definition | string }): ReactNode {
  if (typeof definition === 'string')
    return (
      <p className="breaks said">
        <Escaped text={definition} />
      </p>
    );
  const parameters = Object.entries(definition.inputSchema?.properties ?? {});
  const required = definition.inputSchema?.required ?? [];
  const address = definition.uri ?? definition.uriTemplate;
  return (
    <>
      {address === undefined ? null : (
        <p className="mono breaks">
          <Escaped text={address} />
        </p>
      )}
      <p className="breaks said" tabIndex={0}>
        {definition.description === undefined || definition.description === '' ? (
          <span className="soft">It has no description.</span>
        ) : (
          <Escaped text={definition.description} />
        )}
      </p>
      {parameters.length === 0 ? null : (
        <Table
          label={`Parameters of ${drawable(definition.name ?? '', 128)}`}
          rows={parameters}
          id={([name]) => name}
          columns={[
            {
              title: 'Parameter',
              style: 'mono',
              cell: ([name]) => (
                <>
                  <Escaped text={name} />
                  {required.includes(name) ? '' : ' ?'}
                </>
              ),
            },
            { title: 'Type', style: 'small', cell: ([, schema]) => <Foreign text={wordOf(schema, 'type')} most={80} /> },
            {
              title: 'What it says',
              style: 'small',
              cell: ([, schema]) => <Escaped text={wordOf(schema, 'description').slice(0, 2_000)} />,
            },
          ]}
        />
      )}
    </>
  );
}

function wordOf(schema: unknown, key: string): string {
  const value: unknown = typeof schema === 'object' && schema !== null ? Reflect.get(schema, key) : undefined;
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

/** What the scan for poison says. */
export function PinFindings({ findings }: { readonly findings: readonly PinFinding[] }): ReactNode {
  if (findings.length === 0) return null;
  return (
    <ul className="plain">
      {findings.map((finding, at) => (
        <li key={at} className="notice deny">
          <p>
            <Badge tone={finding.severity === 'high' || finding.severity === 'critical' ? 'deny' : 'warn'}>{finding.severity}</Badge>{' '}
            <strong>{finding.title}</strong>{' '}
            <span className="mono small soft">
              {finding.rule} at <Foreign text={finding.path === '' ? 'its name' : finding.path} most={200} />
            </span>
          </p>
          <p className="small">
            <Foreign text={finding.message} most={400} /> {finding.because} {finding.fix}
          </p>
        </li>
      ))}
    </ul>
  );
}
