import { table, visible } from '../kernel/index.ts';
import type { CelTrace } from '../cel/index.ts';
import type { RuleExplanation } from './explain.ts';
import type { Replay } from './replay.ts';
import type { Rule } from './verdict.ts';

// What the commands print for a person. Pure: text in, text out. Values that come from requests pass `visible`.

/** Nesting that a person still follows. */
const MAX_DEPTH = 6;

/** A condition with the value of each part, a line each; plain reads stand beside the comparison that uses them. */
export function traceLines(trace: CelTrace, depth = 0): string[] {
  const indent = '  '.repeat(depth);
  const reads = trace.parts.filter(isRead).filter((part) => part.parts.every(isRead));
  const beside = reads.filter((part) => part.text.includes('.') && typeof part.value !== 'object');
  const facts =
    beside.length === 0 || beside.length !== reads.length
      ? ''
      : `   (${beside.map((part) => `${part.text} is ${shown(part.value)}`).join(', ')})`;
  const line = `${indent}${mark(trace)} ${visible(trace.text)}${facts}${trace.error === undefined ? '' : `   ! ${visible(trace.error)}`}`;
  if (depth >= MAX_DEPTH) return [line];
  return [line, ...trace.parts.filter((part) => !isRead(part)).flatMap((part) => traceLines(part, depth + 1))];
}

function mark({ value, error }: CelTrace): string {
  if (error !== undefined) return '!';
  return value === true ? '+' : value === false ? '-' : ' ';
}

/** A variable or a field of one: no step of the reasoning by itself. */
function isRead(trace: CelTrace): boolean {
  return /^[A-Za-z_][\w.]*$/.test(trace.text) && trace.error === undefined;
}

function shown(value: unknown): string {
  return visible(typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? 'absent'));
}

/** What a rule says about some facts. Rules that hold come with their reason and their reasoning, others in one line. */
export function explanationLines(rule: RuleExplanation): string[] {
  const state = rule.enforced ? '' : ' (observed only)';
  if (rule.error !== undefined)
    return [
      `! ${rule.id}: its condition failed, ${rule.enforced ? 'so it counts as holding' : 'it is observed only'}: ${visible(rule.error)}`,
      ...indented(traceLines(rule.trace)),
    ];
  if (!rule.holds) return [`- ${rule.id} does not hold`];
  const does = rule.does.map((action) => (rule.enforced ? action : `would ${action}`)).join(' and ');
  return [`+ ${rule.id}: ${does}${state}`, `    ${visible(rule.why)}`, ...indented(traceLines(rule.trace))];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

/** Rules with their state, one line each. */
export function ruleLines(rules: readonly Rule[], width: number): string {
  const columns = [{ title: 'RULE' }, { title: 'STATE' }, { title: 'DOES' }, { title: 'WHERE' }];
  return table(
    columns,
    rules.map((rule) => [rule.id, rule.enforced ? 'enforced' : 'observed', doesOf(rule), rule.on.join(', ')]),
    width,
  );
}

function doesOf({ then, mask }: Rule): string {
  return [...(then === undefined ? [] : [then]), ...(mask === undefined ? [] : ['mask'])].join('+');
}

/** What a rule would have done, with examples to look at. */
export function replayLines(replay: Replay): string[] {
  if (replay.requests === 0) return ['There are no recorded requests in this time yet.'];
  const does = Object.entries(replay.does).map(([action, count]) => `${action} ${count}`);
  const lines = [
    `${replay.rule} over ${count(replay.requests, 'recorded request')} since ${new Date(replay.since).toISOString().slice(0, 16).replace('T', ' ')} UTC:`,
    `  would have changed ${replay.changed}${replay.already === 0 ? '' : `, did change ${replay.already}`}${does.length === 0 ? '' : `   (${does.join(', ')})`}`,
  ];
  if (replay.notKept.length > 0)
    lines.push(`  It also reads ${replay.notKept.join(', ')}, which events do not keep: the true number may differ.`);
  for (const one of replay.examples)
    lines.push(
      `  ${one.event}  ${new Date(one.time).toISOString().slice(0, 16).replace('T', ' ')}  ${one.point}  ${one.does.join('+')}  ${visible(one.findings.join(', '))}`,
    );
  if (replay.examples.length > 0)
    lines.push('', 'Look at one: sallyport events show EVENT. Put the rule in force: sallyport policy enforce RULE.');
  return lines;
}

/** `3 rules`, `1 rule`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
