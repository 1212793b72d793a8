import { Buffer, isUtf8 } from 'node:buffer';
import { isObject, readJsonText, type Json, type JsonObject } from '../../kernel/index.ts';
import { maskOf, maskSpans, QUARANTINE_NOTICE, replaceSpans, type Judgement, type Refused } from '../../gateway/service.ts';
import type { Inspection } from './inspection.ts';

/** A server's answer after it was checked: what goes on to the client, or why nothing of it does. */
export type Checked = { readonly ok: true; readonly value: JsonObject } | { readonly ok: false; readonly refused: Refused };

/** What pictures and sound are in the words of rules. */
const KINDS: Readonly<Record<string, 'image' | 'audio'>> = { image: 'image', audio: 'audio' };

/**
 * Checks an answer of a server as content from outside: every text in it, wherever it stands, and all texts together, since what is split
 * over two of them reads as one to a model. `_meta` is the protocol's own and not for models; what of it came from the server is left out.
 */
export async function checkAnswer(inspection: Inspection, answer: JsonObject): Promise<Checked> {
  await inspection.prepare(() => textsOf(answer));
  return check(inspection, answer);
}

/** Every text that `check` judges. */
function textsOf(answer: JsonObject): readonly string[] {
  const texts: string[] = [];
  const reader = new AnswerChecker({
    text(text) {
      texts.push(text);
      return { findings: [], verdict: { masks: [], quarantine: false }, refused: undefined };
    },
    opaque: () => undefined,
    mask: (text) => text,
  });
  reader.object(answer, '');
  reader.together();
  return texts;
}

function check(inspection: Inspection, answer: JsonObject): Checked {
  const { ledger, placeholders } = inspection;
  const checker = new AnswerChecker({
    text: (text, where) => inspection.text(text, where),
    opaque: (kind, media, size, where) => inspection.opaque(kind, media, size, where),
    mask: (text, findings, masks) =>
      replaceSpans(text, maskSpans(findings, masks), (span, found) => maskOf(span.finding, found, placeholders, ledger, false)),
  });
  const value = checker.object(answer, '');
  checker.together();
  const { refused } = checker;
  if (refused !== undefined) return { ok: false, refused };
  if (!checker.quarantined) return { ok: true, value };
  inspection.ledger.quarantined++;
  return { ok: true, value: checker.withoutTexts(value) };
}

/** Names of members whose values the protocol itself sets, from a short list: no model reads a sentence out of them. */
const PROTOCOL: ReadonlySet<string> = new Set(['type', 'mimeType', 'role', 'resultType', 'ttlMs', 'cacheScope']);
const WORD = /^[\w.+/;=-]{0,100}$/;
/** RFC 4648, in lines of MIME too (RFC 2045): a sentence is none, not even one whose blanks are line feeds. */
const BASE64 = /^(?:[\w+/-]{60,}\r?\n)*[\w+/-]*={0,2}\r?\n?$/;
/** Deeper answers are cut off by the reader before they come here; this bounds the walk. */
const MAX_DEPTH = 100;
/** Texts that are looked at together. */
const MAX_TOGETHER = 4 * 1024 * 1024;

/** What is done with each text of an answer. */
type Inspector = {
  text(
    text: string,
    where: string,
  ): Pick<Judgement, 'findings'> & {
    readonly verdict: Pick<Judgement['verdict'], 'masks' | 'quarantine'>;
    readonly refused: Refused | undefined;
  };
  readonly opaque: Inspection['opaque'];
  mask(text: string, findings: Judgement['findings'], masks: Judgement['verdict']['masks']): string;
};

class AnswerChecker {
  readonly #inspection: Inspector;
  readonly #texts: string[] = [];
  refused: Refused | undefined;
  quarantined = false;

  constructor(inspection: Inspector) {
    this.#inspection = inspection;
  }

