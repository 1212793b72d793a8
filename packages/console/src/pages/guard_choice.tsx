import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useAct } from '../api/act.ts';
import { decide, tryChoice, type Choice as Decided, type ChoiceVersion, type Guard, type GuardEffect } from '../api/guards.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Choice, Field, Foreign, Form, Problem, textOf, When } from '../ui/parts.tsx';
import { percent, plural } from '../ui/text.ts';

/** Opens the switch and the threshold of one detector. */
export function Decide({ guard }: { readonly guard: Guard }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" aria-label={`Change ${guard.id}`} onClick={() => setOpen(true)}>
        Change
      </button>
      {open ? <DecideDialog guard={guard} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

/** Tried on what was recorded, then put in force; for everybody, at once. */
function DecideDialog({ guard, onClose }: { readonly guard: Guard; readonly onClose: () => void }): ReactNode {
  const queries = useQueryClient();
  const act = useAct();
  const [effect, setEffect] = useState<GuardEffect>();
  // What was read when the dialog was opened: a decision of somebody else in the meantime must be seen first.
  const [base] = useState(guard.version);
  const send = async (data: FormData): Promise<void> => {
    await decide(guard.id, choiceOf(data), base);
    await queries.invalidateQueries();
    onClose();
  };
  return (
    <Dialog title={`Change ${guard.id}`} onClose={onClose}>
      <Form
        onSend={send}
        send="Put in force"
        onTouched={() => setEffect(undefined)}
        more={(data) => (
          <>
            <button
              type="button"
              disabled={act.running}
              onClick={() => {
                const choice = choiceOf(data());
                act.run(async () => setEffect(await tryChoice(guard.id, choice)));
              }}
            >
              {act.running ? 'Trying…' : 'Try on recorded requests'}
            </button>
            <button type="button" onClick={onClose}>
              Cancel
            </button>
          </>
        )}
      >
        <Choice label="State" name="on" defaultValue={guard.on === guard.configured.on ? '' : guard.on ? 'on' : 'off'}>
          <option value="">as configured ({guard.configured.on ? 'on' : 'off'})</option>
          <option value="on">on</option>
          <option value="off">off</option>
        </Choice>
        <Field
          label="Least confidence, 0 to 1"
          name="threshold"
          type="number"
          min={0}
          max={1}
          step={0.01}
          defaultValue={guard.confidence === guard.configured.confidence ? '' : guard.confidence}
          hint={`Findings that are less sure are left out. As configured when empty: ${guard.configured.confidence}.`}
        />
        {effect === undefined ? null : <Effect effect={effect} />}
        <Problem error={act.error} />
      </Form>
    </Dialog>
  );
}

function choiceOf(data: FormData): Decided {
  const on = textOf(data, 'on');
  const threshold = textOf(data, 'threshold');
  return { on: on === '' ? null : on === 'on', threshold: threshold === '' ? null : Number(threshold) };
}

/** What would have been different. */
function Effect({ effect }: { readonly effect: GuardEffect }): ReactNode {
  const { requests, lost, lostIn, decided, rescanned, gained, gainedIn, examples } = effect;
  return (
    <div className="notice stack tight" role="status">
      <p>
        Of {plural(requests, 'recorded request')},{' '}
        <strong>{lostIn === 0 ? 'none would lose a finding' : `${lostIn.toLocaleString()} would lose ${plural(lost, 'finding')}`}</strong>
        {decided === 0 ? '' : `; in ${decided.toLocaleString()} of them a rule acted on that text`}.
      </p>
      {rescanned === 0 ? null : (
        <p>
          {plural(rescanned, 'request')} with kept text looked at again:{' '}
          {gainedIn === 0 ? 'nothing new' : `${plural(gained, 'new finding')} in ${gainedIn}`}.
        </p>
      )}
      <ul className="plain small">
        {examples.slice(0, 5).map(({ event, time, change, findings }) => (
          <li key={`${event} ${change}`}>
            <Link to="/traffic/$uid" params={{ uid: event }}>
              <When at={time} />
            </Link>{' '}
            {change === 'lost' ? 'without' : 'also'} {findings.join(', ')}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Who decided what, newest first; the newest about a detector can be taken back. */
export function Decisions({
  history,
  guards,
  may,
}: {
  readonly history: readonly ChoiceVersion[];
  readonly guards: readonly Guard[];
  readonly may: boolean;
}): ReactNode {
  const act = useAct();
  if (history.length === 0) return null;
  const undo = (one: ChoiceVersion): void => {
    const before = history.find(({ detector, version }) => detector === one.detector && version < one.version);
    act.run(() => decide(one.detector, { on: before?.on ?? null, threshold: before?.threshold ?? null }, one.version));
  };
  return (
    <section className="card stack tight" aria-labelledby="decisions">
      <h2 id="decisions">Decided here</h2>
      <ul className="plain">
        {history.slice(0, 10).map((one) => (
          <li key={one.version} className="row">
            <a href={`#${one.detector}`} className="mono">
              {one.detector}
            </a>
            <span>{saysOf(one)}</span>
            <span className="soft small">
              <Foreign text={one.author} />, <When at={one.created} />
            </span>
            {may && guards.some(({ id, version }) => id === one.detector && version === one.version) ? (
              <button type="button" disabled={act.running} aria-label={`Undo ${one.detector}`} onClick={() => undo(one)}>
                Undo
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      <Problem error={act.error} />
    </section>
  );
}

function saysOf({ on, threshold }: Decided): string {
  const said = [on === null ? '' : on ? 'switched on' : 'switched off', threshold === null ? '' : `from ${percent(threshold)}`];
  return said.filter((one) => one !== '').join(', ') || 'as configured';
}
