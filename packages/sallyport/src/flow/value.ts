import type { Asked } from './asked.ts';
import { bindingOf, fitOf, sharesWord, tellingStems } from './bound.ts';
import type { Conversation, Made, Span } from './conversation.ts';
import { findFields, mayBeField, type Field } from './field.ts';
import { canonicalHostLabels, embedded, hostOf, linkForm, OWNABLE } from './kind.ts';
import type { Leaf } from './leaf.ts';
import { isToldToFind } from './intent.ts';
import { canonical, holds, squeezed, stem, wordsOf } from './text.ts';

/** Where a value comes from, the most trustworthy place first. `made`: from a result of an earlier action of this conversation. `unseen`: it stands nowhere. */
export type Origin = 'user' | 'system' | 'trusted' | 'self' | 'field' | 'made' | 'prose' | 'assistant' | 'unseen';

/** What is known of one value of a call. */
export type ValueFacts = Leaf & {
  readonly origin: Origin;
  /** It is a whole field of a structured result, not a piece of prose. */
  readonly whole: boolean;
  /** It, or the record it stands in, is what the request speaks of. */
  readonly bound: boolean;
  /** How well its record fits the request, 0 to 1, against the other records of that result. */
  readonly fit: number;
  /** It comes from a read that prose steered. */
  readonly directed: boolean;
  /** It is an address of the caller. */
  readonly identity: boolean;
  /** The request says that values of this kind are to be taken from there, and it is the only one there. */
  readonly delegated: boolean;
  /** For links: `exact` when a trusted text has it, `host` when it only leads to a host that one names. */
  readonly link?: 'exact' | 'host' | 'other';
  /** Message and tool it was found in; -1 and '' where it was found nowhere. */
  readonly message: number;
  readonly tool: string;
};

/** Who the caller is, as the gate knows it. */
export type Identity = { readonly emails?: readonly string[]; readonly domains?: readonly string[]; readonly names?: readonly string[] };

/** Characters around a link that are of its sentence. */
const NEAR = 120;
/** What makes one field better than another, beside how well its record fits (0 to 1). */
const UNSTEERED = 4;
const BOUND = 2;
/** Reads that steered reads are followed back through. */
const MAX_STEERED = 6;

/** Whether the reads of a conversation were steered, by their calls; and how deep in a chain of reads that was found out: a lower one knows more. */
type Directed = Map<string, { readonly steered: boolean; readonly depth: number }>;

/** Finds out where the values of a call come from. One for a conversation; what it learns is kept. */
export class Provenance {
  readonly #conversation: Conversation;
  readonly #identity: Identity;
  readonly #directed: Directed;
  readonly asked: Asked;

  /** `directed`: what is known of the reads of this conversation, by their calls; one for all its beginnings. */
  constructor(conversation: Conversation, identity: Identity = {}, directed: Directed = new Map()) {
    this.#conversation = conversation;
    this.#identity = identity;
    this.#directed = directed;
    this.asked = conversation.asked;
  }

  /** The same for what the conversation was when a call was made. */
  #before(made: Made): Provenance {
    return new Provenance(this.#conversation.before(made.before), this.#identity, this.#directed);
  }

  facts(leaf: Leaf): ValueFacts {
    return this.#facts(leaf, 0);
  }

