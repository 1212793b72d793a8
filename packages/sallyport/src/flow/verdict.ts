import type { Conversation } from './conversation.ts';
import { intentOf, readRequest, type Intent } from './intent.ts';
import { hostOf, linkForm } from './kind.ts';
import { leavesOf } from './leaf.ts';
import { MODES, type FlowMode, type ModeRules } from './mode.ts';
import { carries, type SecretValue } from './secrecy.ts';
import { canonical, holds } from './text.ts';
import type { ToolFacts } from './tool.ts';
import { Provenance, type Identity, type ValueFacts } from './value.ts';

/** Why a call is not simply allowed. The codes are part of the interface; see the README. */
export type ReasonCode =
  | 'malformed_arguments'
  | 'unknown_tool'
  | 'action_not_requested'
  | 'receiver_from_content'
  | 'receiver_not_bound'
  | 'receiver_unknown'
  | 'target_from_content'
  | 'target_unknown'
  | 'link_from_content'
  | 'link_carries_data'
  | 'address_in_text'
  | 'title_from_content'
  | 'text_not_as_given'
  | 'read_was_steered'
  | 'secret_to_outside'
  | 'secret_and_untrusted';

/** One reason: which argument, its value, and the message and tool that it came from (-1 and '' where there is none). */
export type Reason = {
  readonly code: ReasonCode;
  readonly argument: string;
  readonly value: string;
  readonly message: number;
  readonly tool: string;
};

export type Verdict = {
  readonly decision: 'allow' | 'ask' | 'deny';
  readonly reasons: readonly Reason[];
  readonly values: readonly ValueFacts[];
  readonly intent: Intent;
};

export type JudgeOptions = {
  readonly mode: FlowMode;
  /** Nobody can answer: what would be asked is denied. */
  readonly unattended?: boolean;
  readonly identity?: Identity;
  /** What detectors found in the conversation. */
  readonly secrets?: readonly SecretValue[];
  /** Whether the request offers a tool of this name; without it every tool counts as offered. */
  readonly offered?: (tool: string) => boolean;
};

/** A value is quoted so far in a reason. */
const MAX_QUOTED = 200;

/** Judges one call against the conversation before it. Pure; the same input gives the same verdict. */
export function judgeCall(conversation: Conversation, tool: ToolFacts, args: string, options: JudgeOptions): Verdict {
  const judge = new CallJudge(conversation, tool, options);
  const { reasons, values } = judge.judge(args);
  const decision = reasons.length === 0 ? 'allow' : options.unattended === true ? 'deny' : 'ask';
  return { decision, reasons, values, intent: judge.intent };
}

/**
 * Characters that the values of one call are compared with in all, half a second's worth: thousands of values over a conversation of megabytes would
 * hold everybody else up for ten. Such a call counts as one that cannot be read.
 */
const MAX_COMPARED = 500_000_000;

class CallJudge {
  readonly #conversation: Conversation;
  readonly #tool: ToolFacts;
  readonly #options: JudgeOptions;
  readonly #rules: ModeRules;
  readonly #provenance: Provenance;
  readonly intent: Intent;
  readonly #reasons: Reason[] = [];

  constructor(conversation: Conversation, tool: ToolFacts, options: JudgeOptions) {
    this.#conversation = conversation;
    this.#tool = tool;
    this.#options = options;
    this.#rules = MODES[options.mode];
    this.#provenance = new Provenance(conversation, options.identity);
    this.intent = intentOf(tool, readRequest(conversation.asked.request), conversation.asked.operator);
  }

