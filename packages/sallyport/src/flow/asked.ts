import { hasQuantifier, tellingStems } from './bound.ts';
import { PLACES } from './lexicon.ts';
import { stem, wordsOf } from './text.ts';
import { Spoken } from './translate.ts';

const PLACE_STEMS: ReadonlySet<string> = new Set(PLACES.split(' ').map(stem));
const DICTATED = /\b(?:following|this) (?:message|text|note|comment|e-?mail|words)\b|\b(?:saying|with the (?:text|message|body))\b/i;

/** A span of the operator or the user. */
type Said = { readonly label: string; readonly text: string; readonly canonical: string };

/** The words of those who have a say, the operator and the user, and what they tell. Each is found out when it is first asked for, and kept. */
export class Asked {
  readonly #spans: readonly Said[];
  #text: string | undefined;
  #request: string | undefined;
  #operator: ReadonlySet<string> | undefined;
  #stems: ReadonlySet<string> | undefined;
  #telling: ReadonlySet<string> | undefined;
  #spoken: Spoken | undefined;
  #quantified: boolean | undefined;
  #browsing: boolean | undefined;

  constructor(spans: readonly Said[]) {
    this.#spans = spans;
  }

  /** All of it, canonical. */
  get text(): string {
    return (this.#text ??= this.#spans.map((span) => span.canonical).join('\n'));
  }

  /** What the user said, as it was written. */
  get request(): string {
    return (this.#request ??= this.#spans
      .filter((span) => span.label === 'user')
      .map((span) => span.text)
      .join('\n'));
  }

  /** Stems of the operator's words. */
  get operator(): ReadonlySet<string> {
    return (this.#operator ??= new Set(
      this.#spans.filter((span) => span.label === 'system').flatMap((span) => wordsOf(span.text).map(stem)),
    ));
  }

  /** Stems of the user's words. */
  get stems(): ReadonlySet<string> {
    return (this.#stems ??= new Set(wordsOf(this.request).map(stem)));
  }

  /** Those that tell one thing from another. */
  get telling(): ReadonlySet<string> {
    return (this.#telling ??= tellingStems(this.stems));
  }

  /** What the user's words say in other languages than English. */
  get spoken(): Spoken {
    return (this.#spoken ??= new Spoken(this.request));
  }

  /** Whether the user leaves the choice to what is found. */
  get quantified(): boolean {
    return (this.#quantified ??= hasQuantifier(this.request) || this.spoken.says('all'));
  }

  /** Whether the user speaks of links, pages or sites to be read. */
  get browsing(): boolean {
    return (this.#browsing ??= [...this.stems].some((word) => PLACE_STEMS.has(word)) || this.spoken.says('places'));
  }

  /** Whether the user gives the words of a message. */
  get dictated(): boolean {
    return DICTATED.test(this.request);
  }
}
