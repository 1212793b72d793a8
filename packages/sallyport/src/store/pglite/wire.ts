import { protocol, type PGlite } from '@electric-sql/pglite';
import type { SqlFault } from '../fault.ts';
import type { Encoded } from '../statement.ts';
import type { Field, Rows } from './messages.ts';

/** One statement of a message. */
export type Step = { readonly text: string; readonly params?: readonly Encoded[] };

/** What came of a message: the result of each step that ran, and the first error. `block` is PostgreSQL's transaction status. */
export type Outcome = {
  readonly results: readonly Rows[];
  readonly tags: readonly string[];
  readonly fault: SqlFault | undefined;
  readonly block: 'idle' | 'open' | 'failed';
};

export type Wire = {
  /** Sends all steps as one message with one Sync at its end: an error skips the rest. Statements are parsed once. */
  run(steps: readonly Step[]): Promise<Outcome>;
  /** Statements separated by semicolons, through the simple protocol; forgets parsed statements, whose tables may have changed. */
  script(text: string): Promise<Outcome>;
};

/** Parsed statements that are kept: the program's own texts are fewer; the bound is for texts built with a varying number of parameters. */
const MAX_STATEMENTS = 300;

type Message = { readonly name: string };
/** How one step was encoded; `fields` when the statement was known, else they come with this message. */
type Plan = { readonly text: string; readonly name: string; readonly parse: boolean; readonly fields: readonly Field[] | undefined };
type Read = Outcome & { readonly parsed: number; readonly described: readonly (readonly Field[])[] };
type Prepared = { readonly name: string; readonly fields: readonly Field[] };

/** PostgreSQL's extended protocol over PGlite, which otherwise parses each statement anew (4 times the time of a point read). */
export function createWire(db: PGlite, onNotify: (channel: string, payload: string) => void): Wire {
  const { serialize } = protocol;
  const prepared = new Map<string, Prepared>();
  let serial = 0;

  async function exchange(message: Uint8Array): Promise<readonly Message[]> {
    const { messages } = await db.execProtocol(message, { syncToFs: false, throwOnError: false });
    return messages;
  }

  function encode(steps: readonly Step[]): { message: Uint8Array; plan: Plan[] } {
    const chunks: Uint8Array[] = [];
    const plan: Plan[] = [];
    const fresh = new Map<string, string>();
    for (const { text, params = [] } of steps) {
      const known = prepared.get(text);
      let name = known?.name ?? fresh.get(text);
      const parse = name === undefined;
      if (name === undefined) {
        name = `s${(serial++).toString(36)}`;
        fresh.set(text, name);
        chunks.push(serialize.parse({ name, text }));
      }
      chunks.push(serialize.bind({ statement: name, values: params as (string | Uint8Array | null)[] }));
      if (known === undefined) chunks.push(serialize.describe({ type: 'P' }));
      chunks.push(serialize.execute());
      plan.push({ text, name, parse, fields: known?.fields });
    }
    chunks.push(serialize.sync());
    return { message: Buffer.concat(chunks), plan };
  }

  /** Keeps what was parsed and described, and closes what only parsed or is beyond the bound. */
  async function remember(plan: readonly Plan[], read: Read): Promise<void> {
    const closing: string[] = [];
    let parsed = 0;
    let described = 0;
    for (const { text, name, parse, fields } of plan) {
      const known = fields === undefined ? read.described[described++] : fields;
      if (!parse || parsed++ >= read.parsed) continue;
      if (known === undefined) closing.push(name);
      else prepared.set(text, { name, fields: known });
    }
    for (const [text, { name }] of prepared) {
      if (prepared.size <= MAX_STATEMENTS) break;
      prepared.delete(text);
      closing.push(name);
    }
    if (closing.length === 0) return;
    await exchange(Buffer.concat([...closing.map((name) => serialize.close({ type: 'S', name })), serialize.sync()]));
  }

  return {
    async run(steps) {
      const { message, plan } = encode(steps);
      const read = readMessages(await exchange(message), onNotify, plan);
      if (read.parsed > 0) await remember(plan, read);
      return read;
    },
    async script(text) {
      prepared.clear();
      await exchange(serialize.query('deallocate all'));
      return readMessages(await exchange(serialize.query(text)), onNotify, []);
    },
  };
}

function readMessages(messages: readonly Message[], onNotify: (channel: string, payload: string) => void, plan: readonly Plan[]): Read {
  const results: Rows[] = [];
  const tags: string[] = [];
  const described: (readonly Field[])[] = [];
  let parsed = 0;
  let fields: readonly Field[] = [];
  let rows: (string | null)[][] = [];
  let fault: SqlFault | undefined;
  let block: Outcome['block'] = 'idle';
  for (const message of messages) {
    if (message instanceof protocol.messages.DataRowMessage) rows.push(message.fields);
    else if (message.name === 'parseComplete') parsed++;
    else if (message.name === 'noData') described.push((fields = []));
    else if (message instanceof protocol.messages.RowDescriptionMessage) {
      described.push((fields = message.fields.map((field) => [field.name, field.dataTypeID])));
    } else if (message instanceof protocol.messages.CommandCompleteMessage) {
      results.push({ fields: plan[results.length]?.fields ?? fields, rows });
      tags.push(message.text);
      fields = [];
      rows = [];
    } else if (message instanceof protocol.messages.DatabaseError) {
      fault ??= { code: message.code, message: message.message, constraint: message.constraint };
    } else if (message instanceof protocol.messages.NotificationResponseMessage) onNotify(message.channel, message.payload);
    else if (message instanceof protocol.messages.ReadyForQueryMessage) block = blockOf(message.status);
  }
  return { results, tags, fault, block, parsed, described };
}

/** Transaction status of ReadyForQuery. */
function blockOf(status: string): Outcome['block'] {
  if (status === 'T') return 'open';
  return status === 'E' ? 'failed' : 'idle';
}
