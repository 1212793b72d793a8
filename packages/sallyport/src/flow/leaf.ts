import { isObject, readJsonText, type Json } from '../kernel/index.ts';
import { embedded, kindOf, roleOf, type Role, type ValueKind } from './kind.ts';
import { readLiteral, type Tree } from './reader.ts';

/** One value of a tool call. `argument` is the name it stands under, `path` the way to it (`recipients[0]`). `inside`: it stands in a text. */
export type Leaf = {
  readonly argument: string;
  readonly path: string;
  readonly value: string;
  readonly kind: ValueKind;
  readonly role: Role;
  readonly inside: boolean;
};

/** Values of one call that are judged; a call with more is answered `undefined`, as one that cannot be read. */
const MAX_LEAVES = 2_000;
const MAX_DEPTH = 32;

/** The values of a call's arguments (JSON text); undefined when they are no JSON object, have a key twice or are too many. */
export function leavesOf(text: string, sinks?: ReadonlySet<string>): Leaf[] | undefined {
  const read = readJsonText(text.trim() === '' ? '{}' : text);
  if (!read.ok || !isObject(read.value)) return undefined;
  const leaves: Leaf[] = [];
  const fits = walk(read.value, '', '', leaves, sinks, 0);
  return fits ? leaves : undefined;
}

function walk(value: Json, argument: string, path: string, leaves: Leaf[], sinks: ReadonlySet<string> | undefined, depth: number): boolean {
  if (depth > MAX_DEPTH || leaves.length > MAX_LEAVES) return false;
  if (Array.isArray(value)) return value.every((item, i) => walk(item, argument, `${path}[${i}]`, leaves, sinks, depth + 1));
  if (isObject(value))
    return Object.entries(value).every(([name, item]) =>
      walk(item, name, path === '' ? name : `${path}.${name}`, leaves, sinks, depth + 1),
    );
  if (value === null || value === '' || typeof value === 'boolean') return true;
  for (const text of typeof value === 'string' ? listOf(value) : [String(value)])
    add(text, typeof value === 'number', argument, path, leaves, sinks);
  return leaves.length <= MAX_LEAVES;
}

function add(text: string, number: boolean, argument: string, path: string, leaves: Leaf[], sinks: ReadonlySet<string> | undefined): void {
  const named = roleOf(argument);
  const role: Role = sinks === undefined ? named.role : sinks.has(argument) ? 'sink' : named.role === 'sink' ? 'target' : named.role;
  const kind = number && named.hint !== 'handle' ? 'number' : kindOf(text, named.hint);
  leaves.push({ argument, path, value: text, kind, role, inside: false });
  if (kind !== 'text' && kind !== 'title') return;
  for (const { kind: found, value } of embedded(text)) leaves.push({ argument, path, value, kind: found, role: 'content', inside: true });
}

/** A list that the model wrote as text: `["a", "b"]`, `a@x.org, b@x.org`. Anything else is one value. */
function listOf(text: string): readonly string[] {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === 'null') return [];
  if (trimmed.startsWith('[') && trimmed.endsWith(']')) {
    const read = readLiteral(trimmed);
    if (read !== undefined && read.end === trimmed.length && isFlat(read.value)) return read.value;
  }
  const items = trimmed.split(/\s*[,;]\s*/);
  return items.length > 1 && items.length < 200 && items.every((item) => /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i.test(item)) ? items : [text];
}

function isFlat(tree: Tree): tree is readonly string[] {
  return Array.isArray(tree) && tree.every((item) => typeof item === 'string');
}
