import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import type { SlotKind, StreamCall } from './stream.ts';

/** Tool calls of one choice; the API names no limit, agents stay far below. */
export const MAX_CALLS = 1024;

/** One choice of a chat or completions stream. */
export type Choice = {
  readonly index: number;
  /** Open channels by name, with how an event of the channel is made. */
  readonly open: Map<string, (text: string) => JsonObject>;
  readonly calls: Map<string, StreamCall>;
  /** Upstream gave the finish reason. */
  ended: boolean;
  /** The client has seen a chunk, and the finish reason. */
  begun: boolean;
  closed: boolean;
};

/** A choice of which nothing has come yet. */
export function newChoice(index: number): Choice {
  return { index, open: new Map(), calls: new Map(), ended: false, begun: false, closed: false };
}

/**
 * The index of a tool call in its choice. Some servers leave it out: then a new id begins a new call, and what has no id continues the
 * last one. The index is written into the call, so that every client joins the pieces as they were judged.
 */
export function indexOfCall(choice: Choice, call: Json | undefined): number | undefined {
  if (!isObject(call)) return undefined;
  const given = call['index'] ?? guessIndex(choice, call['id']);
  if (typeof given !== 'number' || !Number.isInteger(given) || given < 0 || given >= MAX_CALLS) return undefined;
  call['index'] = given;
  return given;
}

function guessIndex(choice: Choice, id: Json | undefined): number {
  let at = 0;
  for (const known of choice.calls.values()) {
    if (typeof id === 'string' && id !== '' && known.id === id) return at;
    at++;
  }
  return typeof id === 'string' && id !== '' ? at : Math.max(0, at - 1);
}

/** What the text of a delta's field is. */
export function kindOfField(name: string): SlotKind {
  if (name === 'content') return 'text';
  if (name === 'refusal') return 'refusal';
  if (name === 'audio') return 'transcript';
  if (name === 'annotations' || name === 'citations') return 'annotation';
  return name.startsWith('reasoning') || name === 'thinking' ? 'reasoning' : 'other';
}

/** The delta that carries a piece of a call's arguments. */
export function deltaOfCall(path: readonly (string | number)[], member: string, text: string): JsonObject {
  const [field, index, form] = path;
  if (typeof index !== 'number' || typeof form !== 'string') return { [String(field)]: { [member]: text } };
  return { tool_calls: [{ index, [form]: { [member]: text } }] };
}

/** Names the steps of a path: an element of a list by its own `index` where it has one, so that pieces of one element share a channel. */
export function indexed(root: Json, path: readonly (string | number)[]): (step: string | number, at: number) => string {
  return (step, at) => {
    if (typeof step !== 'number') return step;
    let value: Json | undefined = root;
    for (const each of path.slice(0, at + 1)) value = (value as Record<string | number, Json | undefined>)[each];
    const own = isObject(value) ? value['index'] : undefined;
    return String(typeof own === 'number' ? own : step);
  };
}
