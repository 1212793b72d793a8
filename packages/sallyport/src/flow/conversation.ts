import { NO_DATA, readResult, type Reading } from './field.ts';
import type { Known, KnownTexts } from './known.ts';
import { piecesOf } from './pasted.ts';
import { mayName, namedSecrets, type Secrecy, type SecretValue } from './secrecy.ts';
import { canonical, stem, wordsOf } from './text.ts';
import type { ToolFacts } from './tool.ts';
import { Spoken } from './translate.ts';
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

/** A conversation as the judge reads it: spans in order, the calls that brought them, and the words of the one who asks. */
export class Conversation {
  readonly spans: readonly Span[];
  readonly calls: ReadonlyMap<string, Made>;
  readonly #facts: Memo = {};

  constructor(spans: readonly Span[], calls: ReadonlyMap<string, Made>) {
    this.spans = spans;
    this.calls = calls;
  }

  /** The same conversation up to a span; what was found out about its spans is shared. */
  before(count: number): Conversation {
    return count >= this.spans.length ? this : new Conversation(this.spans.slice(0, count), this.calls);
  }

  /** Text of the operator and the user, canonical. */
  get asked(): string {
    return (this.#facts.asked ??= this.spans
      .filter((span) => span.label === 'user' || span.label === 'system')
      .map((span) => span.canonical)
      .join('\n'));
  }

  /** What the user said, as it was written. */
  get request(): string {
    return (this.#facts.request ??= this.spans
      .filter((span) => span.label === 'user')
      .map((span) => span.text)
      .join('\n'));
  }

  /** Stems of the operator's words. */
  get operator(): ReadonlySet<string> {
    return (this.#facts.operator ??= new Set(
      this.spans.filter((span) => span.label === 'system').flatMap((span) => wordsOf(span.text).map(stem)),
    ));
  }

  /** Stems of the user's words. */
  get stems(): ReadonlySet<string> {
    return (this.#facts.stems ??= new Set(wordsOf(this.request).map(stem)));
  }

  /** What the user's words say in other languages than English. */
  get spoken(): Spoken {
    return (this.#facts.spoken ??= new Spoken(this.request));
  }

  /** Whether anything in it was written by somebody who has no say. */
  get tainted(): boolean {
    return (this.#facts.tainted ??= this.spans.some((span) => !span.trusted && span.label !== 'assistant' && span.text.trim() !== ''));
  }
}

type Memo = {
  asked?: string;
  request?: string;
  spoken?: Spoken;
  stems?: ReadonlySet<string>;
  operator?: ReadonlySet<string>;
  tainted?: boolean;
};

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
