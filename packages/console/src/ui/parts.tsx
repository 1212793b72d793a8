import { useId, useRef, useState, type ComponentProps, type FormEvent, type ReactNode } from 'react';
import { ApiError } from '../api/client.ts';
import { ago, drawable, moment } from './text.ts';

/** Text that came from traffic, a model, a file or another person: never markup, nothing invisible, no working link. */
export function Foreign({ text, most }: { readonly text: string; readonly most?: number }): ReactNode {
  return <bdi>{drawable(text, most)}</bdi>;
}

/** One of a list of facts (`dl.facts`). */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

type AnswerProps = { readonly running: boolean; readonly mayApprove?: boolean; readonly onAnswer: (act: 'approve' | 'reject') => void };

/** The two answers of whoever decides about something that waits. */
export function AnswerButtons({ running, mayApprove = true, onAnswer }: AnswerProps): ReactNode {
  return (
    <div className="row">
      <button type="button" className="primary" disabled={running || !mayApprove} onClick={() => onAnswer('approve')}>
        Approve
      </button>
      <button type="button" className="danger" disabled={running} onClick={() => onAnswer('reject')}>
        Reject
      </button>
    </div>
  );
}

/** A text of ours in which what to type stands in backticks. */
export function Coded({ text }: { readonly text: string }): ReactNode {
  return drawable(text)
    .split('`')
    .map((piece, at) => (at % 2 === 1 ? <code key={at}>{piece}</code> : piece));
}

/** The head of a page: its name, what it is for, and how to do the same by API or command. */
export function PageHead({
  title,
  children,
  actions,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}): ReactNode {
  return (
    <header className="row spread">
      <div className="stack tight">
        <h1>{title}</h1>
        {children === undefined ? null : <p className="soft">{children}</p>}
      </div>
      {actions === undefined ? null : <div className="row">{actions}</div>}
    </header>
  );
}

/** How to do what the page does without it. */
export function SameByApi({ commands }: { readonly commands: readonly string[] }): ReactNode {
  return (
    <details className="small soft">
      <summary>The same by command or API</summary>
      <pre tabIndex={0}>{commands.join('\n')}</pre>
    </details>
  );
}

/** What went wrong and what to do about it. */
export function Problem({ error }: { readonly error: unknown }): ReactNode {
  if (error === null || error === undefined) return null;
  const known = error instanceof ApiError ? error : undefined;
  return (
    <div className="notice deny" role="alert">
      <p>
        <strong>{known?.message ?? 'Something went wrong in this page.'}</strong>
      </p>
      <p className="soft">
        <Coded text={known?.fix ?? (error instanceof Error ? error.message : 'Reload it; the log of the browser says more.')} />
      </p>
    </div>
  );
}

/** A list that has nothing in it: why, and the one thing to do. */
export function Empty({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }): ReactNode {
  return (
    <div className="card empty stack">
      <p>{children}</p>
      {action === undefined ? null : <div>{action}</div>}
    </div>
  );
}

export type Tone = 'deny' | 'warn' | 'fine' | 'mask' | 'none';

export function Badge({ tone = 'none', children }: { readonly tone?: Tone; readonly children: ReactNode }): ReactNode {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** A moment as how long ago, in full on demand. */
export function When({ at }: { readonly at: number }): ReactNode {
  return (
    <time dateTime={new Date(at).toISOString()} title={moment(at)}>
      {ago(at)}
    </time>
  );
}

type FieldProps = { readonly label: string; readonly hint?: string; readonly problem?: string | undefined };

/** One labelled input; the hint and the problem are read out with it. */
export function Field({ label, hint, problem, ...input }: FieldProps & ComponentProps<'input'>): ReactNode {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} aria-describedby={note === undefined ? undefined : `${id}-note`} aria-invalid={problem !== undefined} {...input} />
      {note === undefined ? null : (
        <p id={`${id}-note`} className={problem === undefined ? 'soft small' : 'problem small'}>
          {note}
        </p>
      )}
    </div>
  );
}

export function Choice({
  label,
  children,
  ...select
}: { readonly label: string; readonly children: ReactNode } & ComponentProps<'select'>): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} {...select}>
        {children}
      </select>
    </div>
  );
}

/** A form that sends once, says that it does, and shows what went wrong without losing what was typed. */
export function Form({
  onSend,
  send,
  busy = `${send}…`,
  children,
  more,
  onTouched,
}: {
  readonly onSend: (data: FormData) => Promise<void>;
  readonly send: string;
  readonly busy?: string;
  readonly children: ReactNode;
  /** Beside the button; `read` gives what is in the form now. */
  readonly more?: ReactNode | ((read: () => FormData) => ReactNode);
  readonly onTouched?: () => void;
}): ReactNode {
  const form = useRef<HTMLFormElement>(null);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (running) return;
    setRunning(true);
    setError(null);
    onSend(new FormData(event.currentTarget))
      .catch(setError)
      .finally(() => setRunning(false));
  };
  return (
    <form ref={form} className="stack" onSubmit={submit} onChange={onTouched}>
      {children}
      <Problem error={error} />
      <div className="row">
        <button type="submit" className="primary" disabled={running}>
          {running ? busy : send}
        </button>
        {typeof more === 'function' ? more(() => new FormData(form.current ?? undefined)) : more}
      </div>
    </form>
  );
}

/** The code of a person's app. It is asked for only when the server has said that there is a second factor. */
export function CodeField(): ReactNode {
  return <Field label="Code of your app" name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={10} required autoFocus />;
}

/** Runs `act`; says by `onCode` that a code is asked for too, which is no problem of the form's. */
export async function withCode(act: () => Promise<void>, onCode: () => void): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'SECOND_FACTOR') throw error;
    onCode();
    return false;
  }
}

/** A field of a form as text. */
export function textOf(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === 'string' ? value : '';
}

/** A button that copies, and says that it did. */
export function Copy({ text, children = 'Copy' }: { readonly text: string; readonly children?: ReactNode }): ReactNode {
  const [done, setDone] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => {
      setDone(true);
      setTimeout(() => setDone(false), 1_500);
    });
  };
  return (
    <button type="button" onClick={copy}>
      {done ? 'Copied' : children}
      <span className="sr" role="status">
        {done ? 'Copied to the clipboard' : ''}
      </span>
    </button>
  );
}
