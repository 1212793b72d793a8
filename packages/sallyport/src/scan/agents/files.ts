/** What kind of agent file a path is. `rules`: text that a model reads as instructions; `settings`: JSON; `toml`; `script`: what runs agents. */
export type AgentFile = 'rules' | 'settings' | 'toml' | 'yaml' | 'script';

const KINDS: readonly (readonly [RegExp, AgentFile])[] = [
  [/(?:^|\/)(?:AGENTS|CLAUDE|GEMINI|SKILL|QWEN|WARP)(?:\.local|\.override)?\.md$/i, 'rules'],
  [/(?:^|\/)\.(?:cursorrules|windsurfrules|clinerules|roorules|goosehints|rules)$/, 'rules'],
  [
    /(?:^|\/)\.(?:claude|cursor|windsurf|clinerules|roo|kiro|continue|gemini|codex|amazonq|augment|junie|trae|agents?)\/.*\.(?:mdc?|txt|prompt)$/,
    'rules',
  ],
  [/(?:^|\/)\.github\/(?:copilot-instructions\.md|(?:instructions|prompts|chatmodes|agents)\/.*\.md)$/, 'rules'],
  [/(?:^|\/)\.(?:claude|cursor|windsurf|roo|kiro|continue|gemini|amazonq|augment|junie|trae|agents?)\/.*\.jsonc?$/, 'settings'],
  [/(?:^|\/)\.vscode\/(?:mcp|settings|tasks)\.json$/, 'settings'],
  [/(?:^|\/)(?:\.?mcp|mcp_config|mcp_settings|cline_mcp_settings|claude_desktop_config|opencode|\.opencode)\.jsonc?$/, 'settings'],
  [/\.code-workspace$|(?:^|\/)devcontainer\.json$/, 'settings'],
  [/(?:^|\/)\.codex\/.*\.toml$/, 'toml'],
  [/(?:^|\/)\.aider\.conf\.ya?ml$/, 'yaml'],
  [/(?:^|\/)\.(?:claude|cursor|codex|gemini)\/.*\.(?:sh|bash|zsh|ps1)$/, 'script'],
  [/(?:^|\/)\.github\/(?:workflows\/[^/]+|actions\/.*action)\.ya?ml$/, 'script'],
];

/** The kind of the file at `path`, or undefined when no agent reads it. */
export function agentFile(path: string): AgentFile | undefined {
  return KINDS.find(([pattern]) => pattern.test(path))?.[1];
}
