import { reasonOf, type Finding, type Point } from '../kernel/index.ts';
import { allowOf, type Allowed } from './allow.ts';
import type { GuardConfig } from './config.ts';
import { disguised } from './disguise.ts';
import type {
  Canary,
  Detector,
  FindingFacts,
  GuardDescription,
  GuardFailure,
  OnError,
  Scan,
  ScanAt,
  Scanner,
  Sink,
  StreamPattern,
  TextPoint,
} from './detector.ts';
import { DETECTORS } from './detectors/registry.generated.ts';
import { fail } from './errors.ts';
import { buildLexicon, type Lexicon } from './lexicon.ts';
import { parsePattern, type StreamRule, type WindowRule } from './pattern/index.ts';
import { Reader } from './reading.ts';
import type { Grey } from './second_stage/grey.ts';
import { refine, type SecondStage } from './second_stage/second_stage.ts';
import type { View } from './view.ts';

/** Longer texts (UTF-16 units) are reported as unscanned: at 10 us/KB this is 160 ms of one core, more would stop every other request. */
export const MAX_TEXT = 1 << 24;

/** Findings of one text; beyond, it is reported as unscanned. A document of 10,000 addresses is still masked in full. */
export const MAX_FINDINGS = 10_000;

/** The name under which the normaliser and the decoders fail. */
const READER = 'reader';

/** Injection score from which a text counts as one, unless configured. */
const DEFAULT_THRESHOLD = 0.5;

export type GuardOptions = {
  readonly config: GuardConfig;
  readonly canaries: readonly Canary[];
  /** Keyed hash for evidence of secrets; without one the evidence has no hash. */
  readonly hash?: (value: string) => string;
  /** Test hook: called before each guard works; may throw, which counts as that guard's failure. */
  readonly faults?: (guard: string, point: Point) => void;
  /** Asked about injections in the grey zone. */
  readonly secondStage?: SecondStage;
};

/** What the streaming machine needs for a point; `whole` names the detectors that only judge the finished text. */
export type StreamRules = {
  readonly rules: readonly StreamRule[];
  readonly windows: readonly WindowRule[];
  readonly whole: readonly string[];
};

/** All detectors that are switched on, ready to work. Holds no state between texts. */
export type Guards = {
  /** Changes whenever a verdict may: detectors, configuration, canaries. */
  readonly version: string;
  /** Looks at one text. Never throws: what a guard threw is in `failures`. */
  scan(text: string, at: ScanAt): Scan;
  /** Asks the second stage about a scan that is `grey`; any other scan as it is. Never rejects. Absent without a second stage. */
  readonly refine?: (scan: Scan) => Promise<Scan>;
  /** Rules for text that is still arriving at a point; `canaries`: those planted in this request. */
  stream(point: TextPoint, canaries?: readonly Canary[]): StreamRules;
  /** A text as a reader takes it: normalised, and when parts are encoded, once more with what they say. For rules that are not of this module. */
  readings(text: string): readonly string[];
  /** What must happen when a guard (by id) fails at a point. `deny` for a guard that is not known. */
  onError(guard: string, point: Point): OnError;
  describe(): readonly GuardDescription[];
  /** Types whose masked value keeps its form. */
  readonly shapes: readonly string[];
};

/** `confidence`: findings below it are left out. */
type Running = { readonly detector: Detector; readonly scanner: Scanner; readonly confidence: number };

/**
 * Sets the detectors up: builds the vocabulary, compiles patterns. Costs some ten milliseconds; do it once per configuration.
 * @throws AppError GUARD_PATTERN_INVALID, GUARD_UNKNOWN for a configuration that cannot be.
 */
export function createGuards(options: GuardOptions): Guards {
  const off = new Set(options.config.off);
  for (const id of off) if (!DETECTORS.some((detector) => detector.id === id)) throw fail('GUARD_UNKNOWN', { say: id });
  const detectors = DETECTORS.filter(({ id }) => !off.has(id));
  const running = detectors.map((detector) => ({
    detector,
    scanner: detector.setUp(setupOf(options)),
    confidence: options.config.confidence?.[detector.id] ?? 0,
  }));
  const reader = new Reader(lexiconOf(detectors));
  const at = byPoint(running);
  const allowed = allowOf(options.config.allow ?? []);
  const stage = options.secondStage;
  return {
    version: versionOf(detectors, options),
    scan: (text, place) => withoutAllowed(scanText(text, place, at[place.point] ?? [], reader, options.faults), text, allowed),
    ...(stage === undefined ? {} : { refine: (scan: Scan) => refine(scan, stage) }),
    stream: (point, canaries = []) => streamRules(at[point] ?? [], point, options, canaries, allowed),
    readings: (text) => {
      const { plain, decoded } = reader.read(text);
      return decoded === undefined ? [plain.text] : [plain.text, decoded.text];
    },
    onError: (guard, point) => running.find(({ detector }) => detector.id === guard)?.detector.points[point as TextPoint] ?? 'deny',
    describe: () => detectors.map(describe),
    shapes: options.config.shapes ?? [],
  };
}

