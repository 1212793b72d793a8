import type { Finding, Point } from '../kernel/index.ts';
import type { EventFinding, EventPart, EventRule } from '../audit/index.ts';
import type { ContentItem } from '../audit/service.ts';
import type { Verdict } from '../policy/index.ts';
import type { FileSource, Origin, PartKind } from '../message/index.ts';
import type { GuardFailure } from '../guard/index.ts';

/** What one judged text or attachment is, apart from its text. */
export type PartFacts = {
  readonly part: number;
  readonly point: Point;
  readonly origin: Origin;
  readonly role: string;
  readonly kind: PartKind;
  readonly turn: number;
  readonly where: string;
  readonly size: number;
  readonly scanned: boolean;
  readonly media?: string;
  readonly tool?: string;
  /** How a text of a document is hidden from a person; absent for what is seen. */
  readonly hidden?: string;
  readonly source?: FileSource;
};

/** Events stay small: what is beyond these bounds is counted, not listed. */
const MAX_RULES = 64;
const MAX_FINDINGS = 256;
const MAX_PARTS = 64;
/** Above what one call of `/v1/inspect` can bring about (256 texts, each guard failing), which counts failures by text. */
const MAX_FAILURES = 4_096;
/** Text kept for the content store of one event, in UTF-16 code units. */
const MAX_CONTENT = 4 * 1024 * 1024;

const STRICTNESS = { allow: 0, ask: 1, deny: 2 } as const;

/** Collects what was found and decided for one request and its reply; the event and the stored content are made from it. */
export class Ledger {
  action: 'allow' | 'ask' | 'deny' = 'allow';
  /** What rules in roll-out would have made of it. */
  wouldAction: 'allow' | 'ask' | 'deny' = 'allow';
  readonly rules: EventRule[] = [];
  readonly would: EventRule[] = [];
  readonly findings: EventFinding[] = [];
  readonly parts: EventPart[] = [];
  readonly failures: GuardFailure[] = [];
  readonly masked: Record<string, number> = {};
  readonly content: ContentItem[] = [];
  highest: Finding['severity'] = 'info';
  restored = 0;
  quarantined = 0;
  unscanned = 0;
  omittedFindings = 0;
  omittedParts = 0;
  /** Parts judged, and their length in UTF-16 code units. */
  counted = 0;
  characters = 0;
  deliveredBeforeDecision = false;
  /** Ids of approvals that were used or asked for. */
  readonly approvals: string[] = [];
  /** Names of provider-run tools that were taken out of the request. */
  readonly strippedTools: string[] = [];
  /** Rules whose condition could not be evaluated; enforced ones counted as holding. */
  readonly failedRules = new Set<string>();
  #contentSize = 0;
  readonly #keepAll: boolean;

  constructor(keepAll: boolean) {
    this.#keepAll = keepAll;
  }

  /** Adds one part with what the guards and the policy said of it. `text` goes to the content store only. */
  add(facts: PartFacts, text: string, findings: readonly Finding[], verdict: Verdict): void {
    // A long conversation has hundreds of parts with nothing to say about: the event counts them and lists the others.
    const noted = findings.length > 0 || !facts.scanned || verdict.rules.length > 0 || verdict.would.length > 0;
    this.counted++;
    this.characters += facts.size;
    if (!facts.scanned) this.unscanned++;
    if (!noted) {
      // Nothing to list.
    } else if (this.parts.length < MAX_PARTS) {
      this.parts.push({
        part: facts.part,
        origin: facts.origin,
        point: facts.point,
        size: facts.size,
        kind: facts.kind,
        where: facts.where.replace(/\[\d+\]/g, '[]'),
        ...(facts.tool === undefined ? {} : { tool: facts.tool }),
        ...(facts.scanned ? {} : { scanned: false }),
      });
    } else this.omittedParts++;
    for (const finding of findings) this.#finding(finding, facts);
    if (verdict.rules.length > 0 || verdict.would.length > 0 || verdict.errors.length > 0) this.decide(verdict, facts.point, facts.part);
    // Findings about a call as a whole mark no place in its text: there is nothing to keep an excerpt around.
    const placed = findings.length === 0 || findings.some(({ location }) => location.kind !== 'text' || location.end > location.start);
    if ((this.#keepAll || (noted && placed)) && text !== '' && this.#contentSize + text.length <= MAX_CONTENT) {
      this.#contentSize += text.length;
      this.content.push({ part: facts.part, where: facts.where, origin: facts.origin, point: facts.point, text, findings });
    }
  }

  /** Adds a verdict that came apart from a part (a stream's match, a tool call). */
  decide(verdict: Verdict, point: Point, part: number): void {
    this.action = stricter(this.action, verdict.action);
    for (const error of verdict.errors) this.failedRules.add(error.rule);
    for (const rule of verdict.rules)
      if (this.rules.length < MAX_RULES) this.rules.push({ id: rule.id, action: rule.then, point, part, why: rule.why });
    for (const rule of verdict.would) {
      if (rule.then !== 'mask' && rule.then !== 'quarantine') this.wouldAction = stricter(this.wouldAction, rule.then);
      if (this.would.length < MAX_RULES) this.would.push({ id: rule.id, action: rule.then, point, part, why: rule.why });
    }
  }

  /** A guard threw: what its point says happens, and the event says so. */
  failed(failure: GuardFailure, point: Point, part: number): void {
    if (this.failures.length < MAX_FAILURES) this.failures.push(failure);
    if (failure.onError === 'deny') {
      this.action = 'deny';
      if (this.rules.length >= MAX_RULES) return;
      this.rules.push({
        id: `guard-failed:${failure.guard}`,
        action: 'deny',
        point,
        part,
        why: 'A guard failed, and this point is closed when one does.',
      });
    }
  }

  countMask(type: string): void {
    this.masked[type] = (this.masked[type] ?? 0) + 1;
  }

  #finding(finding: Finding, facts: PartFacts): void {
    if (SEVERITY_ORDER.indexOf(finding.severity) > SEVERITY_ORDER.indexOf(this.highest)) this.highest = finding.severity;
    if (this.findings.length >= MAX_FINDINGS) {
      this.omittedFindings++;
      return;
    }
    const at = finding.location.kind === 'text' ? finding.location : { start: 0, end: 0 };
    this.findings.push({
      rule: finding.rule,
      category: finding.category,
      type: finding.type,
      severity: finding.severity,
      confidence: finding.confidence,
      point: facts.point,
      part: facts.part,
      start: at.start,
      end: at.end,
    });
  }
}

const SEVERITY_ORDER: readonly Finding['severity'][] = ['info', 'low', 'medium', 'high', 'critical'];

function stricter<A extends keyof typeof STRICTNESS>(a: A, b: A): A {
  return STRICTNESS[b] > STRICTNESS[a] ? b : a;
}
