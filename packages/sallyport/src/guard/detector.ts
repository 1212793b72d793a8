import type { Category, Finding, Point, Severity } from '../kernel/index.ts';
import type { Origin } from '../message/index.ts';
import type { CheckName } from './detectors/identifiers/checks.ts';
import type { Mark } from './lexicon.ts';
import type { Reading } from './reading.ts';
import type { Grey, GreyZones } from './second_stage/grey.ts';
import type { TermList } from './usage/terms.ts';
import type { Topic } from './usage/topics.ts';
import type { View } from './view.ts';

/** What happens to the text when a guard fails at a point. There is no default: each detector states it for each of its points. */
export type OnError = 'deny' | 'allow';

/** A point where text is inspected. */
export type TextPoint = Extract<Point, 'prompt' | 'content' | 'tool_call' | 'tool_result' | 'response'>;

/**
 * Where a text stands. `part` becomes `location.part` of its findings. `canaries`: strings planted in this very request, beside those of the
 * installation.
 */
export type ScanAt = {
  readonly point: Point;
  readonly origin: Origin;
  readonly part: number;
  readonly canaries?: readonly Canary[];
  /** Facts of the request that a reply or tool call belongs to. */
  readonly request?: RequestFacts;
  /** The tool whose arguments the text is. */
  readonly tool?: string;
  /** Run only the detectors that judge finished text: the streaming machine has run the others. */
  readonly wholeOnly?: boolean;
};

/** What a reply is compared with: facts of the very request it answers. Read only by detectors that need them, so make them when asked. */
export type RequestFacts = {
  /** The system text, '' without one. */
  readonly system: string;
  /** ISO 639-1 code of the language that the user wrote in last; undefined when that is unclear. */
  readonly language: string | undefined;
  /** When documents or tool results were provided: the texts of all that stood in the request but the assistant's own; else none. One array a request: what is made of it is kept by its identity. */
  readonly documents: readonly string[];
  /** The JSON Schema that the reply, or the arguments of a tool, were asked to follow; undefined without one. */
  schema(tool: string | undefined): unknown;
};

/**
 * A string that must never leave: `canary` stands in a system prompt (finding category `prompt_leak`), `provider_key` is a credential
 * of the gate itself (category `secret`, type `PROVIDER_KEY`). `id` is what findings name; the value is never shown.
 */
export type Canary = { readonly id: string; readonly value: string; readonly kind: 'canary' | 'provider_key' };

/** 0 to 1 for a whole text. A later model writes to the same field. */
export type Scores = { readonly injection: number };

/** A guard that threw, and what its point says must happen then. The caller applies `onError`. `error` is for the log only. */
export type GuardFailure = { readonly guard: string; readonly error: string; readonly onError: OnError };

/** The outcome for one text. `unscanned`: what was not looked at, and why, in plain words; absent when everything was. */
export type Scan = {
  readonly findings: readonly Finding[];
  readonly failures: readonly GuardFailure[];
  readonly scores: Scores;
  readonly unscanned?: string;
  /** The score lies where a second stage is to be asked: see `Guards.refine`. Only with a second stage. */
  readonly grey?: Grey;
};

/**
 * How a detector works on a text that is still arriving. `prefix`: its patterns run in the streaming machine, text is held only while one
 * may still match. `whole`: it judges the finished text; what it finds late was delivered before the decision.
 */
export type StreamForm = { readonly form: 'prefix' } | { readonly form: 'window'; readonly size: number } | { readonly form: 'whole' };

/** One pattern of a `prefix` detector, in the bounded language of `pattern/`. `verify` decides by checksum or structure. */
export type StreamPattern = {
  readonly id: string;
  readonly source: string;
  readonly ignoreCase?: boolean;
  /** A value longer than the pattern's last repeat counts as a match, unverified, and is held to its end (see `pattern/`). */
  readonly overflow?: 'match';
  readonly verify?: (match: string) => boolean;
  readonly finding: (match: string) => FindingFacts;
};