  #facts(leaf: Leaf, depth: number): ValueFacts {
    const first = this.#firstGiven(leaf);
    if (first === undefined) return this.#found(leaf, depth);
    // What an action was given comes back in later results: where the value came from is what was so before that action.
    const said = this.#found(leaf, depth);
    if (said.origin === 'user' || said.origin === 'system' || said.origin === 'self' || depth > MAX_STEERED) return said;
    return this.#before(first).#found(leaf, depth + 1);
  }

  /** The earliest action of this conversation that was given the same value. */
  #firstGiven(leaf: Leaf): Made | undefined {
    if (leaf.role === 'content' && leaf.kind !== 'url') return undefined;
    const value = canonical(leaf.value);
    for (const made of this.#conversation.calls.values()) {
      if (made.tool.effect === 'read' || made.before >= this.#conversation.spans.length) continue;
      if (made.leaves.some((given) => !given.inside && canonical(given.value) === value)) return made;
    }
    return undefined;
  }

  #found(leaf: Leaf, depth: number): ValueFacts {
    const base = {
      ...leaf,
      whole: false,
      bound: false,
      fit: 0,
      directed: false,
      identity: this.#isSelf(leaf),
      delegated: false,
      message: -1,
      tool: '',
    };
    const link = leaf.kind === 'url' ? this.#link(leaf) : undefined;
    const known = { ...base, ...(link === undefined ? {} : { link }) };
    const said = this.#said(leaf);
    if (said !== undefined) return { ...known, origin: said.origin, bound: true, message: said.message, tool: said.tool };
    if (base.identity) return { ...known, origin: 'self', bound: true };
    const field = this.#field(leaf, depth);
    const delegated = this.#delegated(leaf);
    if (field !== undefined) return { ...known, ...field, delegated };
    const place = this.#place(leaf);
    return { ...known, ...place, delegated, bound: sharesWord(leaf.value, this.asked.telling) };
  }

  /** In the words of the user or the operator, or in what a trusted tool said. */
  #said(leaf: Leaf): { origin: 'user' | 'system' | 'trusted'; message: number; tool: string } | undefined {
    for (const span of this.#conversation.spans) {
      if (!span.trusted || !stands(span, leaf)) continue;
      if (span.label === 'trusted' && this.#isDirected(span, 0)) continue;
      return { origin: span.label as 'user' | 'system' | 'trusted', message: span.message, tool: span.tool?.name ?? '' };
    }
    return undefined;
  }

  #isSelf(leaf: Leaf): boolean {
    const value = canonical(leaf.value);
    if (leaf.kind === 'email') {
      const domain = value.slice(value.lastIndexOf('@') + 1);
      return (
        (this.#identity.emails ?? []).some((email) => canonical(email) === value) ||
        (this.#identity.domains ?? []).some((own) => canonical(own) === domain)
      );
    }
    return leaf.kind === 'handle' && (this.#identity.names ?? []).some((name) => canonical(name) === value);
  }

  #link(leaf: Leaf): 'exact' | 'host' | 'other' {
    const host = hostOf(leaf.value);
    for (const span of this.#conversation.spans) if (span.trusted && holds(span.canonical, linkForm(leaf.value), true)) return 'exact';
    if (host === '') return 'other';
    for (const span of this.#conversation.spans) if (span.trusted && holds(span.canonical, host, true)) return 'host';
    return 'other';
  }

  /**
   * Whether a link that stands in content is one that the request leads to: in the record that the request is about, when the request
   * speaks of links and names none itself, or shares two words with that record, or one with the link's host; or on the host of such a
   * link that was opened before. What is asked for is to read on; who wrote the record chose the page, as for whoever reads it.
   */
  leadsOn(value: ValueFacts, depth = 0): boolean {
    const { spans, calls } = this.#conversation;
    if (spans.some((span) => span.tool !== undefined && !span.trusted && this.#recordLeads(span, value))) return true;
    const host = hostOf(value.value);
    if (host === '' || depth > MAX_STEERED) return false;
    for (const made of calls.values()) {
      const link =
        made.before < spans.length && made.tool.fetches
          ? made.leaves.find((leaf) => leaf.kind === 'url' && hostOf(leaf.value) === host)
          : undefined;
      if (link === undefined || linkForm(link.value) === linkForm(value.value)) continue;
      const earlier = this.#before(made);
      if (earlier.leadsOn(earlier.facts(link), depth + 1)) return true;
    }
    return false;
  }

  #recordLeads(span: Span, value: ValueFacts): boolean {
    if (span.label !== 'structured' || !stands(span, value) || this.#isDirected(span, 0)) return false;
    const { reading } = span;
    const link = linkForm(value.value);
    const spoken = this.asked.browsing && !/(?:https?:\/\/|www\.)\S/i.test(this.asked.request);
    const hostSaid = canonicalHostLabels(hostOf(link)).some((label) => this.asked.telling.has(stem(label)));
    return reading.rows.some((row, record) => {
      if (!row.prose.includes(link) && !fieldsOf(span, value).some((field) => field.record === record)) return false;
      if (fitOf(reading, record, this.asked.telling) < 1) return false;
      return spoken || hostSaid || this.#near(row.prose, link) >= 2;
    });
  }

  /** How many telling words of the request stand around a link. */
  #near(said: string, link: string): number {
    const at = said.indexOf(link);
    if (at < 0) return 0;
    const around = new Set(wordsOf(said.slice(Math.max(0, at - NEAR), at + link.length + NEAR)).map(stem));
    return [...this.asked.telling].filter((word) => around.has(word)).length;
  }

  /** Whether every telling word of a short text is the request's, or the text as a whole. */
  bindsText(text: string): boolean {
    const words = [...tellingStems(new Set(wordsOf(text).map(stem)))];
    return words.length === 0 ? holds(this.asked.text, canonical(text)) : words.every((word) => this.asked.stems.has(word));
  }

  /** The field of a structured result that holds the value: the one that the request binds best, from a read that nothing steered if there is one. */
  #field(leaf: Leaf, depth: number): Pick<ValueFacts, 'origin' | 'whole' | 'bound' | 'fit' | 'directed' | 'message' | 'tool'> | undefined {
    let best: (Pick<ValueFacts, 'origin' | 'whole' | 'bound' | 'fit' | 'directed' | 'message' | 'tool'> & { rank: number }) | undefined;
    const shares = sharesWord(leaf.value, this.asked.telling);
    const namesSelf = this.#namesSelf(leaf);
    for (const span of this.#conversation.spans) {
      const fields = fieldsOf(span, leaf);
      if (fields.length === 0) continue;
      const directed = this.#isDirected(span, depth);
      const looked = this.#looked(span);
      for (const field of fields) {
        const fit = looked ? 1 : bindingOf(field, span.reading, this.asked.telling);
        const self = namesSelf && !/sender|from|author|reply/i.test(field.name);
        const bound = shares || self || (fit >= 1 && !this.#hasOther(leaf, field, span));
        const rank = (directed ? 0 : UNSTEERED) + (bound ? BOUND : 0) + fit;
        if (best === undefined || rank > best.rank)
          best = { origin: 'field', whole: true, bound, fit, directed, message: span.message, tool: span.tool?.name ?? '', rank };
        if (rank === UNSTEERED + BOUND + 1) return best;
      }
    }
    return best;
  }

  /** Whether a read looked for the request's own words: then every record of it fits the request. */
  #looked(span: Span): boolean {
    const made = this.#conversation.calls.get(span.call);
    return (
      made?.leaves.some((leaf) => leaf.kind === 'text' && wordsOf(leaf.value).some((word) => this.asked.telling.has(stem(word)))) === true
    );
  }

  /** The address of the user by the name that the operator gives. Only a field that no sender fills in makes it theirs: `emma.johnson@...` among the recipients. */
  #namesSelf(leaf: Leaf): boolean {
    if (leaf.kind !== 'email') return false;
    const names = wordsOf(leaf.value.slice(0, leaf.value.indexOf('@'))).filter((word) => word.length > 1);
    return names.length > 1 && names.every((name) => this.asked.operator.has(stem(name)));
  }

  /** Whether the request itself gives another receiver of this sort: then the record of a found one does not make it the one meant. */
  #hasOther(leaf: Leaf, field: Field, span: Span): boolean {
    if (leaf.role !== 'sink') return false;
    const asked = this.asked.text;
    if (OWNABLE.has(leaf.kind)) return embedded(this.asked.request).some((item) => item.kind === leaf.kind);
    return span.reading.fields.some(
      (other) => other.name === field.name && other.value !== field.value && holds(asked, canonical(other.value)),
    );
  }

  /** Whether the read that brought a span was steered: one of its arguments stands in prose, or comes from a steered read, and nowhere better. */
  #isDirected(span: Span, depth: number): boolean {
    const made = this.#conversation.calls.get(span.call);
    if (made === undefined || depth > MAX_STEERED) return span.call !== '' && depth > MAX_STEERED;
    const known = this.#directed.get(span.call);
    if (known !== undefined && known.depth <= depth) return known.steered;
    // A read that is made of its own result (ids that come twice) counts as steered.
    this.#directed.set(span.call, { steered: true, depth });
    const steered = made.leaves.some((leaf) => this.#steers(made, leaf, depth));
    this.#directed.set(span.call, { steered, depth });
    return steered;
  }

  #steers(made: Made, leaf: Leaf, depth: number): boolean {
    if (leaf.kind === 'number' || leaf.kind === 'date' || leaf.kind === 'locator' || leaf.inside) return false;
    const facts = this.#before(made).#facts(leaf, depth + 1);
    if (facts.link === 'host') return false;
    return (
      (facts.origin === 'prose' && !facts.delegated && !(facts.bound && leaf.kind !== 'email' && leaf.kind !== 'url')) ||
      (facts.origin === 'field' && facts.directed)
    );
  }

  /**
   * The only value of its kind in the result of a read that the request names by path or link, when the request says that such values are
   * to be found there, or has a word of the value: `dora@example.org` on the page that the request gives for Dora.
   */
  #delegated(leaf: Leaf): boolean {
    const { kind } = leaf;
    if (kind !== 'email' && kind !== 'iban' && kind !== 'phone') return false;
    const { spans, calls } = this.#conversation;
    const { text: asked, request, spoken } = this.asked;
    const shares = sharesWord(leaf.value, this.asked.telling);
    return spans.some((span) => {
      const made = calls.get(span.call);
      if (made === undefined || span.trusted || !stands(span, leaf)) return false;
      const named = made.leaves.some((given) => {
        if (given.kind !== 'url' && given.kind !== 'path') return false;
        const source = given.kind === 'url' ? linkForm(given.value) : canonical(given.value);
        return (
          holds(asked, source, given.kind === 'url') &&
          (shares || isToldToFind(canonical(request), kind, source) || spoken.tellsToFind(kind, source))
        );
      });
      return named && embeddedOf(span.text, kind).size === 1;
    });
  }

  /** Where a value stands that is no field: prose, a result of an earlier action, what the model said, or nowhere. */
  #place(leaf: Leaf): { origin: 'made' | 'prose' | 'assistant' | 'unseen'; message: number; tool: string } {
    let assistant: Span | undefined;
    let prose: Span | undefined;
    for (const span of this.#conversation.spans) {
      if (span.trusted || (span === prose && prose !== undefined)) continue;
      if (!stands(span, leaf)) continue;
      if (span.label === 'assistant') assistant ??= span;
      else prose ??= span;
    }
    if (leaf.kind === 'path' && this.#madeHere(leaf))
      return { origin: 'made', message: prose?.message ?? -1, tool: prose?.tool?.name ?? '' };
    if (prose !== undefined) return { origin: 'prose', message: prose.message, tool: prose.tool?.name ?? '' };
    if (assistant !== undefined) return { origin: 'assistant', message: assistant.message, tool: '' };
    return { origin: 'unseen', message: -1, tool: '' };
  }

  /** A file whose name the result of an earlier action of this conversation reports. */
  #madeHere(leaf: Leaf): boolean {
    const base = canonical(leaf.value).split(/[/\\]/).at(-1) ?? '';
    if (base.length < 3) return false;
    return this.#conversation.spans.some(
      (span) => span.tool !== undefined && span.tool.effect !== 'read' && span.text.length < MAX_REPORT && holds(span.canonical, base),
    );
  }
}