  object(value: JsonObject, where: string, depth = 0): JsonObject {
    const kind = typeof value['type'] === 'string' ? KINDS[value['type']] : undefined;
    const bytes = kind !== undefined && typeof value['data'] === 'string' ? 'data' : typeof value['blob'] === 'string' ? 'blob' : undefined;
    const checked: { [name: string]: Json } = {};
    for (const [name, member] of Object.entries(value)) {
      const place = where === '' ? name : `${where}.${name}`;
      if (name === '_meta') continue;
      if (name === bytes) {
        const media = typeof value['mimeType'] === 'string' && WORD.test(value['mimeType']) ? value['mimeType'] : '';
        checked[name] = this.#bytes(member as string, kind, media, place);
      } else if (name === 'structuredContent' && depth === 0) checked[name] = this.#structured(member, place);
      else if (PROTOCOL.has(name) && (typeof member !== 'string' || WORD.test(member))) checked[name] = member;
      else set(checked, this.#name(name, where), this.#value(member, place, depth));
    }
    return checked;
  }

  /** Judges all texts as the one that a model reads; each alone has been judged before. */
  together(): void {
    if (this.#texts.length < 2 || this.refused !== undefined) return;
    const { verdict, refused } = this.#inspection.text(this.#texts.join('\n').slice(0, MAX_TOGETHER), 'content');
    this.refused ??= refused;
    this.quarantined ||= verdict.quarantine;
  }

  /** What stands in the place of an answer in quarantine. */
  withoutTexts(value: JsonObject): JsonObject {
    if (Array.isArray(value['contents'])) return { contents: value['contents'].map((one) => noticeIn(one)) };
    if (Array.isArray(value['messages'])) return { messages: [{ role: 'user', content: { type: 'text', text: QUARANTINE_NOTICE } }] };
    return { content: [{ type: 'text', text: QUARANTINE_NOTICE }], isError: true };
  }

  #value(value: Json, where: string, depth: number): Json {
    if (typeof value === 'string') return this.#text(value, where);
    if (depth >= MAX_DEPTH || typeof value !== 'object' || value === null) return typeof value === 'object' ? null : value;
    if (Array.isArray(value)) return value.map((one) => this.#value(one, `${where}[]`, depth + 1));
    return this.object(value, where, depth + 1);
  }

  /** What the bytes of a file say where they are text: hosts hand them to models as text, whatever type the server gives them. */
  #bytes(encoded: string, kind: 'image' | 'audio' | undefined, media: string, where: string): string {
    if (!BASE64.test(encoded)) return this.#text(encoded, where);
    const bytes = Buffer.from(encoded, 'base64');
    const readable = bytes.length > 0 && isUtf8(bytes);
    if (kind !== undefined || !readable) this.refused ??= this.#inspection.opaque(kind ?? 'file', media, encoded.length, where);
    if (!readable) return encoded;
    const text = bytes.toString('utf8');
    const checked = this.#text(text, where);
    return checked === text ? encoded : Buffer.from(checked).toString('base64');
  }

  /** A name that is no plain word can be read like a text. */
  #name(name: string, where: string): string {
    return WORD.test(name) ? name : this.#text(name, `${where}{keys}`);
  }

  #text(text: string, where: string): string {
    if (text === '') return text;
    this.#texts.push(text);
    return this.#judged(text, where);
  }

  #judged(text: string, where: string): string {
    const { findings, verdict, refused } = this.#inspection.text(text, where);
    this.refused ??= refused;
    this.quarantined ||= verdict.quarantine;
    return this.#inspection.mask(text, findings, verdict.masks);
  }

  /** Structured content as the JSON text that a model gets to see; a mask that breaks its form takes it away. */
  #structured(value: Json, where: string): Json {
    const text = JSON.stringify(value);
    const masked = this.#judged(text, where);
    if (masked === text) return value;
    const read = readJsonText(masked);
    return read.ok && (isObject(read.value) || Array.isArray(read.value)) ? read.value : null;
  }
}

function noticeIn(one: Json): JsonObject {
  const uri = isObject(one) && typeof one['uri'] === 'string' ? one['uri'] : '';
  return { uri, mimeType: 'text/plain', text: QUARANTINE_NOTICE };
}

/** A name of the server's choice, `__proto__` too, is a member like any other. */
function set(object: { [name: string]: Json }, name: string, value: Json): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
