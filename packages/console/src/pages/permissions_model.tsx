import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useState, type ReactNode } from 'react';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { modelQuery, readModel, type Model } from '../api/permissions.ts';
import { Foreign, Problem } from '../ui/parts.tsx';
import { ModelGraph } from './permissions_graph.tsx';

/** Typing rests for this long before the text is checked. */
const PAUSE_MS = 400;

const START = `model
  schema 1.1

type user

type group
  relations
    define member: [user, group#member]

type folder
  relations
    define parent: [folder]
    define viewer: [user, group#member] or viewer from parent

type document
  relations
    define parent: [folder]
    define viewer: [user, user:*, group#member] or viewer from parent
`;

type Checked = { readonly text: string; readonly model?: Model; readonly problem?: string };

/** The model as text, checked while it is typed, beside its graph. */
export function ModelEditor({ store, may }: { readonly store: string; readonly may: boolean }): ReactNode {
  const newest = useQuery(modelQuery(store));
  const [typed, setTyped] = useState<string>();
  const text = typed ?? newest.data?.text ?? (newest.data === null ? START : '');
  const [checked, setChecked] = useState<Checked>();
  const act = useAct();
  const id = useId();
  useEffect(() => {
    if (text === '') return;
    let over = false;
    const timer = setTimeout(() => {
      readModel(text).then(
        (found) => (over ? undefined : setChecked({ text, ...found })),
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [text]);
  const current = checked?.text === text ? checked : undefined;
  const changed = text !== newest.data?.text;
  const save = (): void =>
    act.run(async () => {
      if (current?.model === undefined) return;
      await call('POST', `/api/fga/stores/${store}/authorization-models`, current.model);
      setTyped(undefined);
    });
  const drawn = checked?.model ?? newest.data?.model;
  return (
    <section className="card stack" aria-labelledby={`${id}-head`}>
      <div className="row spread">
        <h2 id={`${id}-head`}>Model</h2>
        {may ? (
          <div className="row">
            {typed === undefined ? null : (
              <button type="button" onClick={() => setTyped(undefined)}>
                Undo
              </button>
            )}
            <button type="button" className="primary" disabled={act.running || !changed || current?.model === undefined} onClick={save}>
              {act.running ? 'Saving…' : 'Save as the newest'}
            </button>
          </div>
        ) : null}
      </div>
      <Problem error={newest.error ?? act.error} />
      <div className="field">
        <label htmlFor={id}>In OpenFGA's language</label>
        <textarea
          id={id}
          rows={16}
          spellCheck={false}
          readOnly={!may}
          value={text}
          aria-describedby={`${id}-note`}
          aria-invalid={current?.problem !== undefined}
          onChange={(event) => setTyped(event.target.value)}
        />
        <p id={`${id}-note`} role="status" className={current?.problem === undefined ? 'soft small' : 'problem small'}>
          {current === undefined ? (
            'Checking…'
          ) : current.problem === undefined ? (
            noteOf(changed)
          ) : (
            <Foreign text={current.problem} most={2_000} />
          )}
        </p>
      </div>
      {drawn === undefined ? null : <ModelGraph model={drawn} />}
    </section>
  );
}

const noteOf = (changed: boolean): string =>
  changed
    ? 'It can be saved. Questions use it from then on; tuples that it does not allow any more stop counting.'
    : 'This is the newest model.';
