import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useId, useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { call } from '../api/client.ts';
import { isQuarantined, pinsQuery, type Pin, type PinChange } from '../api/tools.ts';
import { Difference, Escaped } from '../ui/diff.tsx';
import { Effect } from '../ui/flow.tsx';
import { AnswerButtons, Badge, Empty, Field, Foreign, PageHead, Problem, SameByApi, When, type Tone } from '../ui/parts.tsx';
import { drawable, plural } from '../ui/text.ts';
import { PinFindings, PinState, Said } from './tool_definition.tsx';
import { LookAround, MadeUp, of, useSource } from './tools_demo.tsx';

type Answer = (decision: 'approve' | 'reject', pins: readonly Pin[], why: string) => Promise<void>;

/** Definitions of tool servers that wait for a person, each with what is different from what was approved. */
export function Quarantine(): ReactNode {
  const { server }: { server?: string } = useSearch({ strict: false });
  const source = useSource();
  const pins = useQuery(pinsQuery(source, server));
  const account = useQuery(accountQuery);
  const queries = useQueryClient();
  const [done, setDone] = useState('');
  // What was found to be wrong comes first.
  const waiting = (pins.data?.pins ?? []).filter(isQuarantined).toSorted((a, b) => b.findings.length - a.findings.length);
  const may = source === undefined && (account.data?.permissions.includes('mcp:write') ?? false);
  const answer: Answer = async (decision, chosen, why) => {
    await call('POST', `/api/mcp/pins/${decision}`, {
      pins: chosen.map(({ server, kind, name, hash }) => ({ server, kind, name, hash })),
      why,
    });
    setDone(
      `${chosen.map(nameOf).join(', ').slice(0, 300)}: ${decision === 'approve' ? 'approved, and offered from now on' : 'rejected, and withheld until it changes'}.`,
    );
    await queries.invalidateQueries();
  };
  return (
    <div className="stack">
      <PageHead
        title="Quarantine"
        actions={
          <Link to="/tools" search={of(source)}>
            All servers
          </Link>
        }
      >
        What is new or different at a server since it was approved. Agents are not offered it, and calls of it are refused, until somebody
        has looked at it. What is approved is exactly what is shown here.
      </PageHead>
      <MadeUp source={source} to="/tools/quarantine" />
      {server === undefined ? null : (
        <p>
          Of <strong>{drawable(server, 64)}</strong> only.{' '}
          <Link to="/tools/quarantine" search={of(source)}>
            Of all servers
          </Link>
        </p>
      )}
      <p role="status" className={done === '' ? 'sr' : 'notice'}>
        <Foreign text={done} />
      </p>
      <Problem error={pins.error} />
      {pins.data === undefined ? <div aria-busy={pins.isPending} /> : null}
      {pins.data !== undefined && waiting.length === 0 ? (
        <Empty action={<LookAround to="/tools/quarantine" />}>Nothing waits: what the servers say is what was approved.</Empty>
      ) : null}
      {may ? <Together waiting={waiting} onAnswer={answer} /> : null}
      {waiting.map((pin) => (
        <Waiting key={`${pin.server} ${pin.kind} ${pin.name} ${pin.hash}`} pin={pin} onAnswer={may ? answer : undefined} />
      ))}
      <SameByApi
        commands={[
          'GET /api/mcp/pins?server=tickets',
          'POST /api/mcp/pins/approve {"pins": [{"server": "tickets", "kind": "tool", "name": "comment", "hash": "…"}], "why": "Read it."}',
          'POST /api/mcp/pins/reject  {"pins": […], "why": "It wants the conversation."}',
        ]}
      />
    </div>
  );
}

function nameOf({ server, kind, name }: Pick<Pin, 'server' | 'kind' | 'name'>): string {
  return name === '' ? `${kind} of ${server}` : `${name} of ${server}`;
}

