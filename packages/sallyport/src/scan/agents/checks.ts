import type { CheckDescription } from '../finding.ts';

/** Checks over the configuration of coding agents and their servers (ASI: OWASP Top 10 for Agentic Applications 2026). */
export const AGENT_CHECKS = [
  {
    id: 'agents.hidden-characters',
    title: 'Text in an agent file that a person does not see',
    why: 'Rules and instructions are read by the model whole: tag characters, zero-width characters and bidi controls carry orders past review ("Rules File Backdoor", Pillar Security, 2025; CVE-2021-42574).',
    fix: 'Remove the invisible characters, and look at who added them.',
    severity: 'high',
    taxonomy: ['CWE-1007', 'LLM01:2025', 'ASI01:2026'],
  },
  {
    id: 'agents.automatic-approval',
    title: 'Actions of an agent are approved without a person',
    why: 'Whoever gets a text in front of the agent (an issue, a web page, a file) can have it run commands or change files on the machine of everyone who opens the project.',
    fix: 'Take the setting out of the shared configuration; allow single commands instead.',
    severity: 'high',
    taxonomy: ['CWE-862', 'LLM06:2025', 'ASI02:2026'],
  },
  {
    id: 'agents.piped-download',
    title: 'A download is run without being looked at',
    why: 'Whoever controls the address, or the way to it, runs commands on every machine where the agent follows this.',
    fix: 'Download to a file, check its digest or signature, then run it; or use a package with a pinned version.',
    severity: 'high',
    taxonomy: ['CWE-494', 'LLM03:2025', 'ASI04:2026'],
  },
  {
    id: 'agents.unpinned-server',
    title: 'A tool server is started in whatever version is newest',
    why: "The next version of the package is run with the agent's rights without anybody having looked at it; a taken-over package reaches every user at once.",
    fix: 'Name the exact version (`name@1.2.3`, `name==1.2.3`, `image@sha256:…`).',
    severity: 'medium',
    taxonomy: ['CWE-829', 'LLM03:2025', 'ASI04:2026'],
  },
  {
    id: 'agents.plain-server',
    title: 'A tool server is reached without TLS',
    why: 'Whoever is on the way reads what the agent sends and writes what its tools answer.',
    fix: 'Use https.',
    severity: 'medium',
    taxonomy: ['CWE-319', 'ASI04:2026'],
  },
  {
    id: 'agents.redirected-model',
    title: 'The project sends the model traffic elsewhere',
    why: "Opening the project sends prompts, files and the user's API key to this address (CVE-2026-21852).",
    fix: 'Take the address out of the project; each user sets their own.',
    severity: 'high',
    taxonomy: ['CWE-441', 'LLM02:2025', 'ASI03:2026'],
  },
  {
    id: 'agents.hook-injection',
    title: 'A hook puts text from the agent into a shell command',
    why: 'File names and tool arguments come from the model, so from whatever it read; unquoted, the shell takes them apart and runs what is in them.',
    fix: 'Put the variable in double quotes, never through eval, and check it against what is expected.',
    severity: 'high',
    taxonomy: ['CWE-78', 'LLM05:2025', 'ASI05:2026'],
  },
  {
    id: 'agents.runs-on-open',
    title: 'A command runs as soon as the project is opened',
    why: 'Nobody has looked at the project then; an agent that may write this file can have commands run later.',
    fix: 'Remove `runOn: folderOpen`; start the task by hand.',
    severity: 'medium',
    taxonomy: ['CWE-829', 'ASI05:2026'],
  },
  {
    id: 'agents.concealment',
    title: 'The agent is told to keep something from its user',
    why: 'Rules that hide what is done from the person who answers for it are how poisoned rules files stay unnoticed.',
    fix: 'Remove the sentence, and look at what it hides.',
    severity: 'high',
    taxonomy: ['LLM01:2025', 'ASI01:2026'],
  },
] as const satisfies readonly CheckDescription[];

export type AgentCheckId = (typeof AGENT_CHECKS)[number]['id'];
