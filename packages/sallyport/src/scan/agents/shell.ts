import type { Hit } from './hit.ts';

/** How far a command goes on one line; bounds every pattern here. */
const REST = '[^\\n|;&]{0,300}';

/** A download whose bytes go into an interpreter. */
const PIPED: readonly RegExp[] = [
  new RegExp(
    `\\b(?:curl|wget|fetch|aria2c)\\b${REST}\\|\\s{0,4}(?:sudo\\s+(?:-\\S+\\s+)?)?(?:env\\s+)?(?:/(?:usr/)?bin/)?(?:ba|z|da|k)?sh\\b`,
    'gi',
  ),
  new RegExp(`\\b(?:curl|wget)\\b${REST}\\|\\s{0,4}(?:sudo\\s+)?(?:python3?|node|perl|ruby|php|deno run|bun)\\b(?!\\s+-m\\s+json)`, 'gi'),
  new RegExp(`\\b(?:ba|z)?sh\\s+(?:-c\\s+["']?\\$\\(|<\\(\\s{0,4})(?:curl|wget)\\b`, 'gi'),
  new RegExp(`\\b(?:eval|source|\\.)\\s+["']?(?:\\$\\(|<\\(|\`)\\s{0,4}(?:curl|wget)\\b`, 'gi'),
  new RegExp(`\\b(?:iex|Invoke-Expression)\\b${REST}\\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString)\\b`, 'gi'),
  new RegExp(`\\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod)\\b${REST}\\|\\s{0,4}(?:iex|Invoke-Expression)\\b`, 'gi'),
];

/** Flags with which coding agents ask nobody any more. */
const UNATTENDED =
  /--(?:dangerously-skip-permissions|dangerously-bypass-approvals-and-sandbox|yolo|allow-all-tools|trust-all-tools|yes-always|approval-mode[= ]yolo|full-auto|permission-mode[= ]bypassPermissions)\b/g;
/** The programs that take them: other tools have a `--full-auto` of their own. */
const AGENT_PROGRAM = /\b(?:claude|codex|gemini|copilot|aider|q chat|qwen|opencode|cursor-agent|amp|goose)\b/i;

/** What the agent hands to a hook: arguments and paths that a model wrote. */
const FROM_AGENT = '(?:CLAUDE_(?:TOOL|FILE)\\w*|TOOL_(?:INPUT|ARGS|OUTPUT)\\w*|(?:tool_|hook_)?(?:input|file_path|command|prompt))';
/** Or read from what is handed over on standard input. */
const FROM_INPUT = '\\$\\(\\s*(?:cat\\s*\\|\\s*)?jq\\s[^()]{0,200}\\)';
const VARIABLE = new RegExp(`\\$\\{?${FROM_AGENT}\\b\\}?|${FROM_INPUT}`, 'g');

/** Downloads that are run, in a text that may be a command or instructions. */
export function pipedDownloads(text: string, offset: number, inCommand: boolean): Hit[] {
  return PIPED.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({
      check: 'agents.piped-download' as const,
      start: offset + match.index,
      end: offset + match.index + match[0].length,
      message: inCommand
        ? 'A command of the configuration runs a download unseen.'
        : 'The instructions have the agent run a download unseen.',
      severity: inCommand ? ('high' as const) : ('medium' as const),
      confidence: inCommand ? 0.95 : 0.8,
    })),
  );
}

/** Agents that are started so that they ask nobody. */
export function unattendedAgents(text: string, offset: number): Hit[] {
  return [...text.matchAll(UNATTENDED)]
    .filter((match) => AGENT_PROGRAM.test(text.slice(Math.max(0, match.index - 200), match.index)))
    .map((match) => ({
      check: 'agents.automatic-approval' as const,
      start: offset + match.index,
      end: offset + match.index + match[0].length,
      message: 'An agent is started so that it asks nobody before it acts.',
      severity: 'medium' as const,
      confidence: 0.9,
    }));
}

/** Variables from the agent that stand in a command where the shell takes them apart. */
export function unquotedVariables(command: string): { readonly at: number; readonly length: number }[] {
  return [...command.matchAll(VARIABLE)]
    .filter((match) => /\beval\b/.test(command.slice(0, match.index)) || !quoted(command, match.index))
    .map((match) => ({ at: match.index, length: match[0].length }));
}

/** Whether a place stands in double quotes (in single ones nothing is expanded, so nothing is taken apart either), or is an assignment's value. */
function quoted(command: string, place: number): boolean {
  let quote = '';
  for (let at = 0; at < place; at++) {
    const char = command[at];
    if (char === '\\' && quote !== "'") at++;
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
  }
  return quote !== '' || /(?:^|[\s;])\w+=$/.test(command.slice(0, place)) || /\[\[[^\]]*$/.test(command.slice(0, place));
}
