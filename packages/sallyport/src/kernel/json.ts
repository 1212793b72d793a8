import { isAscii, isUtf8, type Buffer } from 'node:buffer';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** Why bytes were not accepted as JSON. The order is the order of the checks. */
export type JsonProblem = 'not_utf8' | 'too_deep' | 'unsafe_integer' | 'duplicate_key' | 'not_json' | 'too_many_values';

export type ReadJson = { ok: true; value: Json; ascii: boolean } | { ok: false; problem: JsonProblem };

/** Nesting that any real request stays far below; our own walks recurse, so this also bounds the stack. */
export const MAX_JSON_DEPTH = 64;
/** Members and elements in one body: 100,000 messages of a few members each still fit. */
export const MAX_JSON_VALUES = 2_000_000;

/**
 * The one strict reading of a JSON text: valid UTF-8, bounded depth, no duplicate keys (also when spelled with different escapes),
 * no integer that a double cannot hold, no lone surrogate written as raw bytes. What was checked is what is sent: callers forward
 * `JSON.stringify(value)`, never the bytes. RFC 8259 section 4 leaves duplicate keys to the reader, which is why two readers may disagree.
 */
export function readJson(bytes: Buffer): ReadJson {
  const ascii = isAscii(bytes);
  if (!ascii && !isUtf8(bytes)) return { ok: false, problem: 'not_utf8' };
  const text = bytes.toString(ascii ? 'latin1' : 'utf8');
  const read = readJsonText(text);
  return read.ok ? { ok: true, value: read.value, ascii: ascii && !text.includes('\\u') } : read;
}

/** As `readJson`, for text that is already decoded. */
export function readJsonText(text: string): { ok: true; value: Json } | { ok: false; problem: JsonProblem } {
  const shape = scanShape(text);
  if (typeof shape === 'string') return { ok: false, problem: shape };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return { ok: false, problem: 'not_json' };
  }
  // JSON.parse keeps one of two equal keys: fewer members in the value than in the text means a duplicate.
  if (countKeys(value) !== shape.keys) return { ok: false, problem: 'duplicate_key' };
  return { ok: true, value };
}

/** Counts the keys in the text and checks depth, value count and integers, without building anything. Assumes nothing about validity. */
function scanShape(text: string): { keys: number } | JsonProblem {
  let keys = 0;
  let depth = 0;
  let values = 0;
  let digits = -1;
  let integer = true;
  const length = text.length;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      // A string: hop from quote to quote; a quote behind an odd run of backslashes is part of the string.
      let end = i;
      for (;;) {
        end = text.indexOf('"', end + 1);
        if (end < 0) return 'not_json';
        let back = end - 1;
        while (text.charCodeAt(back) === 0x5c) back--;
        if (((end - back) & 1) === 1) break;
      }
      i = end;
      let next = i + 1;
      let after = text.charCodeAt(next);
      while (after === 0x20 || after === 0x0a || after === 0x0d || after === 0x09) after = text.charCodeAt(++next);
      if (after === 0x3a) keys++;
      continue;
    }
    if ((code >= 0x30 && code <= 0x39) || code === 0x2d) {
      if (digits < 0) {
        digits = i;
        integer = true;
      }
      continue;
    }
    if (digits >= 0) {
      if (code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b) {
        integer = false;
        continue;
      }
      if (integer && i - digits > 15 && !Number.isSafeInteger(Number(text.slice(digits, i)))) return 'unsafe_integer';
      digits = -1;
    }
    if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_JSON_DEPTH) return 'too_deep';
      if (++values > MAX_JSON_VALUES) return 'too_many_values';
    } else if (code === 0x7d || code === 0x5d) depth--;
    else if (code === 0x2c && ++values > MAX_JSON_VALUES) return 'too_many_values';
  }
  if (digits >= 0 && integer && length - digits > 15 && !Number.isSafeInteger(Number(text.slice(digits)))) return 'unsafe_integer';
  return { keys };
}

function countKeys(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && item !== null) count += countKeys(item);
    return count;
  }
  for (const key in value) {
    count++;
    const item = value[key];
    if (typeof item === 'object' && item !== null) count += countKeys(item);
  }
  return count;
}

/** Whether `value` is a JSON object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
