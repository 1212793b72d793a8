import { existsSync, readFileSync } from 'node:fs';
import { visible, type Command, type CommandContext, type JsonObject } from '../kernel/index.ts';
import { defaultRules } from './default_policy.ts';
import { checkPolicyText, type FileProblem } from './file.ts';
import { count, explanationLines, replayLines, ruleLines, traceLines } from './report.ts';
import type { Explained } from './service.ts';
import type { Replay } from './replay.ts';
import { tryAll } from './trial.ts';
import type { Rule } from './verdict.ts';

/** Commands over the policy. `check` and `test` read a file and need no server. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'policy list',
    summary: 'Lists the rules in force and those that are observed.',
    flags: [],
    async run(context) {
      const reply = (await (await context.api()).call('GET', '/api/policy')) as unknown as {
        version: string;
        rules: Rule[];
        refused: { rule: string; message: string }[];
      };
      if (context.json) context.out(JSON.stringify(reply));
      else {
        context.out(ruleLines(reply.rules, context.width));
        context.note(`Policy ${reply.version}. Change a state: sallyport policy enforce|observe RULE.`);
        for (const problem of reply.refused)
          context.note(`A change was refused and the old policy stays in force: ${problem.rule}: ${problem.message}`);
      }
      return 0;
    },
  },
  {
    name: 'policy check',
    summary: 'Checks rules and their tests without starting anything; all problems with their lines.',
    usage: '[FILE]',
    flags: [],
    run: (context) => Promise.resolve(check(context)),
  },
  {
    name: 'policy test',
    summary: 'Runs the tests of the rules and shows each.',
    usage: '[FILE]',
    flags: [],
    run: (context) => Promise.resolve(runTests(context)),
  },
  {
    name: 'policy explain',
    summary: 'Explains why a request was decided as it was, or says with --rule what a rule would have done to recorded requests.',
    usage: '[EVENT]',
    flags: [
      { name: 'rule', value: 'RULE', summary: 'A rule: replays it over recorded requests, or narrows the explanation of EVENT to it.' },
      { name: 'since', value: 'TIME', summary: 'How far back: 30m, 24h, 7d or a date; 7d when absent.' },
      { name: 'all', summary: 'Rules that do not hold as well, with their reasoning.' },
    ],
    run: explain,
  },
  ...modeCommands(),
];

function modeCommands(): Command[] {
  const command = (name: string, mode: string, summary: string): Command => ({
    name,
    summary,
    usage: '[RULE...]',
    flags: [{ name: 'all', summary: 'Every rule.' }],
    run: (context) => setMode(context, mode),
  });
  return [
    command('policy enforce', 'enforce', 'Puts rules in force.'),
    command('policy observe', 'observe', 'Takes rules out of force: they only record what they would have done.'),
    command('policy reset', 'configured', 'Gives rules back to what the configuration says.'),
  ];
}

async function setMode(context: CommandContext, mode: string): Promise<number> {
  const all = context.flags['all'] === true;
  if (all === context.args.length > 0) {
    context.note('Name the rules, or say --all. `sallyport policy list` shows them.');
    return 2;
  }
  const reply = (await (await context.api()).call('POST', '/api/policy/modes', { rules: all ? 'all' : [...context.args], mode })) as {
    rules: { id: string; enforced: boolean }[];
  };
  if (context.json) context.out(JSON.stringify(reply));
  else for (const { id, enforced } of reply.rules) context.out(`${id} is now ${enforced ? 'enforced' : 'observed'}.`);
  return 0;
}

type PolicyFile = { readonly name: string; readonly text: string };

/** The file that was named, else the configuration; without one only the default policy is checked. */
function policyFile(context: CommandContext): PolicyFile | undefined {
  const asked = context.args[0] ?? context.configFile;
  const name = asked ?? 'sallyport.yaml';
  if (!existsSync(name)) {
    if (asked === undefined) return { name, text: 'rules: []' };
    context.note(`There is no file ${visible(name)}.`);
    return undefined;
  }
  const text = readFileSync(name, 'utf8');
  return { name, text: text.trim() === '' ? 'rules: []' : text };
}

function check(context: CommandContext): number {
  const file = policyFile(context);
  if (file === undefined) return 2;
  const { problems, warnings, rules, total } = checkPolicyText(file.text);
  if (context.json) context.out(JSON.stringify({ file: file.name, problems, warnings, rules: total }));
  else {
    const lines = [...problems, ...warnings].map((problem) => problemLine(file.name, problem));
    if (lines.length > 0) context.out(lines.join('\n'));
    context.note(
      problems.length > 0
        ? `${count(problems.length, 'problem')}; the policy would be refused.`
        : `All right: ${count(rules.length, 'rule')} of yours, ${total - rules.length} of the default policy.`,
    );
  }
  return problems.length > 0 ? 1 : 0;
}

