import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { ApiError, call } from '../api/client.ts';
import { Badge, Foreign, PageHead, Problem, SameByApi, When } from '../ui/parts.tsx';
import { plural } from '../ui/text.ts';
import { Outcome, type Replay } from './trial.tsx';

type Version = { readonly version: number; readonly author: string; readonly note: string; readonly created: number };
type Text = { readonly current: Version & { readonly text: string }; readonly history: readonly Version[] };
type Place = { readonly line: number; readonly column: number; readonly rule: string; readonly message: string };
type Checked = { readonly problems: readonly Place[]; readonly warnings: readonly Place[]; readonly rules: readonly string[] };

/** A pause in the typing after which a text is checked. */
const PAUSE_MS = 350;

const EXAMPLE = `rules:
  - id: no-card-numbers
    on: [prompt]
    when: findings.exists(f, f.type == 'CREDIT_CARD')
    then: deny
    why: Card numbers do not belong into a chat.
    tests:
      - given: { findings: [{ category: personal_data, type: CREDIT_CARD }] }
        expect: deny
`;

const readText = (version?: number): Promise<Text> =>
  call<Text>('GET', `/api/policy/text${version === undefined ? '' : `?version=${version}`}`);

/** The organisation's own rules: written here, checked while they are typed, tried on what was recorded, put in force, undone. */
export function OwnRules(): ReactNode {
  const newest = useQuery({ queryKey: ['policy-text'], queryFn: () => readText(), refetchInterval: 15_000 });
  if (newest.data === undefined) return <Problem error={newest.error} />;
  return <Editor newest={newest.data} />;
}

function Editor({ newest }: { readonly newest: Text }): ReactNode {
  const queries = useQueryClient();
  const account = useQuery(accountQuery);
  const may = account.data?.permissions.includes('policy:write') ?? false;
  const field = useRef<HTMLTextAreaElement>(null);
  const [base, setBase] = useState(newest.current.version);
  const [saved, setSaved] = useState(newest.current.text);
  const [text, setText] = useState(newest.current.text);
  const [note, setNote] = useState('');
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [replays, setReplays] = useState<readonly Replay[]>();
  const checked = useChecked(text);
  const changed = text !== saved;
  const overtaken = newest.current.version > base;
  // A text that nobody is editing follows what others save.
  useEffect(() => {
    if (!overtaken || changed) return;
    setBase(newest.current.version);
    setSaved(newest.current.text);
    setText(newest.current.text);
  }, [overtaken, changed, newest]);

  const run = (act: () => Promise<void>): void => {
    setRunning(true);
    setError(null);
    act()
      .catch((problem: unknown) => {
        setError(problem);
        if (problem instanceof ApiError && problem.status === 409) void queries.invalidateQueries({ queryKey: ['policy-text'] });
      })
      .finally(() => setRunning(false));
  };
  const save = (): void =>
    run(async () => {
      const made = await call<Version>('PUT', '/api/policy/text', { text, base, note });
      setBase(made.version);
      setSaved(text);
      setNote('');
      await queries.invalidateQueries();
    });
  const attempt = (): void =>
    run(async () => setReplays((await call<{ replays: readonly Replay[] }>('POST', '/api/policy/text/try', { text })).replays));
  const load = (version: number): void => run(async () => setText((await readText(version)).current.text));

  return (
    <div className="stack">
      <PageHead title="Own rules" actions={<Link to="/policies">All policies</Link>}>
        {newest.current.version === 0 ? 'None yet.' : <Origin of={newest.current} />} They stand beside the default policy and
        sallyport.yaml.
      </PageHead>
      {overtaken && changed ? (
        <div className="notice warn" role="alert">
          <p>
            <Foreign text={newest.current.author} /> saved version {newest.current.version} while you were editing version {base}. Your text
            is still here.
          </p>
          <details>
            <summary>Their text</summary>
            <pre tabIndex={0} aria-label="The newest version">
              <Foreign text={newest.current.text} />
            </pre>
          </details>
          <button type="button" onClick={() => setBase(newest.current.version)}>
            I have seen it: save mine after it
          </button>
        </div>
      ) : null}
      <section className="card stack tight" aria-label="Editor">
        <div className="field">
          <label htmlFor="own-rules">Rules</label>
          <textarea
            id="own-rules"
            ref={field}
            rows={18}
            spellCheck={false}
            readOnly={!may}
            maxLength={262_144}
            value={text}
            aria-describedby="own-rules-state"
            onChange={(event) => {
              setText(event.target.value);
              setReplays(undefined);
            }}
          />
        </div>
        <div id="own-rules-state" aria-live="polite">
          <State checked={checked} text={text} onPlace={(line) => select(field.current, line)} />
        </div>
        {may ? (
          <>
            <div className="field">
              <label htmlFor="own-rules-note">Why (kept with the version)</label>
              <input id="own-rules-note" value={note} maxLength={300} onChange={(event) => setNote(event.target.value)} />
            </div>
            <div className="row">
              <button type="button" disabled={running || text.trim() === '' || (checked?.problems.length ?? 1) > 0} onClick={attempt}>
                Try on recorded requests
              </button>
              <button
                type="button"
                className="primary"
                disabled={running || !changed || overtaken || (checked?.problems.length ?? 1) > 0}
                onClick={save}
              >
                Put in force
              </button>
              {changed ? (
                <button type="button" onClick={() => setText(saved)}>
                  Discard my changes
                </button>
              ) : null}
              {text.trim() === '' ? (
                <button type="button" onClick={() => setText(EXAMPLE)}>
                  Begin with an example
                </button>
              ) : null}
            </div>
          </>
        ) : null}
        <Problem error={error} />
      </section>
      {replays === undefined ? null : (
        <section className="card stack tight" aria-label="What they would have done">
          <h2>What they would have done</h2>
          {replays.map((replay) => (
            <div key={replay.rule} className="stack tight">
              <h3 className="mono">{replay.rule}</h3>
              <Outcome replay={replay} />
            </div>
          ))}
        </section>
      )}
      <History history={newest.history} inForce={newest.current.version} may={may} onLoad={load} />
      <SameByApi
        commands={[
          'GET /api/policy/text',
          'POST /api/policy/text/check {"text": "rules: ..."}',
          'POST /api/policy/text/try {"text": "rules: ..."}',
          'PUT /api/policy/text {"text": "rules: ...", "base": 3, "note": "why"}',
        ]}
      />
    </div>
  );
}

