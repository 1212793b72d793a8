import type { Finding, Severity } from '../../kernel/index.ts';
import type { CheckDescription } from '../../scan/index.ts';
import type { DefinitionKind } from './definition.ts';

/** A finding in a definition. `location` is `{kind: 'member', path: server, member: kind/name + JSON pointer}`; `message` holds no text of it but names. */
export type DefinitionFinding = Finding & {
  readonly kind: DefinitionKind;
  /** Of the tool, prompt or resource; '' for the instructions. */
  readonly name: string;
  /** JSON pointer into the definition. */
  readonly path: string;
  readonly message: string;
};

const POISONING = ['LLM01:2025', 'ASI01:2026', 'ASI04:2026'];

/** What is looked for in definitions (ASI: OWASP Top 10 for Agentic Applications 2026). */
export const DEFINITION_CHECKS = [
  {
    id: 'mcp.hidden-text',
    title: 'A definition holds text that a person does not see',
    why: 'Models read tag characters, zero-width characters, text turned round and text pushed out of sight; who approves the tool does not.',
    fix: 'Do not use the tool; ask its author who put the text there.',
    severity: 'high',
    taxonomy: ['CWE-1007', ...POISONING],
  },
  {
    id: 'mcp.terminal-escape',
    title: 'A definition holds control characters for terminals',
    why: 'Escape sequences move the cursor, delete lines and colour text as the background: what a person approves in a terminal is not what the model reads.',
    fix: 'Do not use the tool.',
    severity: 'high',
    taxonomy: ['CWE-150', ...POISONING],
  },
  {
    id: 'mcp.instructions',
    title: 'A definition gives the model orders beyond the use of the tool',
    why: 'Descriptions go into the context of the model like a system prompt: an order there steers everything that the agent does ("tool poisoning").',
    fix: 'Do not use the tool, or have the text changed; a description says what a tool does and what its parameters mean.',
    severity: 'high',
    taxonomy: POISONING,
  },
  {
    id: 'mcp.cross-tool',
    title: 'A definition gives orders about other tools',
    why: 'A server that says when and how the tools of others are to be called controls them without ever being called itself.',
    fix: 'Do not use the server beside others; a description may say what must be called before its own tool, not the other way round.',
    severity: 'high',
    taxonomy: POISONING,
  },
  {
    id: 'mcp.exfiltration',
    title: 'A definition asks for data that the tool has no use for',
    why: 'The conversation, files, keys or the system prompt travel to the server in an argument, and nobody sees it.',
    fix: 'Do not use the tool.',
    severity: 'critical',
    taxonomy: ['CWE-359', 'LLM02:2025', ...POISONING],
  },
  {
    id: 'mcp.exfiltrating-parameter',
    title: 'A parameter is named for the context of the model',
    why: 'Models fill in what a name asks for: a parameter such as a conversation history is filled with it, with no word of explanation.',
    fix: 'Do not use the tool, or forbid the argument with a rule.',
    severity: 'medium',
    taxonomy: ['CWE-359', 'LLM02:2025', 'ASI02:2026'],
  },
  {
    id: 'mcp.secrecy',
    title: 'A definition has the model keep something from its user',
    why: 'Nothing that a tool does for its user must be kept from them: hiding is how an attack stays unnoticed.',
    fix: 'Do not use the tool.',
    severity: 'high',
    taxonomy: POISONING,
  },
  {
    id: 'mcp.dangerous-value',
    title: 'A default or allowed value of a parameter sends data elsewhere or runs a command',
    why: 'The model takes the value as it is given: a copy goes to the address, the file is read, the command is run.',
    fix: 'Do not use the tool, or forbid the value with a rule.',
    severity: 'high',
    taxonomy: ['CWE-453', ...POISONING],
  },
  {
    id: 'mcp.shadowed-name',
    title: 'A tool has the name of a tool of another server',
    why: 'Where both are offered without their servers, the model or the client may call this one in place of the other.',
    fix: 'Offer the tools with the names of their servers before them, or leave one of them out.',
    severity: 'low',
    taxonomy: ['CWE-290', 'ASI02:2026', 'ASI04:2026'],
  },
  {
    id: 'mcp.lookalike-name',
    title: 'The name of a tool looks like another but is not the same',
    why: 'Letters of other scripts, invisible characters and swapped digits make two names that a person takes for one.',
    fix: 'Do not use the tool.',
    severity: 'high',
    taxonomy: ['CWE-1007', 'CWE-290', 'ASI04:2026'],
  },
  {
    id: 'mcp.misleading-annotation',
    title: 'A tool claims to change nothing, and its name says the contrary',
    why: 'Clients run tools that claim to be read-only without asking.',
    fix: 'Set the effect of the tool in the manifest (`tools:` of sallyport.yaml).',
    severity: 'medium',
    taxonomy: ['CWE-451', 'ASI02:2026'],
  },
  {
    id: 'mcp.toxic-combination',
    title: 'Tools that are harmless alone are dangerous together',
    why: 'An agent that reads what others wrote, reads private data and sends things out can be made to carry the data out by a text ("lethal trifecta"); the same with tools that destroy.',
    fix: 'Split the tools over agents that do not share a conversation, or have one of the legs ask (`flow`, rules on `tool_call`).',
    severity: 'medium',
    taxonomy: ['LLM06:2025', 'ASI02:2026', 'ASI03:2026'],
  },
  {
    id: 'mcp.not-scanned',
    title: 'A definition could not be looked at whole',
    why: 'What was not looked at may hold anything.',
    fix: 'Do not use the tool before it is smaller.',
    severity: 'medium',
    taxonomy: ['CWE-1284'],
  },
] as const satisfies readonly CheckDescription[];

/** Every check of this module, for reports. */
export type DefinitionCheckId = (typeof DEFINITION_CHECKS)[number]['id'];

/** What a rule found, before it is told where. */
export type Hit = {
  readonly check: DefinitionCheckId;
  /** One sentence, without text of the definition. */
  readonly message: string;
  readonly confidence: number;
  readonly severity?: Severity;
  readonly evidence?: string;
};

export function findingOf(hit: Hit, at: { server: string; kind: DefinitionKind; name: string; path: string }): DefinitionFinding {
  const check = DEFINITION_CHECKS.find(({ id }) => id === hit.check) as CheckDescription;
  return {
    rule: hit.check,
    category: 'tool_poisoning',
    type: hit.check.slice('mcp.'.length).replaceAll('-', '_').toUpperCase(),
    severity: hit.severity ?? check.severity,
    confidence: hit.confidence,
    location: { kind: 'member', path: at.server, member: `${at.kind}/${at.name}${at.path}` },
    ...(hit.evidence === undefined ? {} : { evidence: hit.evidence }),
    fix: check.fix,
    taxonomy: check.taxonomy,
    kind: at.kind,
    name: at.name,
    path: at.path,
    message: hit.message,
  };
}
