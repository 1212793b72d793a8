import { reasonOf, type Finding, type JsonObject, type Point, type TenantId } from '../kernel/index.ts';
import type { PointVars, Policy, Verdict } from '../policy/index.ts';
import { toolEffect, type Effect } from '../flow/index.ts';
import type { Canary, GuardFailure, Guards, RequestFacts as AskedFacts, Scan } from '../guard/index.ts';
import { corrected, valueHash, type Corrections } from '../monitor/service.ts';
import type { AskedCall, RequestFlow } from './flow.ts';
import type { Ledger, PartFacts } from './ledger.ts';
import { isRemembered, VerdictMemory } from './memory.ts';

/** What rules may read about the request as a whole; see policy's variables. */
export type RequestFacts = PointVars['request'];
export type PrincipalFacts = PointVars['principal'];

export type JudgeOptions = {
  readonly tenant: TenantId;
  readonly policy: Policy;
  /** Absent: guards are switched off by configuration. */
  readonly guards: Guards | undefined;
  readonly memory: VerdictMemory<Scan>;
  /** Keys the memory: 32 bytes of the tenant. */
  readonly secret: Buffer;
  readonly principal: PrincipalFacts;
  readonly request: RequestFacts;
  readonly enforceAll: boolean;
  readonly effects: Readonly<Record<string, Effect>>;
  /** Applied feedback of the tenant, and the key of the values that it excepts. */
  readonly corrections?: Corrections | undefined;
  readonly feedbackKey?: Buffer;
  readonly canaries: readonly Canary[];
  /** What replies are compared with; absent where there is no request to compare with. */
  readonly asked?: AskedFacts;
  /** Where the values of tool calls come from; absent where there is no conversation to tell it by. */
  readonly flow?: CallFlow;
};

/** What was said of the flow of a call, apart from its conversation. */
export type ProposedFlow = { readonly findings: readonly Finding[]; readonly vars: Pick<PointVars, 'flow' | 'arg'> };

/** What is said of a call's information flow. */
export type CallFlow = Pick<RequestFlow, 'findings' | 'vars'> & Partial<Pick<RequestFlow, 'secret'>>;

export type Judgement = { readonly findings: readonly Finding[]; readonly verdict: Verdict };

/** What is known of a text besides itself: the arguments and the call that it belongs to, and whether the flow of the call is judged with it. */
export type About = {
  readonly args?: JsonObject | undefined;
  readonly call?: AskedCall | undefined;
  readonly flow?: boolean;
  readonly wholeOnly?: boolean;
};

const NO_FINDINGS: readonly Finding[] = [];
const NO_FLOW: NonNullable<PointVars['flow']> = { decision: 'allow', reasons: [] };
const ALLOWED: Verdict = { action: 'allow', quarantine: false, masks: [], rules: [], would: [], errors: [] };

/** Scans texts with the guards and asks the policy what follows, for one request and its reply. Everything it says goes into the ledger. */
export class Judge {
  readonly #options: JudgeOptions;
  readonly #ledger: Ledger;
  /** What a second stage was asked about before the texts are judged. */
  readonly #prepared = new Map<string, Scan>();

  constructor(options: JudgeOptions, ledger: Ledger) {
    this.#options = options;
    this.#ledger = ledger;
  }

  /**
   * Scans texts that will be judged as parts, and asks the second stage about those that are grey: `part` then finds their verdicts here. Undefined,
   * and nothing is done, without a second stage.
   */
  prepare(parts: () => Iterable<{ readonly facts: PartFacts; readonly text: string }>): Promise<void> | undefined {
    const refine = this.#options.guards?.refine;
    return refine === undefined ? undefined : this.#prepare(parts(), refine);
  }