function setupOf(options: GuardOptions): Parameters<Detector['setUp']>[0] {
  const { config } = options;
  return {
    canaries: [
      ...options.canaries,
      ...(config.canaries ?? []).map((value, index) => ({ id: `config-${index + 1}`, value, kind: 'canary' as const })),
    ],
    hash: options.hash ?? ((): string => ''),
    settings: {
      threshold: config.threshold ?? DEFAULT_THRESHOLD,
      phoneRegions: config.phoneRegions ?? ['US'],
      types: config.types === undefined ? undefined : new Set(config.types),
      linkHosts: config.linkHosts ?? [],
      patterns: config.patterns ?? [],
      terms: config.terms ?? [],
      topics: config.topics ?? [],
      harm: config.harm,
      grey: options.secondStage?.zones,
    },
  };
}

function lexiconOf(detectors: readonly Detector[]): Lexicon {
  const vocabularies = detectors.flatMap(({ words }) => (words === undefined ? [] : [words]));
  const plain = vocabularies.flatMap((vocabulary) => Object.values(vocabulary).flat());
  // One detector has marks; the list would say of a second one's words that both want them.
  const mark = detectors.find(({ marks }) => marks !== undefined)?.marks;
  return buildLexicon([...vocabularies, disguised(plain)], mark);
}

function byPoint(running: readonly Running[]): Partial<Record<Point, readonly Running[]>> {
  const at: Partial<Record<Point, Running[]>> = {};
  for (const one of running) for (const point of Object.keys(one.detector.points) as TextPoint[]) (at[point] ??= []).push(one);
  return at;
}

/** What most texts give; shared, so that a clean text allocates nothing. */
const CLEAN: Scan = Object.freeze({ findings: Object.freeze([]), failures: Object.freeze([]), scores: Object.freeze({ injection: 0 }) });

function scanText(text: string, at: ScanAt, running: readonly Running[], reader: Reader, faults: GuardOptions['faults']): Scan {
  if (text.length === 0 || running.length === 0) return CLEAN;
  if (text.length > MAX_TEXT) return { ...CLEAN, unscanned: `the text is longer than ${MAX_TEXT} characters` };
  const report = new Report(at);
  try {
    faults?.(READER, at.point);
    const reading = reader.read(text);
    report.unscanned = reading.incomplete;
    for (const { detector, scanner, confidence } of running) {
      const late = at.wholeOnly === true && detector.stream.form !== 'whole';
      if (late && scanner.late === undefined) continue;
      try {
        faults?.(detector.id, at.point);
        report.confidence = confidence;
        if (late) scanner.late?.(reading, at, report);
        else scanner.scan(reading, at, report);
      } catch (error) {
        report.failed(detector.id, error, detector.points[at.point as TextPoint] ?? 'deny');
      }
    }
  } catch (error) {
    report.failed(READER, error, 'deny');
  }
  return report.finish();
}

/** Collects what the detectors find in one text. */
class Report implements Sink {
  readonly #at: ScanAt;
  readonly #findings: Finding[] = [];
  readonly #failures: GuardFailure[] = [];
  #injection = 0;
  #grey: Grey | undefined;
  unscanned: string | undefined;
  /** Of the detector that is working. */
  confidence = 0;

  constructor(at: ScanAt) {
    this.#at = at;
  }

  add(view: View, start: number, end: number, facts: FindingFacts): void {
    const span = view.toRaw(start, end);
    this.addRaw(span.start, span.end, facts);
  }

