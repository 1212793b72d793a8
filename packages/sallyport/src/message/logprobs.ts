import { Buffer } from 'node:buffer';
import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import type { Holder } from './leaf.ts';

/**
 * Token log-probabilities repeat the text in another form: token strings, their UTF-8 bytes, and alternatives. They may stay only
 * while they say nothing that the text beside them does not say; otherwise a masked value would still stand there.
 */

/**
 * Keeps the log-probabilities under `name` when their tokens are exactly the text beside them, and answers the alternatives, which are
 * text of their own. Drops them otherwise (also when a token is cut inside of a character: those spell it as `bytes:\x..`) and answers undefined.
 */
export function keepLogprobs(holder: JsonObject, name: string): readonly string[] | undefined {
  const value = holder[name];
  if (value === null || typeof value !== 'object') return [];
  const alternatives: string[] = [];
  if (matches(value, textsBeside(holder), alternatives)) return alternatives;
  dropLogprobs(holder, name);
  return undefined;
}

/** Removes log-probabilities in the form that the API uses for none. */
export function dropLogprobs(holder: JsonObject, name = 'logprobs'): void {
  const value = holder[name];
  if (value !== undefined && value !== null && typeof value === 'object') holder[name] = Array.isArray(value) ? [] : null;
}

/** Drops every log-probability of a reply or stream event whose text has been changed. */
export function reconcile(body: JsonObject): void {
  for (const holder of holdersOf(body)) if ('logprobs' in holder) keepLogprobs(holder, 'logprobs');
}

/** Drops every log-probability of a reply or stream event. */
export function dropAllLogprobs(body: JsonObject): void {
  for (const holder of holdersOf(body)) dropLogprobs(holder);
}

type Texts = { readonly content: string; readonly refusal: string };

/** The text that log-probabilities in this object belong to: of a choice, a text block, or a delta event. */
function textsBeside(holder: JsonObject): Texts {
  if (typeof holder['text'] === 'string') return { content: holder['text'], refusal: '' };
  if (typeof holder['delta'] === 'string') return { content: holder['delta'], refusal: '' };
  const message = isObject(holder['message']) ? holder['message'] : isObject(holder['delta']) ? holder['delta'] : {};
  return { content: stringOf(message['content']), refusal: stringOf(message['refusal']) };
}

function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function matches(value: Holder, texts: Texts, alternatives: string[]): boolean {
  if (Array.isArray(value)) return spells(value, texts.content, alternatives);
  if (Array.isArray(value['tokens'])) return spellsLegacy(value, texts.content, alternatives);
  for (const name in value) if (name !== 'content' && name !== 'refusal') return false;
  return spellsIfAny(value['content'], texts.content, alternatives) && spellsIfAny(value['refusal'], texts.refusal, alternatives);
}

function spellsIfAny(tokens: Json | undefined, text: string, alternatives: string[]): boolean {
  if (tokens === undefined || tokens === null) return true;
  return Array.isArray(tokens) && spells(tokens, text, alternatives);
}

function spells(tokens: readonly Json[], text: string, alternatives: string[]): boolean {
  let position = 0;
  for (const entry of tokens) {
    if (!isTokenEntry(entry, alternatives)) return false;
    const token = stringOf(entry['token']);
    if (!text.startsWith(token, position)) return false;
    position += token.length;
  }
  return tokens.length === 0 || position === text.length;
}

function isTokenEntry(entry: Json, alternatives: string[] | undefined): entry is JsonObject {
  if (!isObject(entry) || typeof entry['token'] !== 'string') return false;
  const token = entry['token'];
  for (const name in entry) {
    const value = entry[name];
    if (name === 'token') continue;
    if (name === 'logprob') {
      if (typeof value !== 'number' && value !== null) return false;
    } else if (name === 'bytes') {
      if (!isBytesOf(value, token)) return false;
    } else if (name !== 'top_logprobs' || alternatives === undefined || !addAlternatives(value, token, alternatives)) return false;
  }
  return true;
}

function addAlternatives(value: Json | undefined, token: string, alternatives: string[]): boolean {
  if (value === null || value === undefined) return true;
  if (!Array.isArray(value)) return false;
  for (const entry of value) {
    if (!isTokenEntry(entry, undefined)) return false;
    const other = stringOf(entry['token']);
    if (other !== token) alternatives.push(other);
  }
  return true;
}

function isBytesOf(value: Json | undefined, token: string): boolean {
  if (value === null || value === undefined) return true;
  if (!Array.isArray(value)) return false;
  const bytes = Buffer.from(token, 'utf8');
  return bytes.length === value.length && value.every((byte, i) => byte === bytes[i]);
}

/** The form of the completions API: parallel lists, and alternatives as names of an object. */
function spellsLegacy(value: JsonObject, text: string, alternatives: string[]): boolean {
  let position = 0;
  for (const name in value) {
    const list = value[name];
    if (!Array.isArray(list)) {
      if (list !== null) return false;
      continue;
    }
    if (name === 'tokens') {
      for (const token of list) {
        if (typeof token !== 'string' || !text.startsWith(token, position)) return false;
        position += token.length;
      }
      if (list.length > 0 && position !== text.length) return false;
    } else if (name === 'token_logprobs' || name === 'text_offset') {
      if (!list.every((entry) => entry === null || typeof entry === 'number')) return false;
    } else if (name !== 'top_logprobs' || !addLegacyAlternatives(list, alternatives)) return false;
  }
  return true;
}

function addLegacyAlternatives(list: readonly Json[], alternatives: string[]): boolean {
  for (const entry of list) {
    if (entry === null) continue;
    if (!isObject(entry)) return false;
    for (const token in entry) {
      if (typeof entry[token] !== 'number' && entry[token] !== null) return false;
      alternatives.push(token);
    }
  }
  return true;
}

/** The objects of a reply or stream event that may have log-probabilities. */
function holdersOf(body: JsonObject): JsonObject[] {
  const holders: JsonObject[] = [body];
  const add = (value: Json | undefined): void => {
    if (isObject(value)) holders.push(value);
  };
  const addContents = (item: Json | undefined): void => {
    if (isObject(item) && Array.isArray(item['content'])) item['content'].forEach(add);
  };
  if (Array.isArray(body['choices'])) body['choices'].forEach(add);
  add(body['part']);
  addContents(body['item']);
  for (const reply of [body, body['response']]) if (isObject(reply) && Array.isArray(reply['output'])) reply['output'].forEach(addContents);
  return holders;
}