  async #prepare(
    parts: Iterable<{ readonly facts: PartFacts; readonly text: string }>,
    refine: NonNullable<Guards['refine']>,
  ): Promise<void> {
    const asked: Promise<void>[] = [];
    for (const { facts, text } of parts) {
      const key = preparedKey(facts, text);
      if (facts.kind !== 'text' || text === '' || !ASKED.has(facts.point) || this.#prepared.has(key)) continue;
      const scan = this.#scan(facts, text, false);
      if (scan === undefined) continue;
      this.#prepared.set(key, scan);
      if (scan.grey === undefined) continue;
      asked.push(
        refine(scan).then((refined) => {
          this.#prepared.set(key, refined);
          if (isRemembered(facts.origin, text)) this.#remember(this.#keyOf(facts, text), refined);
        }),
      );
    }
    await Promise.all(asked);
  }

  /** Judges one part. Text is scanned unless it is remembered (`wholeOnly`: by the detectors that the streaming machine does not run); what is no text is judged by its facts alone. */
  part(facts: PartFacts, text: string, { args, call, flow: withFlow = false, wholeOnly = false }: About = {}): Judgement {
    const scan = facts.kind === 'text' && text !== '' ? this.#scan(facts, text, wholeOnly) : undefined;
    const found = scan === undefined ? [] : facts.role === 'echo' ? withoutLeaks(scan.findings) : scan.findings;
    if (found.length > 0) this.#noteSecrets(facts, text, found);
    const flow = call === undefined || !withFlow ? NO_FINDINGS : this.flowFindings(call, facts.part);
    const corrected = this.#corrected(found, text);
    const findings = flow.length === 0 ? corrected : [...corrected, ...flow];
    const scanned = facts.scanned && scan?.unscanned === undefined;
    const known = scanned === facts.scanned ? facts : { ...facts, scanned };
    const verdict = this.decide(known, findings, args, call);
    this.#ledger.add(known, text, findings, verdict);
    if (scan !== undefined) for (const failure of scan.failures) this.#ledger.failed(failure, facts.point, facts.part);
    return { findings, verdict };
  }

  /** Asks the policy only: for what a stream found already, and for whole tool calls. Nothing is added to the ledger. */
  decide(facts: PartFacts, findings: readonly Finding[], args?: JsonObject, call?: AskedCall): Verdict {
    const { policy, principal, request, enforceAll } = this.#options;
    if (!policy.wants(facts.point)) return ALLOWED;
    const vars: PointVars = {
      findings,
      principal,
      request,
      part: {
        origin: facts.origin,
        role: facts.role,
        kind: facts.kind,
        media: facts.media ?? '',
        turn: facts.turn,
        size: facts.size,
        scanned: facts.scanned,
        where: facts.where,
        hidden: facts.hidden ?? '',
        source: facts.source ?? '',
      },
      ...(facts.tool === undefined ? {} : { tool: { name: facts.tool, effect: this.effect(facts.tool) } }),
      // The name of a call is judged before its arguments are there: a rule that asks `has(args.x)` gets an answer, not an error.
      ...(args === undefined && facts.point !== 'tool_call' ? {} : { args: args ?? {} }),
    };
    return policy.decide(facts.point, facts.point === 'tool_call' ? this.#withFlow(vars, call) : vars, { enforceAll });
  }

  /** What the flow of the conversation says against a call; nothing where no rule could do anything about it. */
  flowFindings(call: AskedCall, part: number): readonly Finding[] {
    const { flow, policy } = this.#options;
    return flow !== undefined && policy.wants('tool_call') ? flow.findings(call, part) : [];
  }

  /** What the flow says of a call, for who meets the call again. */
  flowOf(call: AskedCall): ProposedFlow | undefined {
    const { flow } = this.#options;
    return flow === undefined ? undefined : { findings: flow.findings(call, 0), vars: flow.vars(call) };
  }

  /** The facts of the call's arguments are found out when a rule reads them. */
  #withFlow(vars: PointVars, call: AskedCall | undefined): PointVars {
    const { flow } = this.#options;
    const known = flow === undefined || call === undefined ? undefined : { flow, call };
    return Object.defineProperties(vars, {
      arg: { enumerable: true, get: () => known?.flow.vars(known.call).arg ?? {} },
      flow: { enumerable: true, get: () => known?.flow.vars(known.call).flow ?? NO_FLOW },
    });
  }

  /** The failure that a guard's exception is, when it was thrown outside of a scan: in the streaming machine. `rule` begins with the guard's id. */
  failure(rule: string, error: unknown, point: Point): GuardFailure {
    const guard = rule.split('.', 1)[0] ?? rule;
    return { guard, error: reasonOf(error), onError: this.#options.guards?.onError(guard, point) ?? 'deny' };
  }

  /** What a tool does, by the operator's word or by its name. */
  effect(tool: string): Effect {
    return toolEffect(tool, this.#options.effects);
  }

  /** A credential in what the request brings must not leave with a call; the user's own words are the user's choice. */
  #noteSecrets({ origin, turn }: PartFacts, text: string, findings: readonly Finding[]): void {
    const { flow } = this.#options;
    if (flow?.secret === undefined || (origin !== 'tool' && origin !== 'retrieved' && origin !== 'system')) return;
    for (const { category, location } of findings)
      if (category === 'secret' && location.kind === 'text') flow.secret(text.slice(location.start, location.end), turn);
  }

  #corrected(findings: readonly Finding[], text: string): readonly Finding[] {
    const { corrections, feedbackKey } = this.#options;
    if (corrections === undefined || feedbackKey === undefined || findings.length === 0) return findings;
    return corrected(findings, text, corrections, (value) => valueHash(feedbackKey, value));
  }

  #scan(facts: PartFacts, text: string, wholeOnly: boolean): Scan | undefined {
    const { guards, memory, canaries, asked } = this.#options;
    if (guards === undefined) return undefined;
    const answers = asked !== undefined && facts.role !== 'echo' && (facts.point === 'response' || facts.point === 'tool_call');
    const at = {
      point: facts.point as Exclude<Point, 'login' | 'retrieval' | 'admission'>,
      origin: facts.origin,
      part: facts.part,
      ...(canaries.length === 0 ? {} : { canaries }),
      ...(wholeOnly ? { wholeOnly } : {}),
      ...(answers ? { request: asked } : {}),
      ...(answers && facts.tool !== undefined ? { tool: facts.tool } : {}),
    };
    const prepared = wholeOnly || this.#prepared.size === 0 ? undefined : this.#prepared.get(preparedKey(facts, text));
    if (prepared !== undefined) return moved(prepared, facts.part);
    // What a reply is compared with is not in the memory's key, and replies hardly ever repeat.
    if (wholeOnly || answers || !isRemembered(facts.origin, text)) return guards.scan(text, at);
    const key = this.#keyOf(facts, text);
    const remembered = memory.get(key);
    if (remembered !== undefined) return moved(remembered, facts.part);
    const scan = guards.scan(text, at);
    this.#remember(key, scan);
    return scan;
  }

  #remember(key: string, scan: Scan): void {
    // A failure is not a verdict, nor is what a second stage has not been asked about: the next turn tries again.
    if (scan.failures.length === 0 && scan.grey === undefined) this.#options.memory.set(key, scan);
  }

  #keyOf(facts: PartFacts, text: string): string {
    const { secret, tenant, guards } = this.#options;
    return VerdictMemory.keyOf(secret, `${tenant}\n${guards?.version ?? ''}\n${facts.point}\n${facts.origin}`, text);
  }
}

/** Points at which injections are looked for. */
const ASKED: ReadonlySet<Point> = new Set(['prompt', 'content', 'tool_result']);

function preparedKey({ point, origin, role }: PartFacts, text: string): string {
  return `${point}\n${origin}\n${role === 'echo' ? role : ''}\n${text}`;
}

/** The same findings at another part of another request. */
function moved(scan: Scan, part: number): Scan {
  if (scan.findings.length === 0) return scan;
  return { ...scan, findings: scan.findings.map((f) => (f.location.kind === 'text' ? { ...f, location: { ...f.location, part } } : f)) };
}

/** The responses API repeats the caller's own instructions in its reply: that is no leak of them. */
function withoutLeaks(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => finding.category !== 'prompt_leak');
}
