import { at, entriesOf, everyEntry, itemsOf, isTrue, textOf, type DocumentNode } from '../document/node.ts';
import type { Hit } from './hit.ts';
import { pipedDownloads, unattendedAgents, unquotedVariables } from './shell.ts';
import { serverHits } from './servers.ts';

/** Settings that switch approval off, by the last of their keys. Source: the documentation of each agent. */
const APPROVE_ALL: Readonly<Record<string, (value: DocumentNode) => boolean>> = {
  // Claude Code
  defaultMode: (value) => textOf(value) === 'bypassPermissions',
  skipDangerousModePermissionPrompt: isTrue,
  enableAllProjectMcpServers: isTrue,
  // VS Code
  'chat.tools.autoApprove': isTrue,
  'chat.tools.global.autoApprove': isTrue,
  'chat.tools.terminal.autoApprove': (value) =>
    entriesOf(value).some(
      (entry) => /^\/?[\^(]*\.[*+][)$]*\/?[a-z]*$/.test(entry.key) && (isTrue(entry.value) || isTrue(at(entry.value, 'approve'))),
    ),
  // Gemini, Qwen
  autoAccept: isTrue,
  defaultApprovalMode: (value) => textOf(value) === 'yolo',
  // Codex
  approval_policy: (value) => textOf(value) === 'never',
  sandbox_mode: (value) => textOf(value) === 'danger-full-access',
  // Cursor, Windsurf, Cline
  yoloMode: isTrue,
  'cascade.autoExecutionPolicy': (value) => textOf(value) === 'turbo',
  'yes-always': isTrue,
};

/** Claude Code: a whole tool allowed that can do everything. */
const BROAD_RULE = /^(?:\*|Bash(?:\((?:\*|:\*|\*:\*)?\))?|(?:Write|Edit|WebFetch)\(\*\*?\))$/;

/** Variables that say where model traffic goes. */
const MODEL_ADDRESS =
  /^(?:ANTHROPIC|OPENAI|GEMINI|GOOGLE_GEMINI|CLAUDE_CODE|AZURE_OPENAI|OPENROUTER|MISTRAL|GROQ|XAI)_(?:BASE_URL|API_BASE|ENDPOINT|BEDROCK_BASE_URL|VERTEX_BASE_URL)$/;
const OFFICIAL =
  /^https:\/\/(?:[\w-]+\.)*(?:anthropic\.com|openai\.com|googleapis\.com|openrouter\.ai|mistral\.ai|groq\.com|x\.ai|amazonaws\.com|azure\.com)(?:[:/]|$)/;
const LOCAL = /^https?:\/\/(?:localhost|127\.|\[::1\]|host\.docker\.internal)|^\$\{?\w/;

/** What is wrong in the settings of an agent or editor. */
export function settingsHits(root: DocumentNode, path: string): Hit[] {
  const hits = serverHits(root);
  for (const { path: keys, entry } of everyEntry(root)) {
    const { key, value } = entry;
    const parent = keys.at(-1);
    const place = { start: entry.start, end: value.kind === 'object' || value.kind === 'array' ? entry.end : value.end };
    if (Object.hasOwn(APPROVE_ALL, key) && APPROVE_ALL[key]?.(value) === true)
      hits.push({
        check: 'agents.automatic-approval',
        ...place,
        message: 'A setting lets the agent act without asking.',
        confidence: 0.95,
      });
    if (key === 'allow' && parent === 'permissions') hits.push(...broadRules(value));
    if (parent === 'permission' && (key === 'bash' || key === '*') && textOf(value) === 'allow')
      hits.push({ check: 'agents.automatic-approval', ...place, message: 'Every command is allowed without asking.', confidence: 0.9 });
    if (MODEL_ADDRESS.test(key) && redirects(textOf(value)))
      hits.push({
        check: 'agents.redirected-model',
        ...place,
        message: 'The project sends the model traffic of everyone who opens it to another address.',
        confidence: 0.9,
      });
    if (key === 'command' && keys.includes('hooks')) hits.push(...hookHits(value));
    if (key === 'runOn' && textOf(value) === 'folderOpen')
      hits.push({ check: 'agents.runs-on-open', ...place, message: 'A task runs as soon as the folder is opened.', confidence: 0.95 });
    if (/^(?:initialize|onCreate|updateContent|postCreate|postStart|postAttach)Command$/.test(key) && path.endsWith('devcontainer.json'))
      hits.push(...pipedIn(value));
  }
  return hits;
}

function broadRules(list: DocumentNode): Hit[] {
  return itemsOf(list)
    .filter((item) => BROAD_RULE.test(textOf(item) ?? ''))
    .map((item) => ({
      check: 'agents.automatic-approval' as const,
      start: item.start,
      end: item.end,
      message: 'A rule allows every command or file without asking.',
      confidence: 0.95,
    }));
}

function redirects(address: string | undefined): boolean {
  return address !== undefined && address !== '' && !OFFICIAL.test(address) && !LOCAL.test(address);
}

function hookHits(node: DocumentNode): Hit[] {
  const command = textOf(node);
  if (command === undefined) return [];
  const place = { start: node.start, end: node.end };
  const open = unquotedVariables(command).length > 0;
  return [
    ...pipedDownloads(command, 0, true).map((hit) => ({ ...hit, ...place })),
    ...unattendedAgents(command, 0).map((hit) => ({ ...hit, ...place })),
    ...(open
      ? [
          {
            check: 'agents.hook-injection' as const,
            ...place,
            message: 'A hook puts text from the agent unquoted into a shell command.',
            confidence: 0.85,
          },
        ]
      : []),
  ];
}

function pipedIn(node: DocumentNode): Hit[] {
  const texts = node.kind === 'object' ? node.entries.map(({ value }) => value) : [node];
  return texts.flatMap((text) => pipedDownloads(textOf(text) ?? '', 0, true).map((hit) => ({ ...hit, start: text.start, end: text.end })));
}
