import { isObject, type Finding } from '../kernel/index.ts';
import {
  hostOf,
  judgeCall,
  readConversation,
  toolFacts,
  type Conversation,
  type ConversationMemory,
  type FlowMode,
  type FlowVerdict,
  type KnownTexts,
  type Manifest,
  type Reason,
  type SecretValue,
  type ToolFacts,
  type Turn,
  type ValueFacts,
} from '../flow/index.ts';
import type { ReadRequest, ToolDefinition } from '../message/index.ts';
import type { PointVars } from '../policy/index.ts';
import { newMessages, recordCall, runOf, type FlowRecord } from './flow_record.ts';

/** A tool call as the model wrote it: arguments are JSON text, or the text of a custom tool. */
export type AskedCall = { readonly name: string; readonly arguments: string; readonly id?: string };

/** What is kept from one request to the next. */
export type FlowMemory = { readonly texts: KnownTexts; readonly conversations: ConversationMemory };

type FlowOptions = {
  readonly mode: FlowMode;
  readonly manifest: Manifest;
  readonly turns: readonly Turn[];
  /** Ids under which the provider keeps what came before. */
  readonly history: readonly string[];
  readonly memory: FlowMemory;
  /** Whose conversation it is: nothing is remembered across owners. */
  readonly owner: string;
  readonly tools: readonly ToolDefinition[];
  /** A keyed hash in hex: what names a run outside of this request. */
  name(text: string): string;
  /** Puts back what was masked: where a value comes from is told by the value. */
  restore(text: string): string;
};

/** Verdicts of one reply; more calls are judged each time anew. */
const MAX_REMEMBERED = 256;
/** Calls of one reply that its event tells of. */
const MAX_RECORDED = 16;
/** Credentials of one request that are looked for in its calls. */
const MAX_SECRETS = 500;

/** The information flow of one request: its conversation, read when the first call comes, and what is said of each call. */
export class RequestFlow {
  readonly #options: FlowOptions;
  readonly #facts = new Map<string, ToolFacts>();
  readonly #verdicts = new Map<string, FlowVerdict>();
  readonly #secrets: SecretValue[] = [];
  /** At which part the arguments of a call are. */
  readonly #parts = new Map<string, number>();
  /** The calls of the reply, by their ids. */
  readonly #calls = new Map<string, AskedCall>();
  #run: string | undefined;
  #turns: readonly Turn[] | undefined;
  #conversation: Conversation | undefined;

  constructor(options: FlowOptions) {
    this.#options = options;
  }

  verdict(call: AskedCall): FlowVerdict {
    if (call.id !== undefined && this.#calls.size < MAX_REMEMBERED) this.#calls.set(call.id, call);
    const key = keyOf(call);
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const { mode, tools, memory, owner } = this.#options;
    const facts = (name: string): ToolFacts => this.#toolFacts(name);
    this.#conversation ??= readConversation(this.#history(), facts, { texts: memory.texts, owner }).conversation;
    const offered = tools.length === 0 ? {} : { offered: (name: string) => tools.some((tool) => tool.name === name) };
    const verdict = judgeCall(this.#conversation, facts(call.name), this.#argumentsOf(call), { mode, secrets: this.#secrets, ...offered });
    if (this.#verdicts.size < MAX_REMEMBERED) this.#verdicts.set(key, verdict);
    return verdict;
  }

  /** Takes note of a credential that a detector found in what the request brings. */
  secret(value: string, message: number): void {
    if (this.#secrets.length < MAX_SECRETS) this.#secrets.push({ value, message });
  }

  /** Keeps the conversation with the calls of its reply, for requests that go on from it; `response` is the id under which the provider keeps it. */
  remember(response: string | undefined): void {
    const { memory, owner, history } = this.#options;
    const calls = [...this.#calls].map(([id, call]): Turn => ({
      role: 'call',
      message: -1,
      tool: call.name,
      call: id,
      arguments: this.#argumentsOf(call),
    }));
    memory.conversations.remember(owner, [...this.#history(), ...calls], response === undefined ? history : [...history, response]);
  }

  /** The turns with what the request leaves out; history that nobody knows is unknown, and so untrusted. */
  #history(): readonly Turn[] {
    const { turns, history, memory, owner } = this.#options;
    return (this.#turns ??= memory.conversations.recall(owner, turns, history) ?? [
      { role: 'unknown', text: 'history that the provider keeps', message: -1 },
      ...turns,
    ]);
  }

  /** What the verdict says, as findings at the part of the call's arguments. */
  findings(call: AskedCall, part: number): Finding[] {
    const key = keyOf(call);
    if (part > 0 && this.#parts.size < MAX_REMEMBERED && !this.#parts.has(key)) this.#parts.set(key, part);
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

  /** Of the run that the request belongs to; undefined before its first call. */
  conversation(): string | undefined {
    if (this.#run !== undefined) return this.#run;
    const run = runOf(this.#history(), this.#calls.keys());
    if (run !== undefined) this.#run = `run_${this.#options.name(`${this.#options.owner}\n${run}`).slice(0, 32)}`;
    return this.#run;
  }

  /** What the event of the request tells of it. */
  record(): FlowRecord {
    const conversation = this.conversation();
    return {
      messages: newMessages(this.#options.turns),
      calls: [...this.#calls.values()].slice(0, MAX_RECORDED).map((call) => {
        const { name } = call;
        const definition = this.#options.tools.find((tool) => tool.name === name)?.raw;
        const about = { tool: name, effect: this.#toolFacts(name).effect, part: this.#parts.get(keyOf(call)) ?? 0, definition };
        return recordCall(about, this.verdict(call));
      }),
      ...(conversation === undefined ? {} : { conversation }),
    };
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

const keyOf = (call: AskedCall): string => `${call.name}\n${call.arguments}`;

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

/** Ids under which the provider keeps what came before a request; an object that names none it can be known by still counts. */
export function historyOf({ previousResponseId, body }: ReadRequest): string[] {
  const conversation = body['conversation'];
  const id = isObject(conversation) ? conversation['id'] : conversation;
  return [
    ...(previousResponseId === undefined ? [] : [previousResponseId]),
    ...(conversation === undefined ? [] : [typeof id === 'string' ? id : '']),
  ];
}

// Texts of a request that are no message: definitions, parameters, the names of free members.
const ASIDE: ReadonlySet<string> = new Set(['tool_definition', 'schema', 'parameter', 'error']);

/**
 * The messages of a request as turns, before anything is masked. What an image or file says is unknown, and so untrusted. Cheap: texts are
 * taken over as they are.
 */
export function turnsOf(request: ReadRequest): Turn[] {
  const turns: Turn[] = [];
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
