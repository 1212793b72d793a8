import { useState, type ReactNode } from 'react';
import { call } from '../api/client.ts';
import { showTuple, type Why } from '../api/permissions.ts';
import { Badge, Field, Foreign, Form, textOf } from '../ui/parts.tsx';

/** Can X do Y on Z, and why: the path of tuples, or the nearest ones that are missing. */
export function Ask({ store }: { readonly store: string }): ReactNode {
  const [answer, setAnswer] = useState<{ readonly asked: string; readonly why: Why }>();
  const send = async (data: FormData): Promise<void> => {
    const key = { user: textOf(data, 'user'), relation: textOf(data, 'relation'), object: textOf(data, 'object') };
    const context = textOf(data, 'context');
    const why = await call<Why>('POST', `/api/fga/stores/${store}/why`, {
      tuple_key: key,
      ...(context === '' ? {} : { context: contextOf(context) }),
    });
    setAnswer({ asked: showTuple(key), why });
  };
  return (
    <section className="card stack" aria-labelledby="ask">
      <h2 id="ask">Can somebody do something, and why?</h2>
      <Form onSend={send} send="Ask">
        <div className="grid">
          <Field label="User" name="user" required placeholder="user:anne" autoComplete="off" />
          <Field label="Relation" name="relation" required placeholder="viewer" autoComplete="off" />
          <Field label="Object" name="object" required placeholder="document:roadmap" autoComplete="off" />
        </div>
        <Field
          label="Context"
          name="context"
          placeholder='{"hour": 9}'
          autoComplete="off"
          hint="For conditions: their parameters as JSON. Mostly empty."
        />
      </Form>
      {answer === undefined ? null : (
        <div className="stack tight" role="status">
          <p className="row">
            <Badge tone={answer.why.allowed ? 'fine' : 'deny'}>{answer.why.allowed ? 'yes' : 'no'}</Badge>
            <span className="mono">
              <Foreign text={answer.asked} />
            </span>
          </p>
          <Reason why={answer.why} />
        </div>
      )}
    </section>
  );
}

function contextOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('The context is no JSON object.');
  }
}

function Reason({ why }: { readonly why: Why }): ReactNode {
  if (why.allowed)
    return (
      <pre tabIndex={0} aria-label="The path of tuples">
        <Foreign text={(why.lines ?? ['the path is too long to show']).join('\n')} />
      </pre>
    );
  const { nearest = [], excluded = [], unmet = [] } = why;
  return (
    <>
      {excluded.map(({ goal }) => (
        <p key={goal}>
          <Foreign text={goal} /> would be true, but the model excludes this user.
        </p>
      ))}
      {unmet.map(({ tuple, problem }) => (
        <p key={showTuple(tuple)}>
          <Foreign text={showTuple(tuple)} /> is there, and its condition {problem === '' ? 'does not hold' : 'needs more context'}.
        </p>
      ))}
      <p>
        {nearest.length === 0
          ? 'No tuple that the model allows would make it true.'
          : 'Any of these lines would make it true, the nearest first:'}
      </p>
      {nearest.length === 0 ? null : (
        <pre tabIndex={0} aria-label="Missing tuples">
          <Foreign text={nearest.map(({ tuples }) => tuples.map(showTuple).join(' and ')).join('\n')} />
        </pre>
      )}
    </>
  );
}