function Origin({ of }: { readonly of: Version }): ReactNode {
  return (
    <>
      Version {of.version} by <Foreign text={of.author} />, <When at={of.created} />.
    </>
  );
}

/** Checks a text when the typing pauses; undefined while nothing is known of the present one. */
function useChecked(text: string): Checked | undefined {
  const [known, setKnown] = useState<{ readonly text: string; readonly checked: Checked }>();
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      call<Checked>('POST', '/api/policy/text/check', { text }, stop.signal).then(
        (checked) => setKnown({ text, checked }),
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return known?.text === text ? known.checked : undefined;
}

function State({
  checked,
  text,
  onPlace,
}: {
  readonly checked: Checked | undefined;
  readonly text: string;
  readonly onPlace: (line: number) => void;
}): ReactNode {
  if (checked === undefined) return <p className="soft small">Checking…</p>;
  if (checked.problems.length > 0)
    return (
      <ul className="plain">
        {checked.problems.map((problem) => (
          <li key={`${problem.line} ${problem.message}`} className="problem">
            <button type="button" className="plain" onClick={() => onPlace(problem.line)}>
              line {problem.line}
            </button>{' '}
            <span className="mono">{problem.rule}</span> <Foreign text={problem.message} />
          </li>
        ))}
      </ul>
    );
  if (text.trim() === '') return <p className="soft small">No rules of your own.</p>;
  return (
    <p className="row">
      <Badge tone="fine">sound</Badge> {plural(checked.rules.length, 'rule')}, all of their tests pass.
      {checked.warnings.map(({ line, message }) => (
        <span key={message} className="soft small">
          line {line}: {message}
        </span>
      ))}
    </p>
  );
}

/** Puts the cursor on a line. */
function select(field: HTMLTextAreaElement | null, line: number): void {
  if (field === null) return;
  const lines = field.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[line - 1] ?? '').length);
}

function History({
  history,
  inForce,
  may,
  onLoad,
}: {
  readonly history: readonly Version[];
  readonly inForce: number;
  readonly may: boolean;
  readonly onLoad: (version: number) => void;
}): ReactNode {
  if (history.length === 0) return null;
  return (
    <section className="card stack tight" aria-label="Versions">
      <h2>Versions</h2>
      <ul className="plain">
        {history.map((one) => (
          <li key={one.version} className="row">
            <Origin of={one} />
            {one.note === '' ? null : <Foreign text={one.note} />}
            {one.version === inForce ? (
              <Badge tone="fine">in force</Badge>
            ) : may ? (
              <button type="button" onClick={() => onLoad(one.version)}>
                Bring back into the editor
              </button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