/** A result that reports what was done is short; a long one is content. */
const MAX_REPORT = 400;

/** Whether a span's text has the value as a whole. A bare number of up to three digits stands anywhere: it counts where a word for numbers is before it. */
function stands(span: Span, leaf: Leaf): boolean {
  const value = canonical(leaf.value);
  const text = span.canonical;
  if (leaf.kind === 'url') return holds(text, linkForm(leaf.value), true);
  if (leaf.kind === 'email') return holds(text, value, true);
  if (leaf.kind === 'iban' || leaf.kind === 'phone')
    return holds(text, value) || (text.length < MAX_SQUEEZED && squeezed(text).includes(squeezed(value)));
  if (/^\d{1,3}$/.test(value) && leaf.kind === 'handle')
    return new RegExp(`(?:id|number|no\\.?|#|nr\\.?|issue|order|file|event|item)[ :#_'"]{0,4}${value}(?!\\d)`).test(text);
  if (value.length < 2) return false;
  return holds(text, value) || (leaf.kind === 'path' && standsBelow(text, value));
}

const MAX_SQUEEZED = 20_000;

/** A path in a folder that the text names: `/user/info/a.txt` for "in /user/info". */
function standsBelow(text: string, path: string): boolean {
  const parts = path.split('/');
  for (let n = parts.length - 1; n >= 2; n--) {
    const folder = parts.slice(0, n).join('/');
    if (folder.length >= 4 && !path.includes('..') && holds(text, folder)) return true;
  }
  return false;
}

/** Fields of a structured result that hold the value. A result that has the value nowhere is not even read. */
function fieldsOf(span: Span, leaf: Leaf): readonly Field[] {
  if (span.label !== 'structured' && span.label !== 'trusted') return [];
  const value = canonical(leaf.value);
  const sought = leaf.kind === 'url' ? linkForm(value) : value;
  if (leaf.kind === 'iban' || leaf.kind === 'phone') {
    // Those are written with gaps.
    if (!span.canonical.includes(value) && !span.canonical.includes(squeezed(value).slice(0, 4))) return [];
  } else if (!span.canonical.includes(sought) || !mayBeField(span.text, span.canonical, sought)) return [];
  return findFields(span.reading, value);
}

/** Different values of a kind that stand in a text. */
function embeddedOf(text: string, kind: 'email' | 'iban' | 'phone'): ReadonlySet<string> {
  const found = embedded(text).filter((item) => item.kind === kind);
  return new Set(found.map((item) => squeezed(canonical(item.value))));
}
