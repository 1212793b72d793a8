import type { Finding } from '../kernel/index.ts';
import {
  hostOf,
  judgeCall,
  readConversation,
  toolFacts,
  type Conversation,
  type FlowMode,
  type FlowVerdict,
  type Manifest,
  type Reason,
  type ToolFacts,
  type Turn,
  type ValueFacts,
} from '../flow/index.ts';
import type { ReadRequest, ToolDefinition } from '../message/index.ts';
import type { PointVars } from '../policy/index.ts';

/** A tool call as the model wrote it: arguments are JSON text, or the text of a custom tool. */
export type AskedCall = { readonly name: string; readonly arguments: string };

type FlowOptions = {
  readonly mode: FlowMode;
  readonly manifest: Manifest;
  readonly turns: readonly Turn[];
  readonly tools: readonly ToolDefinition[];
  /** Puts back what was masked: where a value comes from is told by the value. */
  restore(text: string): string;
};

/** Verdicts of one reply; more calls are judged each time anew. */
const MAX_REMEMBERED = 256;

/** The information flow of one request: its conversation, read when the first call comes, and what is said of each call. */
export class RequestFlow {
  readonly #options: FlowOptions;
  readonly #facts = new Map<string, ToolFacts>();
  readonly #verdicts = new Map<string, FlowVerdict>();
  #conversation: Conversation | undefined;

  constructor(options: FlowOptions) {
    this.#options = options;
  }

  verdict(call: AskedCall): FlowVerdict {
    const key = `${call.name}\n${call.arguments}`;
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const { mode, tools, turns } = this.#options;
    const facts = (name: string): ToolFacts => this.#toolFacts(name);
    this.#conversation ??= readConversation(turns, facts).conversation;
    const offered = tools.length === 0 ? {} : { offered: (name: string) => tools.some((tool) => tool.name === name) };
    const verdict = judgeCall(this.#conversation, facts(call.name), this.#argumentsOf(call), { mode, ...offered });
    if (this.#verdicts.size < MAX_REMEMBERED) this.#verdicts.set(key, verdict);
    return verdict;
  }

  /** What the verdict says, as findings at the part of the call's arguments. */
  findings(call: AskedCall, part: number): Finding[] {
    return this.verdict(call).reasons.map((reason) => findingOf(reason, call.arguments, part));
  }

  /** What rules may read of the call: its verdict and the facts of its arguments, by name; of several values of one argument the worst. */
  vars(call: AskedCall): Pick<PointVars, 'flow' | 'arg'> {
    const { decision, reasons, values } = this.verdict(call);
    const arg: Record<string, ArgumentVars> = {};
    for (const value of values) {
      const known = Object.hasOwn(arg, value.argument) ? arg[value.argument] : undefined;
      if (known === undefined || WORST.indexOf(value.origin) > WORST.indexOf(known.origin)) set(arg, value.argument, argumentVars(value));
    }
    return { flow: { decision: decision === 'allow' ? 'allow' : 'ask', reasons: [...new Set(reasons.map((reason) => reason.code))] }, arg };
  }

  #toolFacts(name: string): ToolFacts {
    let known = this.#facts.get(name);
    if (known === undefined) this.#facts.set(name, (known = toolFacts(name, this.#options.manifest)));
    return known;
  }

  /** A custom tool takes free text: that is its one argument. */
  #argumentsOf(call: AskedCall): string {
    const custom = this.#options.tools.some((tool) => tool.name === call.name && tool.raw['type'] === 'custom');
    const text = this.#options.restore(call.arguments);
    return custom ? JSON.stringify({ input: text.toWellFormed() }) : text;
  }
}

type ArgumentVars = NonNullable<PointVars['arg']>[string];

const WORST: readonly ValueFacts['origin'][] = ['user', 'system', 'trusted', 'self', 'field', 'made', 'assistant', 'unseen', 'prose'];

function argumentVars(value: ValueFacts): ArgumentVars {
  const { origin, kind, whole, bound, directed, identity } = value;
  return { value: value.value, origin, kind, whole, bound, directed, identity, host: kind === 'url' ? hostOf(value.value) : '' };
}

/** A name of the model's choice, `__proto__` too, is a member like any other. */
function set(arg: Record<string, ArgumentVars>, name: string, value: ArgumentVars): void {
  Object.defineProperty(arg, name, { value, enumerable: true, configurable: true, writable: true });
}

const SEVERE: ReadonlySet<Reason['code']> = new Set([
  'receiver_from_content',
  'link_carries_data',
  'secret_to_outside',
  'secret_and_untrusted',
  'read_was_steered',
]);
/** Names of arguments are the model's: so much of one is told. */
const MAX_NAMED = 100;

function findingOf(reason: Reason, text: string, part: number): Finding {
  const at = reason.value === '' ? -1 : text.indexOf(reason.value);
  const argument = reason.argument.slice(0, MAX_NAMED);
  const source =
    reason.message < 0 ? '' : ` from message ${reason.message}${reason.tool === '' ? '' : ` (${reason.tool.slice(0, MAX_NAMED)})`}`;
  return {
    rule: `flow.${reason.code.replaceAll('_', '-')}`,
    category: 'information_flow',
    type: reason.code.toUpperCase(),
    severity: SEVERE.has(reason.code) ? 'high' : 'medium',
    confidence: 1,
    location: { kind: 'text', part, start: Math.max(at, 0), end: at < 0 ? 0 : at + reason.value.length },
    evidence: `${argument === '' ? 'call' : argument}${source}`,
    taxonomy: ['ASI02:2026'],
  };
}

// Texts of a request that are no message: definitions, parameters, the names of free members.
const ASIDE: ReadonlySet<string> = new Set(['tool_definition', 'schema', 'parameter', 'error']);

/**
 * The messages of a request as turns, before anything is masked. History that the provider keeps is unknown, and so untrusted; so is what
 * an image or file says. Cheap: texts are taken over as they are.
 */
export function turnsOf(request: ReadRequest): Turn[] {
  const turns: Turn[] = [];
  if (request.previousResponseId !== undefined || request.body['conversation'] !== undefined)
    turns.push({ role: 'unknown', text: 'history that the provider keeps', message: -1 });
  const calls = request.toolCalls.map((call) => ({ call, turn: Number(/\[(\d+)\]/.exec(call.where)?.[1] ?? -1) }));
  let next = 0;
  const flush = (until: number): void => {
    for (; next < calls.length && (calls[next]?.turn ?? 0) < until; next++) {
      const { call, turn } = calls[next] as (typeof calls)[number];
      turns.push({ role: 'call', message: turn, tool: call.name, call: call.id, arguments: call.arguments });
    }
  };
  for (const part of request.parts) {
    if (ASIDE.has(part.role) || part.where.endsWith('{keys}') || part.point === 'tool_call') continue;
    flush(part.turn);
    const message = part.turn;
    const last = turns.at(-1);
    if (part.kind !== 'text') turns.push({ role: 'unknown', text: part.kind, message });
    else if (part.origin !== 'tool') turns.push({ role: part.origin, text: part.text, message });
    else {
      const [tool, call] = [part.tool?.name ?? '', part.tool?.call ?? ''];
      // A result of several blocks is one text.
      if (last?.role === 'tool' && last.call === call && last.message === message)
        turns[turns.length - 1] = { ...last, text: `${last.text}\n${part.text}` };
      else turns.push({ role: 'tool', text: part.text, message, tool, call });
    }
  }
  flush(Number.POSITIVE_INFINITY);
  return turns;
}
