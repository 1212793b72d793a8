import { useState, type ReactNode } from 'react';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import type { Checked } from '../api/knowledge.ts';
import { Badge, Field, Foreign, Form, textOf } from '../ui/parts.tsx';
import { LABEL_TONE, VERDICT_TONE } from './knowledge_tones.ts';

/** The largest file that the form sends; larger ones go by command. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A document is tried: what would be said of it. Or it is recorded, as an app does that adds it. */
export function CheckDocument(): ReactNode {
  const [checked, setChecked] = useState<Checked & { readonly name: string; readonly recorded: boolean }>();
  const [sent, setSent] = useState(0);
  const act = useAct();
  const send = async (data: FormData): Promise<void> => {
    const file = data.get('file');
    if (!(file instanceof File) || file.size === 0) throw new Error('Choose a file that is not empty.');
    if (file.size > MAX_BYTES) throw new Error('A file of more than 16 MB goes by command: sallyport knowledge add FILE.');
    const recorded = data.get('record') !== null;
    const object = textOf(data, 'object');
    const source = textOf(data, 'source');
    const given = {
      name: file.name,
      bytes: await base64Of(file),
      ...(object === '' ? {} : { object }),
      ...(source === '' ? {} : { source }),
    };
    const answer = await call<Checked>('POST', recorded ? '/api/knowledge/documents' : '/api/knowledge/check', given);
    setChecked({ ...answer, name: file.name, recorded });
    setSent(sent + 1);
    // The list shows what was recorded.
    if (recorded) act.run(async () => undefined);
  };
  return (
    <details className="card">
      <summary>Check a document</summary>
      <div className="stack">
        <Form key={sent} onSend={send} send="Check it" busy="Checking…">
          <Field label="File" name="file" type="file" required hint="Text, Markdown, HTML, PDF, DOCX or a picture." />
          <Field
            label="Object"
            name="object"
            maxLength={256}
            placeholder="document:roadmap"
            autoComplete="off"
            hint="Its name in the permission store, when it has one: searches ask for it by that."
          />
          <Field
            label="Dataset"
            name="source"
            maxLength={200}
            placeholder="wiki/team"
            autoComplete="off"
            hint="Where it comes from: roles may be held to some datasets."
          />
          <label className="row small">
            <input type="checkbox" name="record" /> Record it with its verdict, as an app does
          </label>
        </Form>
        {checked === undefined ? null : (
          <div className="stack tight" role="status">
            <p className="row">
              <Badge tone={VERDICT_TONE[checked.verdict] ?? 'none'}>{checked.verdict}</Badge>
              <Badge tone={LABEL_TONE[checked.label] ?? 'none'}>{checked.label}</Badge>
              <Foreign text={checked.name} most={120} />
              <span className="small soft">{checked.recorded ? 'recorded' : 'nothing of it was kept'}</span>
            </p>
            {checked.reasons.length === 0 ? <p className="soft">Nothing speaks against it.</p> : null}
            <ul className="stack tight">
              {checked.reasons.map((reason, i) => (
                <li key={`${reason.rule}-${i}`}>
                  <Foreign text={reason.why} most={300} /> <span className="mono soft small">{reason.rule}</span>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </details>
  );
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  // In pieces: a call takes so many arguments only.
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(text);
}
