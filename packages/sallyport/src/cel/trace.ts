import type { Evaluate, Node } from './library.ts';
import { messageOf } from './library.ts';
import { textOf, visit } from './tree.ts';
import type { CelTrace } from './types.ts';

/** Values deeper or longer than this are cut in a trace: a person reads it. */
const MAX_SHOWN = 200;
/** Entries of one trace; a walk over many elements stops being recorded here. */
const MAX_ENTRIES = 400;

type Open = { text: string; value?: unknown; error?: string; parts: CelTrace[] };
export type Recorder = { readonly roots: CelTrace[]; entries: number; stack: Open[] };

/** Makes each node of a checked tree write what it was evaluated to into the recorder. */
export function record(ast: Node, recorder: Recorder): void {
  visit(ast, (node) => {
    if (node.op === 'value') return;
    const target = node.meta.alternate ?? node;
    if (node.meta.macro === undefined) target.setMeta('evaluate', recorded(textOf(node), target.meta.evaluate, recorder));
  });
}

function recorded(text: string, inner: Evaluate, recorder: Recorder): Evaluate {
  return (evaluator, node, context) => {
    if (++recorder.entries > MAX_ENTRIES) return inner(evaluator, node, context);
    const open: Open = { text, parts: [] };
    recorder.stack.push(open);
    try {
      const value = inner(evaluator, node, context);
      open.value = shown(value);
      return value;
    } catch (thrown) {
      open.error = messageOf(thrown).message;
      throw thrown;
    } finally {
      recorder.stack.pop();
      (recorder.stack.at(-1)?.parts ?? recorder.roots).push(open);
    }
  };
}

/** A value as JSON can hold it, cut to what is readable. */
function shown(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)) ?? '';
  return text.length <= MAX_SHOWN ? (JSON.parse(text) as unknown) : `${text.slice(0, MAX_SHOWN)}…`;
}
