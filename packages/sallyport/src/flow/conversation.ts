import { Asked } from './asked.ts';
import { NO_DATA, readResult, type Reading } from './field.ts';
import type { Known, KnownTexts } from './known.ts';
import { piecesOf } from './pasted.ts';
import { mayName, namedSecrets, type Secrecy, type SecretValue } from './secrecy.ts';
import { canonical } from './text.ts';
import type { ToolFacts } from './tool.ts';
import { leavesOf, type Leaf } from './leaf.ts';

/** Whose words a span is. `structured`: whole fields of it are data and the rest is prose; `opaque`, `retrieved`, `unknown` are prose throughout. */
export type Label = 'system' | 'user' | 'trusted' | 'structured' | 'opaque' | 'retrieved' | 'assistant' | 'unknown';

/** One message of a conversation, in the words of no particular API. `call` is the id that joins a tool's result to its call. */
export type Turn =
  | { readonly role: 'system' | 'user' | 'assistant' | 'retrieved' | 'unknown'; readonly text: string; readonly message: number }
  | { readonly role: 'tool'; readonly text: string; readonly message: number; readonly tool: string; readonly call: string }
  | { readonly role: 'call'; readonly message: number; readonly tool: string; readonly call: string; readonly arguments: string };

/** A span of text with one label. What is costly to know of it is found out when it is first asked for, and kept. */
export class Span {
  readonly label: Label;
  readonly text: string;
  readonly message: number;
  readonly tool: ToolFacts | undefined;
  readonly call: string;
  readonly #known: Known;
  #secrets: readonly SecretValue[] | undefined;

  constructor(label: Label, text: string, message: number, tool?: ToolFacts, call = '', known: Known = {}) {
    this.label = label;
    this.text = text;
    this.message = message;
    this.tool = tool;
    this.call = call;
    this.#known = known;
  }

  get canonical(): string {
    return (this.#known.canonical ??= canonical(this.label === 'user' ? apart(this.text) : this.text));
  }

  /** The fields of a tool's result; anything else is prose. */
  get reading(): Reading {
    return (this.#known.reading ??= isData(this.label) ? readResult(this.text) : NO_DATA);
  }

  get secrets(): readonly SecretValue[] {
    const named = (this.#known.named ??= mayName(this.canonical));
    return (this.#secrets ??= named ? namedSecrets(this.text, this.message) : []);
  }

  get trusted(): boolean {
    return this.label === 'system' || this.label === 'user' || this.label === 'trusted';
  }

  get secrecy(): Secrecy {
    return this.tool?.secrecy ?? 'internal';
  }
}

function isData(label: Label): boolean {
  return label === 'structured' || label === 'trusted';
}

/** People forget the space behind a full stop: `www.example.org.They`. */
function apart(text: string): string {
  return text.replace(/([a-z])\.([A-Z][a-z])/g, '$1. $2');
}

/** A call that was made earlier, with what it was given. */
export type Made = {
  readonly id: string;
  readonly tool: ToolFacts;
  readonly message: number;
  readonly leaves: readonly Leaf[];
  readonly before: number;
};

/** A conversation as the judge reads it: spans in order, the calls that brought them, and the words of those who have a say. */
export class Conversation {
  readonly spans: readonly Span[];
  readonly calls: ReadonlyMap<string, Made>;
  /** By how many spans they come from: what was asked before a call is mostly what was asked before the others. */
  readonly #asked: Map<number, Asked>;
  #tainted: boolean | undefined;

  constructor(spans: readonly Span[], calls: ReadonlyMap<string, Made>, asked = new Map<number, Asked>()) {
    this.spans = spans;
    this.calls = calls;
    this.#asked = asked;
  }

  /** The same conversation up to a span; what was found out about it is shared. */
  before(count: number): Conversation {
    return count >= this.spans.length ? this : new Conversation(this.spans.slice(0, count), this.calls, this.#asked);
  }

  get asked(): Asked {
    const spans = this.spans.filter((span) => span.label === 'user' || span.label === 'system');
    const known = this.#asked.get(spans.length) ?? new Asked(spans);
    this.#asked.set(spans.length, known);
    return known;
  }

  /** Whether anything in it was written by somebody who has no say. */
  get tainted(): boolean {
    return (this.#tainted ??= this.spans.some((span) => !span.trusted && span.label !== 'assistant' && span.text.trim() !== ''));
  }
}

/**
 * Labels every span of a conversation. `facts` says what is known of a tool, `known` what was found out about a text before. `marks[i]` counts the
 * spans before turn `i`.
 */
export function readConversation(
  turns: readonly Turn[],
  facts: (tool: string) => ToolFacts,
  known?: { readonly texts: KnownTexts; readonly owner: string },
): { readonly conversation: Conversation; readonly marks: readonly number[] } {
  const spans: Span[] = [];
  const calls = new Map<string, Made>();
  const marks: number[] = [];
  const add = (label: Label, text: string, message: number, tool?: ToolFacts, call?: string): void => {
    const kind = isData(label) ? 'data' : label === 'user' ? label : 'prose';
    spans.push(new Span(label, text, message, tool, call, known?.texts.of(known.owner, kind, text)));
  };
  for (const turn of turns) {
    marks.push(spans.length);
    if (turn.role === 'call') {
      const leaves = leavesOf(turn.arguments) ?? [];
      calls.set(turn.call, { id: turn.call, tool: facts(turn.tool), message: turn.message, leaves, before: spans.length });
    } else if (turn.role === 'tool') {
      const tool = facts(turn.tool);
      add(tool.output, turn.text, turn.message, tool, turn.call);
    } else if (turn.role === 'user') {
      for (const piece of piecesOf(turn.text)) add(piece.own ? 'user' : 'retrieved', piece.text, turn.message);
    } else if (turn.text !== '') add(turn.role, turn.text, turn.message);
  }
  return { conversation: new Conversation(spans, calls), marks };
}