function Waiting({ pin, onAnswer }: { readonly pin: Pin; readonly onAnswer: Answer | undefined }): ReactNode {
  const id = useId();
  const { server, kind, name, state, changes, findings, changed, effect, pinned } = pin;
  // What is new as a whole is shown below, in the words of a person.
  const told = changes.filter(({ classification }) => classification !== 'new');
  return (
    <article className="card stack" aria-labelledby={id}>
      <header className="row spread">
        <h2 id={id} className="row">
          <span className="mono">
            <Escaped text={name === '' ? 'instructions' : name} />
          </span>
          <span className="soft">of {server}</span>
        </h2>
        <div className="row">
          {kind === 'tool' || kind === 'instructions' ? null : <Badge>{kind}</Badge>}
          {effect === undefined ? null : <Effect effect={effect} />}
          <PinState state={state} />
          <span className="small soft">
            <When at={changed} />
          </span>
        </div>
      </header>
      <PinFindings findings={findings} />
      {told.length === 0 ? null : (
        <ol className="plain changes">
          {told.map((change, at) => (
            <Change key={at} change={change} />
          ))}
        </ol>
      )}
      {pinned === null ? (
        <div className="stack tight">
          <p className="small soft">It was never approved. All of it is new:</p>
          <Said definition={pin.current} />
        </div>
      ) : (
        <details className="small">
          <summary>All of it, as it would be approved</summary>
          <pre tabIndex={0} aria-label={`Definition of ${drawable(name, 128)}`}>
            <Escaped text={typeof pin.current === 'string' ? pin.current : JSON.stringify(pin.current, null, 2)} />
          </pre>
        </details>
      )}
      {onAnswer === undefined ? null : <Answering pins={[pin]} onAnswer={onAnswer} />}
    </article>
  );
}

const CLASSES: Readonly<Record<string, readonly [string, Tone]>> = {
  new: ['new', 'warn'],
  removed: ['removed', 'none'],
  renamed: ['renamed', 'warn'],
  imperative_text: ['orders to the model', 'deny'],
  wording: ['wording', 'none'],
  new_parameter: ['new parameter', 'warn'],
  removed_parameter: ['parameter removed', 'none'],
  widened_schema: ['takes more', 'warn'],
  narrowed_schema: ['takes less', 'none'],
  default_value: ['default value', 'warn'],
  other_schema: ['schema', 'warn'],
  output_schema: ['what it answers', 'none'],
  annotations_weakened: ['claims to be milder', 'deny'],
  annotations_stricter: ['says to be stricter', 'fine'],
  other: ['other', 'none'],
};

function Change({ change }: { readonly change: PinChange }): ReactNode {
  const { classification, path, detail, before, after, previousName } = change;
  const [said, tone] = CLASSES[classification] ?? [classification, 'none'];
  return (
    <li className="stack tight">
      <p>
        <Badge tone={tone}>{said}</Badge> <Foreign text={detail} most={400} />{' '}
        {path === '' ? null : (
          <span className="mono small soft">
            <Foreign text={path} most={200} />
          </span>
        )}
      </p>
      {previousName === undefined ? null : <Difference before={previousName} after={undefined} />}
      {before === undefined && after === undefined ? null : <Difference before={before} after={after} />}
    </li>
  );
}

/** New servers come with many tools: those in which nothing was found can be approved at once. */
function Together({ waiting, onAnswer }: { readonly waiting: readonly Pin[]; readonly onAnswer: Answer }): ReactNode {
  const clean = waiting.filter(
    ({ findings, changes }) => findings.length === 0 && changes.every(({ classification }) => classification === 'new'),
  );
  const servers = [...new Set(clean.map(({ server }) => server))].filter(
    (name) => clean.filter(({ server }) => server === name).length > 1,
  );
  return servers.map((name) => {
    const pins = clean.filter(({ server }) => server === name);
    return (
      <details key={name} className="card">
        <summary>
          {plural(pins.length, 'new definition')} of <strong>{name}</strong> in which nothing was found: answer them at once
        </summary>
        <Answering pins={pins} onAnswer={onAnswer} />
      </details>
    );
  });
}

function Answering({ pins, onAnswer }: { readonly pins: readonly Pin[]; readonly onAnswer: Answer }): ReactNode {
  const [why, setWhy] = useState('');
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [missing, setMissing] = useState(false);
  const of = pins.length === 1 && pins[0] !== undefined ? nameOf(pins[0]) : `${pins.length} definitions`;
  const send = (decision: 'approve' | 'reject'): void => {
    setMissing(why.trim() === '');
    if (why.trim() === '') return;
    setRunning(true);
    setError(null);
    onAnswer(decision, pins, why.trim())
      .catch(setError)
      .finally(() => setRunning(false));
  };
  return (
    <section className="stack tight" aria-label={`Your answer about ${drawable(of, 200)}`}>
      <Field
        label="Why"
        value={why}
        maxLength={300}
        required
        problem={missing ? 'Say why: it stands in the history of the pins.' : undefined}
        hint="It stands in the history of the pins, with your name."
        onChange={(event) => setWhy(event.target.value)}
      />
      <Problem error={error} />
      <AnswerButtons running={running} onAnswer={send} />
    </section>
  );
}