  addRaw(start: number, end: number, facts: FindingFacts): void {
    if (facts.confidence < this.confidence) return;
    if (this.#findings.length >= MAX_FINDINGS) this.unscanned = `more than ${MAX_FINDINGS} findings`;
    else this.#findings.push({ ...facts, location: { kind: 'text', part: this.#at.part, start, end } });
  }

  score(injection: number): void {
    this.#injection = Math.max(this.#injection, injection);
  }

  grey(view: View, start: number, end: number, facts: FindingFacts, asked: Pick<Grey, 'threshold' | 'windows'>): void {
    const span = view.toRaw(start, end);
    this.#grey = { finding: { ...facts, location: { kind: 'text', part: this.#at.part, start: span.start, end: span.end } }, ...asked };
  }

  failed(guard: string, error: unknown, onError: OnError): void {
    this.#failures.push({ guard, error: reasonOf(error), onError });
  }

  finish(): Scan {
    if (this.#findings.length === 0 && this.#failures.length === 0 && this.#injection === 0 && this.unscanned === undefined) return CLEAN;
    return {
      findings: inOrder(this.#findings),
      failures: this.#failures,
      scores: { injection: this.#injection },
      ...(this.unscanned === undefined ? {} : { unscanned: this.unscanned }),
      ...(this.#grey === undefined ? {} : { grey: this.#grey }),
    };
  }
}

/** By place, without those that two views of the text gave twice. */
function inOrder(findings: Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings;
  findings.sort((a, b) => startOf(a) - startOf(b));
  return findings.filter((finding, i) => {
    for (let k = i - 1; k >= 0 && startOf(findings[k] as Finding) === startOf(finding); k--)
      if (isSame(findings[k] as Finding, finding)) return false;
    return true;
  });
}

function isSame(a: Finding, b: Finding): boolean {
  return a.rule === b.rule && endOf(a) === endOf(b);
}

function endOf(finding: Finding): number {
  return finding.location.kind === 'text' ? finding.location.end : 0;
}

function startOf(finding: Finding): number {
  return finding.location.kind === 'text' ? finding.location.start : 0;
}

/** Personal data that the operator allows is not told. */
function withoutAllowed(scan: Scan, text: string, allowed: Allowed | undefined): Scan {
  if (allowed === undefined || scan.findings.length === 0) return scan;
  const findings = scan.findings.filter(
    ({ category, type, location }) =>
      category !== 'personal_data' || location.kind !== 'text' || !allowed(type, text.slice(location.start, location.end)),
  );
  return { ...scan, findings };
}

function streamRules(
  running: readonly Running[],
  point: TextPoint,
  options: GuardOptions,
  canaries: readonly Canary[],
  allowed: Allowed | undefined,
): StreamRules {
  const rules: StreamRule[] = [];
  const whole: string[] = [];
  for (const { detector, scanner, confidence } of running) {
    if (detector.stream.form === 'whole') whole.push(detector.id);
    const faulty = (pattern: StreamPattern): StreamPattern =>
      withAllowed(withFaults(sure(pattern, confidence), detector.id, point, options.faults), allowed);
    for (const pattern of scanner.patterns?.() ?? []) rules.push(streamRule(faulty(pattern)));
    if (canaries.length > 0) for (const pattern of plantedPatterns(detector, options, canaries)) rules.push(streamRule(faulty(pattern)));
  }
  return { rules, windows: [], whole };
}

/** A detector of canaries, set up for those of this request only. */
function plantedPatterns(detector: Detector, options: GuardOptions, canaries: readonly Canary[]): readonly StreamPattern[] {
  if (detector.canaries !== true) return [];
  return detector.setUp({ ...setupOf({ ...options, config: {} }), canaries }).patterns?.() ?? [];
}

/** Leaves out what is less sure than wanted, also in a stream. */
function sure(pattern: StreamPattern, confidence: number): StreamPattern {
  if (confidence === 0) return pattern;
  const verify = (match: string): boolean => (pattern.verify?.(match) ?? true) && pattern.finding(match).confidence >= confidence;
  return { ...pattern, verify };
}

/** The test hook in a stream: asked for each candidate, before the detector's own check. */
function withFaults(pattern: StreamPattern, detector: string, point: TextPoint, faults: GuardOptions['faults']): StreamPattern {
  if (faults === undefined) return pattern;
  const verify = (match: string): boolean => {
    faults(detector, point);
    return pattern.verify?.(match) ?? true;
  };
  return { ...pattern, verify };
}

function withAllowed(pattern: StreamPattern, allowed: Allowed | undefined): StreamPattern {
  if (allowed === undefined) return pattern;
  const verify = (match: string): boolean => {
    if (pattern.verify?.(match) === false) return false;
    const { category, type } = pattern.finding(match);
    return category !== 'personal_data' || !allowed(type, match);
  };
  return { ...pattern, verify };
}

function streamRule({ id, source, ignoreCase, overflow, verify, finding }: StreamPattern): StreamRule {
  const pattern = parsePattern(source, { ignoreCase: ignoreCase === true, ...(overflow === undefined ? {} : { overflow }) });
  return { id, pattern, finding, ...(verify === undefined ? {} : { verify }) };
}

function describe({ id, category, points, describe: words, stream }: Detector): GuardDescription {
  return { id, category, points, ...words, stream: stream.form };
}

/** A detector as the console shows it for one configuration. */
export type GuardState = GuardDescription & {
  readonly on: boolean;
  /** Findings below it are left out; 0 when all are kept. */ readonly confidence: number;
};

/** Every detector, those that are switched off too. */
export function guardStates(config: GuardConfig): readonly GuardState[] {
  return DETECTORS.map((detector) => ({
    ...describe(detector),
    on: config.off?.includes(detector.id) !== true,
    confidence: detector.id === 'injection' ? (config.threshold ?? DEFAULT_THRESHOLD) : (config.confidence?.[detector.id] ?? 0),
  }));
}

/** FNV-1a over what decides a verdict; 53 bits are enough to tell configurations apart, and nothing depends on it being unforgeable. */
function versionOf(detectors: readonly Detector[], { config, canaries }: GuardOptions): string {
  const facts = JSON.stringify([
    detectors.map(({ id, version }) => [id, version]),
    config,
    canaries.map(({ id, value, kind }) => [id, value, kind]),
  ]);
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let i = 0; i < facts.length; i++) {
    low = Math.imul(low ^ facts.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ facts.charCodeAt(i), 0x01000197);
  }
  return `g1-${(high >>> 0).toString(16).padStart(8, '0')}${(low >>> 0).toString(16).padStart(8, '0')}`;
}
