import type { Node } from './library.ts';
import { callOf, chainOf, comprehensionOf, pathOf, stringOf, stringsOf } from './tree.ts';
import type { CelNeed } from './types.ts';

type ElementNeed = Extract<CelNeed, { kind: 'element' }>;

/** Conditions without which a checked expression is false. Sound, not complete: what it does not understand it leaves out. */
export function needsOf(node: Node): readonly CelNeed[] {
  if (node.op === '&&') return chainOf(node, '&&').flatMap(needsOf);
  if (node.op === '||') return eitherOf(chainOf(node, '||').map(needsOf));
  const need = fieldNeed(node) ?? elementNeed(node);
  return need === undefined ? [] : [need];
}

/** Whether the needs of an expression say all of it: facts joined by `&&`, and lists asked for one word of one field. */
export function needsSuffice(node: Node): boolean {
  if (node.op === '&&') return chainOf(node, '&&').every(needsSuffice);
  return fieldNeed(node) !== undefined || asksForOneWord(node);
}

function asksForOneWord(node: Node): boolean {
  const walk = comprehensionOf(node);
  const [body] = walk?.bodies ?? [];
  if (walk?.macro !== 'exists' || walk.list.op !== 'id' || body === undefined) return false;
  return (body.op === '==' || body.op === 'in') && Object.keys(wordsOf(body, walk.variable)).length === 1;
}

/** What all alternatives need: an element of the same list, with the words of all of them. */
function eitherOf(alternatives: readonly (readonly CelNeed[])[]): readonly CelNeed[] {
  const [first, ...others] = alternatives.map((needs) => needs.filter((need) => need.kind === 'element'));
  const shared: CelNeed[] = [];
  for (const need of first ?? []) {
    const same = others.map((needs) => needs.find((other) => other.list === need.list));
    if (same.every((other) => other !== undefined)) shared.push(same.reduce<ElementNeed>(unite, need));
  }
  return shared;
}

function unite(a: ElementNeed, b: ElementNeed | undefined): ElementNeed {
  const words: Record<string, readonly string[]> = {};
  for (const [field, values] of Object.entries(a.words)) {
    const others = b?.words[field];
    if (others !== undefined) words[field] = [...new Set([...values, ...others])];
  }
  return { kind: 'element', list: a.list, words };
}

/** `part.scanned`, `!part.scanned`, `part.kind == 'text'`, `part.kind in ['image', 'file']` and their opposites. */
function fieldNeed(node: Node): CelNeed | undefined {
  if (node.op === '!_') return booleanNeed(node.args as Node, false);
  if (node.op === '.') return booleanNeed(node, true);
  if (node.op !== '==' && node.op !== '!=' && node.op !== 'in') return undefined;
  const [left, right] = node.args as [Node, Node];
  const path = pathOf(left);
  const [root, field] = path ?? [];
  if (path?.length !== 2 || root === undefined || field === undefined) return undefined;
  const values = right.op === 'value' && typeof right.args === 'boolean' ? [right.args] : stringsOf(right)?.map(({ text }) => text);
  return values === undefined || values.length === 0 ? undefined : { kind: 'field', root, field, values, negated: node.op === '!=' };
}

function booleanNeed(node: Node, wanted: boolean): CelNeed | undefined {
  const [root, field, ...deeper] = pathOf(node) ?? [];
  if (root === undefined || field === undefined || deeper.length > 0 || node.checkedType?.name !== 'bool') return undefined;
  return { kind: 'field', root, field, values: [wanted], negated: false };
}

/** `findings.exists(f, …)`, `findings.size() > 0`. */
function elementNeed(node: Node): CelNeed | undefined {
  const walk = comprehensionOf(node);
  if (walk !== undefined) {
    const body = walk.bodies[0];
    const list = walk.list.op === 'id' ? (walk.list.args as string) : undefined;
    if (list === undefined || body === undefined || (walk.macro !== 'exists' && walk.macro !== 'exists_one')) return undefined;
    return { kind: 'element', list, words: wordsOf(body, walk.variable) };
  }
  const list = countedList(node);
  return list === undefined ? undefined : { kind: 'element', list, words: {} };
}

function countedList(node: Node): string | undefined {
  if (node.op !== '>' && node.op !== '!=') return undefined;
  const [count, zero] = node.args as [Node, Node];
  const call = callOf(count);
  const list = call?.receiver ?? call?.args[0];
  return call?.name === 'size' && zero.op === 'value' && zero.args === 0n && list?.op === 'id' ? (list.args as string) : undefined;
}

/** Words that a field of the element must be one of for the condition to hold. */
function wordsOf(body: Node, variable: string): Readonly<Record<string, readonly string[]>> {
  if (body.op === '&&') {
    const all: Record<string, readonly string[]> = {};
    for (const operand of chainOf(body, '&&'))
      for (const [field, words] of Object.entries(wordsOf(operand, variable))) {
        const before = all[field];
        all[field] = before === undefined ? words : before.filter((word) => words.includes(word));
      }
    return all;
  }
  if (body.op === '||') {
    const needs = chainOf(body, '||').map((operand): ElementNeed => ({ kind: 'element', list: '', words: wordsOf(operand, variable) }));
    const [first, ...others] = needs;
    return first === undefined ? {} : others.reduce<ElementNeed>(unite, first).words;
  }
  if (body.op !== '==' && body.op !== 'in') return {};
  const [left, right] = body.args as [Node, Node];
  return wordOf(left, right, variable) ?? (body.op === '==' ? wordOf(right, left, variable) : undefined) ?? {};
}

function wordOf(field: Node, literal: Node, variable: string): Readonly<Record<string, readonly string[]>> | undefined {
  const path = pathOf(field);
  const [root, name] = path ?? [];
  if (path?.length !== 2 || root !== variable || name === undefined) return undefined;
  if (literal.op === 'value' && stringOf(literal) === undefined) return undefined;
  const words = stringsOf(literal)?.map(({ text }) => text);
  return words === undefined ? undefined : { [name]: words };
}