function problemLine(file: string, { line, column, rule, message }: FileProblem): string {
  return `${file}:${line}:${column}  ${visible(rule)}  ${visible(message)}`;
}

function runTests(context: CommandContext): number {
  const file = policyFile(context);
  if (file === undefined) return 2;
  const { problems, rules } = checkPolicyText(file.text);
  const tried = tryAll([...rules, ...(context.args.length === 0 ? defaultRules() : [])]);
  const trials = tried.flatMap(({ rule, trials }) => trials.map((trial) => ({ rule: rule.id, ...trial })));
  const failed = trials.filter((trial) => !trial.passed).length;
  if (context.json) context.out(JSON.stringify({ file: file.name, trials, problems }));
  else {
    for (const { rule, trials } of tried) {
      context.out(`${rule.id}${trials.length === 0 ? '  (no tests)' : ''}`);
      for (const trial of trials) {
        const outcome = trial.passed ? '' : `, but does ${trial.got.join(' and ')}${trial.errors.map((error) => `: ${error}`).join('')}`;
        context.out(`  ${trial.passed ? 'ok    ' : 'FAILED'} ${trial.point}: expects ${trial.expect}${outcome}`);
      }
    }
    for (const problem of problems) context.note(problemLine(file.name, problem));
    context.note(`${trials.length - failed} passed, ${failed} failed.`);
  }
  return failed > 0 || problems.length > 0 ? 1 : 0;
}

async function explain(context: CommandContext): Promise<number> {
  const event = context.args[0];
  const rule = typeof context.flags['rule'] === 'string' ? context.flags['rule'] : undefined;
  if (event !== undefined) return explainEvent(context, event, rule);
  if (rule !== undefined) return replay(context, rule);
  context.note('Which request (`sallyport events list` shows their ids), or which --rule?');
  return 2;
}

async function explainEvent(context: CommandContext, event: string, rule: string | undefined): Promise<number> {
  const reply = (await (await context.api()).call('POST', '/api/policy/explain', { event })) as unknown as { parts: Explained[] };
  const parts = reply.parts.map((part) => ({ ...part, rules: part.rules.filter((one) => rule === undefined || one.id === rule) }));
  if (context.json) {
    context.out(JSON.stringify({ parts }));
    return 0;
  }
  if (parts.length === 0) context.out('Nothing of this request was kept that a rule could be asked about.');
  const all = context.flags['all'] === true || rule !== undefined;
  for (const { part, point, where, rules } of parts) {
    const holding = rules.filter((one) => one.holds || one.error !== undefined);
    if (holding.length === 0 && !all) {
      context.out(`Part ${part} at ${point}${where === '' ? '' : ` (${visible(where)})`}: no rule holds.`);
      continue;
    }
    context.out(`Part ${part} at ${point}${where === '' ? '' : ` (${visible(where)})`}`);
    for (const one of all ? rules : holding) {
      const lines = explanationLines(one);
      const more = all && !one.holds && one.error === undefined ? traceLines(one.trace).map((line) => `    ${line}`) : [];
      context.out([...lines, ...more].map((line) => `  ${line}`).join('\n'));
    }
  }
  context.note('By the policy in force now. + holds, - does not, ! failed.');
  return 0;
}

async function replay(context: CommandContext, rule: string): Promise<number> {
  const since = parseSince(typeof context.flags['since'] === 'string' ? context.flags['since'] : '7d', Date.now());
  if (since === undefined) {
    context.note('--since is a time like 30m, 24h, 7d or 2026-01-31.');
    return 2;
  }
  const reply = await (await context.api()).call('GET', `/api/policy/replay?rule=${encodeURIComponent(rule)}&since=${since}`);
  context.out(context.json ? JSON.stringify(reply) : replayLines(reply as JsonObject as unknown as Replay).join('\n'));
  return 0;
}

const UNIT: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds since 1970 of `30m`, `24h`, `7d` ago or of a date. */
export function parseSince(text: string, now: number): number | undefined {
  const ago = /^(\d{1,6})([mhd])$/.exec(text);
  if (ago !== null) return now - Number(ago[1]) * (UNIT[ago[2] ?? ''] ?? 0);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