  judge(args: string): { reasons: readonly Reason[]; values: readonly ValueFacts[] } {
    const leaves = leavesOf(args, this.#tool.sinks);
    if (leaves === undefined || leaves.length * this.#length() > MAX_COMPARED) {
      this.#add('malformed_arguments');
      return { reasons: this.#reasons, values: [] };
    }
    const values = leaves.map((leaf) => this.#provenance.facts(leaf));
    if (this.#options.offered?.(this.#tool.name) === false) this.#add('unknown_tool');
    if (this.#tool.effect !== 'read') {
      this.#secrecy(args, values);
      if (this.#conversation.tainted) this.#flow(values);
    }
    return { reasons: this.#reasons, values };
  }

  #length(): number {
    return this.#conversation.spans.reduce((sum, { text }) => sum + text.length, 0);
  }

  #flow(values: readonly ValueFacts[]): void {
    const fetch = isFetch(this.#tool, values);
    if (!fetch) {
      const enough = this.intent.high ? this.#rules.intent.high : this.#rules.intent.low;
      if (!enough.includes(this.intent.asked)) this.#add('action_not_requested');
    }
    for (const value of values) this.#value(value, fetch);
    if (this.intent.high) this.#dictation(values);
  }

  #value(value: ValueFacts, fetch: boolean): void {
    if (value.origin === 'user' || value.origin === 'system' || value.origin === 'trusted' || value.origin === 'self') return;
    if (value.inside) return this.#inside(value);
    if (value.kind === 'url') return this.#link(value, fetch);
    if (value.kind === 'number' || value.kind === 'date' || value.kind === 'locator') return;
    if (value.kind === 'email' || value.kind === 'iban' || value.kind === 'phone') return this.#receiver(value);
    if (value.kind === 'title') return this.#title(value);
    if (value.kind === 'credential') return this.#target(value);
    // What comes here by an id of the system changes nothing here.
    if (fetch && value.whole && this.#rules.links !== 'none') return;
    if (value.role === 'sink' && value.kind !== 'text') return this.intent.high ? this.#receiver(value) : this.#target(value);
    if (value.kind === 'handle' || value.kind === 'path') return this.#target(value);
  }

  /** Where the request leaves the receiver to what is found and gives the words itself, the words are those. */
  #dictation(values: readonly ValueFacts[]): void {
    if (!this.#rules.inside || !this.#provenance.asked.quantified || !this.#provenance.asked.dictated) return;
    const found = values.some((value) => value.role === 'sink' && value.origin === 'field');
    const other = values.find(
      (value) => value.kind === 'text' && value.role === 'content' && !value.inside && value.origin !== 'user' && value.origin !== 'system',
    );
    if (found && other !== undefined) this.#add('text_not_as_given', other);
  }

  /** Who or what receives: anybody may own an address, so a field must be what the request is about. */
  #receiver(value: ValueFacts): void {
    const allowed = this.#rules.receiver;
    if (value.delegated && this.#rules.delegated) return;
    if (value.whole) {
      if (value.directed) this.#add('read_was_steered', value);
      else if (allowed === 'none') this.#add('receiver_not_bound', value);
      else if (allowed === 'bound' && !value.bound && !(value.kind === 'handle' && this.#provenance.asked.quantified))
        this.#add('receiver_not_bound', value);
    } else if (value.origin === 'prose') this.#add('receiver_from_content', value);
    else this.#add('receiver_unknown', value);
  }

  /** What is acted on: a clean field is enough in balanced mode, since ids and names are of the system that gave them. */
  #target(value: ValueFacts): void {
    const allowed = this.#rules.target;
    if (value.origin === 'made' && allowed !== 'none') return;
    if (value.whole) {
      if (value.directed) this.#add('read_was_steered', value);
      else if (allowed === 'none' || (allowed === 'bound' && !value.bound && !this.#provenance.asked.quantified))
        this.#add('receiver_not_bound', value);
    } else if (value.origin === 'prose') this.#add('target_from_content', value);
    else if (!(value.kind === 'path' && value.role === 'place' && isPlain(value.value))) this.#add('target_unknown', value);
  }

  #link(value: ValueFacts, fetch: boolean): void {
    if (value.link === 'exact') return;
    if (value.link === 'host') {
      // The host is the user's choice; a query that nobody gave could carry data.
      if (this.#options.mode === 'strict' && value.origin !== 'prose' && value.origin !== 'field') this.#add('link_carries_data', value);
      else if (/[?#]/.test(value.value) && value.origin === 'unseen') this.#add('link_carries_data', value);
      return;
    }
    const { links, receiver } = this.#rules;
    const found = value.origin === 'prose' || value.origin === 'field';
    if (fetch && found && links === 'any') return;
    if (fetch && found && links === 'spoken' && this.#provenance.leadsOn(value)) return;
    if (!fetch && value.whole && !value.directed && value.bound && receiver === 'bound') return;
    this.#add(found ? 'link_from_content' : 'receiver_unknown', value);
  }

  /** An address inside of a text is passed on to whoever reads it: not one that nobody spoke of. */
  #inside(value: ValueFacts): void {
    if (!this.#rules.inside || (value.whole && !value.directed)) return;
    if (value.kind === 'url' && (value.link === 'host' || this.#opened(value.value))) return;
    if (value.origin === 'prose' && !value.bound) this.#add('address_in_text', value);
  }

  /** Whether an earlier call of this conversation went to the link's host: that one was judged then. */
  #opened(url: string): boolean {
    const host = hostOf(url);
    for (const made of this.#conversation.calls.values())
      if (made.before <= this.#conversation.spans.length && made.leaves.some((leaf) => leaf.kind === 'url' && hostOf(leaf.value) === host))
        return true;
    return false;
  }

  /** A title that stands in content word by word, and that nobody spoke of, was dictated. */
  #title(value: ValueFacts): void {
    if (!this.#rules.inside || (value.whole && !value.directed)) return;
    if (value.origin === 'prose' && !this.#provenance.bindsText(value.value)) this.#add('title_from_content', value);
  }

  /** Secret data and untrusted content together never reach an outside sink unasked; a secret itself never does. */
  #secrecy(args: string, values: readonly ValueFacts[]): void {
    if (!this.#tool.outside) return;
    const { spans } = this.#conversation;
    const secret = spans.find((span) => span.secrecy === 'secret');
    if (
      secret !== undefined &&
      this.#conversation.tainted &&
      spans.some((span) => !span.trusted && span !== secret && span.label !== 'assistant')
    )
      this.#reasons.push({ code: 'secret_and_untrusted', argument: '', value: '', message: secret.message, tool: secret.tool?.name ?? '' });
    const known = [
      ...(this.#options.secrets ?? []),
      ...spans.filter((span) => span.label !== 'user' && span.label !== 'assistant').flatMap((span) => span.secrets),
    ];
    const asked = this.#conversation.asked.text;
    const carried = known.find((item) => carries(args, item.value) && !holds(asked, canonical(item.value)));
    if (carried === undefined) return;
    const place = values.find((value) => carries(value.value, carried.value));
    if (this.#deliveredToAsked(values)) return;
    this.#reasons.push({ code: 'secret_to_outside', argument: place?.path ?? '', value: '', message: carried.message, tool: '' });
  }

  /** A form of a site that the user named, with what the user said is to be used there. */
  #deliveredToAsked(values: readonly ValueFacts[]): boolean {
    const links = values.filter((value) => value.kind === 'url' && !value.inside);
    return links.length > 0 && links.every((value) => value.link === 'exact' || value.link === 'host') && this.#options.mode !== 'strict';
  }

  #add(code: ReasonCode, value?: ValueFacts): void {
    this.#reasons.push({
      code,
      argument: value?.path ?? '',
      value: (value?.value ?? '').slice(0, MAX_QUOTED),
      message: value?.message ?? -1,
      tool: value?.tool ?? '',
    });
  }
}

/** A call that only brings something here: its links, or ids, and where it is to be put. */
function isFetch(tool: ToolFacts, values: readonly ValueFacts[]): boolean {
  return tool.fetches && values.every((value) => value.kind === 'url' || value.role !== 'sink');
}

// Folders of the system and of settings: what is written there may be run or open a door.
const SENSITIVE = /(?:^|[/\\])(?:\.|etc|system|root|usr|bin|sbin|var|boot|windows|library|appdata)/i;

/** A place to put something that nobody needs to have named: no hidden, system or parent folder. */
function isPlain(path: string): boolean {
  return !SENSITIVE.test(path) && !path.includes('..') && linkForm(path).length > 0;
}
