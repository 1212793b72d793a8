import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import type { Choice } from './choice.ts';

/** Calls of a chat stream that are not delivered: a text of the assistant stands in the place of each. */
export class WithheldCalls {
  /** The text by the channel of the call. */
  readonly #texts = new Map<string, string>();
  readonly #told = new Set<string>();

  get size(): number {
    return this.#texts.size;
  }

  add(channel: string, text: string): void {
    this.#texts.set(channel, text);
  }

  /** Takes withheld calls out of a choice of a chunk; false when nothing of the choice is left. */
  isLeft(entry: JsonObject, choice: Choice): boolean {
    const { delta } = entry;
    const calls = [...choice.calls.keys()];
    if (!isObject(delta) || !calls.some((channel) => this.#texts.has(channel))) return true;
    const ended = entry['finish_reason'] === 'tool_calls' || entry['finish_reason'] === 'function_call';
    if (ended && calls.every((channel) => this.#texts.has(channel))) entry['finish_reason'] = 'stop';
    const said: string[] = [];
    const taken = this.#takeCalls(delta, choice, said);
    if (said.length > 0) delta['content'] = `${typeof delta['content'] === 'string' ? delta['content'] : ''}${said.join('')}`;
    return !taken || said.length > 0 || entry['finish_reason'] !== null || Object.values(delta).some((value) => value !== null);
  }

  #takeCalls(delta: JsonObject, choice: Choice, said: string[]): boolean {
    const before = delta['tool_calls'];
    let taken = false;
    if (Array.isArray(before)) {
      const pieces = before.filter((call) => !isObject(call) || !this.#isGone(channelOf(choice, call['index'] ?? 0), choice, said));
      taken = pieces.length < before.length;
      for (const piece of pieces) if (isObject(piece)) piece['index'] = this.#indexLeft(choice, piece['index'] ?? 0);
      if (pieces.length > 0) delta['tool_calls'] = pieces;
      else delete delta['tool_calls'];
    }
    if (delta['function_call'] === undefined || !this.#isGone(`c${choice.index}.function_call`, choice, said)) return taken;
    delete delta['function_call'];
    return true;
  }

  /** Whether a channel's call is withheld; its text is said where it began, apart from what was said before. */
  #isGone(channel: string, choice: Choice, said: string[]): boolean {
    const text = this.#texts.get(channel);
    if (text === undefined) return false;
    if (!this.#told.has(channel)) said.push(choice.begun || said.length > 0 ? `\n\n${text}` : text);
    this.#told.add(channel);
    return true;
  }

  /** Calls are numbered anew, so that the client's list has no gap. */
  #indexLeft(choice: Choice, index: Json): Json {
    if (typeof index !== 'number') return index;
    let left = index;
    for (let i = 0; i < index; i++) if (this.#texts.has(channelOf(choice, i))) left--;
    return left;
  }
}

function channelOf(choice: Choice, index: Json): string {
  return `c${choice.index}.tool_calls.${typeof index === 'number' ? index : 0}`;
}