/** A finding without its place. */
export type FindingFacts = Omit<Finding, 'location'>;

/** What a detector writes to. */
export type Sink = {
  /** Offsets are into the view's text; the guard maps them back to the text as given. */
  add(view: View, start: number, end: number, facts: FindingFacts): void;
  /** The same for offsets into the text as given. */
  addRaw(start: number, end: number, facts: FindingFacts): void;
  /** Raises the text's injection score. */
  score(injection: number): void;
  /** The score lies in the grey zone: what the second stage reads, and the finding as the first stage would have it, told or not. */
  grey(view: View, start: number, end: number, facts: FindingFacts, asked: Pick<Grey, 'threshold' | 'windows'>): void;
};

/** What a detector may use when it is set up. */
export type DetectorSetup = {
  readonly canaries: readonly Canary[];
  /** Keyed hash of a value, for evidence: the same value gives the same short text, nothing can be read from it. */
  readonly hash: (value: string) => string;
  readonly settings: DetectorSettings;
};

/** Settings that detectors share; see `config.ts`. */
export type DetectorSettings = {
  readonly threshold: number;
  readonly phoneRegions: readonly string[];
  readonly types: ReadonlySet<string> | undefined;
  readonly linkHosts: readonly string[];
  readonly patterns: readonly CustomPattern[];
  readonly terms: readonly (TermList & { readonly severity?: Severity })[];
  readonly topics: readonly Topic[];
  /** Absent: no category of harm is looked for. */
  readonly harm: { readonly categories: readonly string[]; readonly threshold?: number } | undefined;
  /** Where a second stage is to be asked; absent without one. */
  readonly grey: GreyZones | undefined;
};

/** An operator's own pattern; runs in a linear-time engine only. */
export type CustomPattern = {
  readonly id: string;
  readonly pattern: string;
  readonly category: 'secret' | 'personal_data';
  readonly type: string;
  /** A match counts only when it passes. */
  readonly checksum?: CheckName;
  /** A match counts only when one of these words stands near it. */
  readonly context?: readonly string[];
  readonly severity?: Severity;
};

/** A detector that is ready to work: holds its compiled tables, no state between texts. */
export type Scanner = {
  scan(reading: Reading, at: ScanAt, sink: Sink): void;
  patterns?(): readonly StreamPattern[];
  /** Of a `prefix` detector: what only the finished text shows, after the machine has found the rest. */
  late?(reading: Reading, at: ScanAt, sink: Sink): void;
};

/** One detector: the shape of `detectors/<name>/index.ts`. */
export type Detector = {
  /** The folder's name; the first word of its rules (`secrets.openai-key`). */
  readonly id: string;
  readonly category: Category;
  /** Where it runs, and what happens there when it throws. */
  readonly points: Readonly<Partial<Record<TextPoint, OnError>>>;
  readonly describe: {
    readonly finds: string;
    readonly example: string;
    readonly passes: string;
    /** As measured by `npm run eval:guard` on `on`: shares of 1. */
    readonly measured?: { readonly precision: number; readonly recall: number; readonly on: string };
  };
  readonly stream: StreamForm;
  /** Raised whenever a verdict may change; part of the guards' version. */
  readonly version: number;
  /** It looks for planted strings too, so it is also set up for those of a single request. */
  readonly canaries?: true;
  /** Vocabulary for the one-pass lexer, by class; only words that stand in it reach the detector. */
  readonly words?: Readonly<Record<string, readonly string[]>>;
  /** Words that the lexer lists for this detector (`Words.marked`), in a text of bytes. */
  readonly marks?: Mark;
  setUp(setup: DetectorSetup): Scanner;
};

/** What the console shows of a detector. */
export type GuardDescription = {
  readonly id: string;
  readonly category: Category;
  readonly points: Readonly<Partial<Record<TextPoint, OnError>>>;
  readonly finds: string;
  readonly example: string;
  readonly passes: string;
  readonly measured?: Detector['describe']['measured'];
  readonly stream: StreamForm['form'];
};
