import { visible } from '../kernel/index.ts';
import type { Event } from './event.ts';
import { EventSchema, MAX_ENTRIES, MAX_FINDINGS, MAX_LABEL, MAX_PARTS, MAX_SENTENCE, type StringSource } from './event_schema.ts';

/** Written in place of a label that does not look like a name: it may be text. */
export const WITHHELD = '[withheld]';

/**
 * One event as JSON text: the members of `EventSchema` in its order and nothing else, so that neither an unlisted member nor text in the place of a name
 * reaches the log. PostgreSQL's jsonb can read all of it (no NUL, no lone surrogate).
 */
export function eventJson(event: Event): string {
  return writeEvent(bounded(event));
}

/** `text` as it would be written in a `label` field. */
export function label(text: string): string {
  return isLabel(text) ? text : WITHHELD;
}

function bounded(event: Event): Event {
  const parts = event.parts?.length ?? 0;
  const findings = event.findings?.length ?? 0;
  if (parts <= MAX_PARTS && findings <= MAX_FINDINGS) return event;
  return {
    ...event,
    ...(event.parts && { parts: event.parts.slice(0, MAX_PARTS) }),
    ...(event.findings && { findings: event.findings.slice(0, MAX_FINDINGS) }),
    omitted: {
      ...(parts > MAX_PARTS && { parts: parts - MAX_PARTS }),
      ...(findings > MAX_FINDINGS && { findings: findings - MAX_FINDINGS }),
    },
  };
}

type Write = (value: unknown) => string;

// No white space, quote, backslash or control character: such a string needs no escaping, and a sentence does not fit.
const LABEL = /^[\w.:/@+\-[\]*$#~=,()]+$/;
const PLAIN = /^[ !#-[\]-~]*$/;

function isLabel(text: string): boolean {
  return text.length <= MAX_LABEL && LABEL.test(text);
}

const writeLabel: Write = (value) => (typeof value === 'string' && isLabel(value) ? `"${value}"` : `"${WITHHELD}"`);

const writeSentence: Write = (value) => {
  const text = typeof value === 'string' ? value : '';
  if (text.length <= MAX_SENTENCE && PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(visible(text.slice(0, MAX_SENTENCE).toWellFormed()).slice(0, MAX_SENTENCE));
};

/** Three decimals: microseconds of a time in milliseconds, thousandths of a confidence. */
const writeNumber: Write = (value) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '0';
  return Number.isInteger(value) ? `${value}` : `${Math.round(value * 1000) / 1000}`;
};

const writeFlat: Write = (value) => {
  if (typeof value === 'string') return writeSentence(value);
  if (typeof value === 'number') return writeNumber(value);
  return value === true ? 'true' : value === false ? 'false' : 'null';
};

function writerOf(schema: Described): Write {
  if (schema.enum !== undefined) return writeLabel;
  if (schema.anyOf !== undefined) return writeFlat;
  if (schema.type === 'string') return schema.source === 'name' || schema.source === 'constant' ? writeSentence : writeLabel;
  if (schema.type === 'number') return writeNumber;
  if (schema.type === 'boolean') return (value) => (value === true ? 'true' : 'false');
  if (schema.type === 'array' && schema.items !== undefined) return writeArray(writerOf(schema.items), schema.maxItems ?? MAX_ENTRIES);
  if (schema.properties !== undefined) return writeObject(schema.properties);
  const values = Object.values(schema.patternProperties ?? {})[0];
  if (values === undefined) throw new TypeError('event schema: a kind of value that has no writer');
  return writeRecord(writerOf(values));
}

/** What is read of a schema here: TypeBox schemas are JSON Schema objects. */
type Described = {
  readonly type?: string;
  readonly source?: StringSource;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly unknown[];
  readonly items?: Described;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly patternProperties?: Readonly<Record<string, Described>>;
};

function writeArray(item: Write, most: number): Write {
  return (value) => {
    if (!Array.isArray(value)) return '[]';
    const count = Math.min(value.length, most);
    let out = '[';
    for (let i = 0; i < count; i++) out += i === 0 ? item(value[i]) : `,${item(value[i])}`;
    return `${out}]`;
  };
}

function writeObject(properties: Readonly<Record<string, Described>>): Write {
  const members = Object.entries(properties).map(([name, schema]) => ({ name, prefix: `"${name}":`, write: writerOf(schema) }));
  return (value) => {
    const object = value as Readonly<Record<string, unknown>>;
    let out = '{';
    for (const member of members) {
      const found = object[member.name];
      if (found === undefined) continue;
      out += out.length === 1 ? member.prefix : `,${member.prefix}`;
      out += member.write(found);
    }
    return `${out}}`;
  };
}

function writeRecord(item: Write): Write {
  return (value) => {
    const object = value as Readonly<Record<string, unknown>>;
    let out = '{';
    let count = 0;
    for (const name in object) {
      const found = object[name];
      if (found === undefined || !isLabel(name) || name === '__proto__') continue;
      if (++count > MAX_ENTRIES) break;
      out += `${count === 1 ? '' : ','}"${name}":${item(found)}`;
    }
    return `${out}}`;
  };
}

const writeEvent: (event: Event) => string = writerOf(EventSchema);
