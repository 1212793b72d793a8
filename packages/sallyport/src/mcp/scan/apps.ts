/**
 * Where an app keeps the servers that it starts. Paths begin with `~` (home), `{config}` (the platform's folder for settings) or nothing
 * (the working folder). `keys` lead to the servers; `*` is every member. Source: the documentation of each app.
 */
export type App = { readonly app: string; readonly files: readonly string[]; readonly keys: readonly (readonly string[])[] };

const CODE = [
  '{config}/Code/User',
  '{config}/Code - Insiders/User',
  '{config}/VSCodium/User',
  '{config}/Cursor/User',
  '{config}/Windsurf/User',
];

export const APPS: readonly App[] = [
  { app: 'Claude Desktop', files: ['{config}/Claude/claude_desktop_config.json'], keys: [['mcpServers']] },
  { app: 'Claude Code', files: ['~/.claude.json', '.mcp.json'], keys: [['mcpServers'], ['projects', '*', 'mcpServers']] },
  { app: 'Cursor', files: ['~/.cursor/mcp.json', '.cursor/mcp.json'], keys: [['mcpServers']] },
  { app: 'VS Code', files: [...CODE.map((folder) => `${folder}/mcp.json`), '.vscode/mcp.json'], keys: [['servers']] },
  {
    app: 'VS Code settings',
    files: [...CODE.map((folder) => `${folder}/settings.json`), '.vscode/settings.json'],
    keys: [['mcp', 'servers']],
  },
  { app: 'Windsurf', files: ['~/.codeium/windsurf/mcp_config.json'], keys: [['mcpServers']] },
  { app: 'Zed', files: ['~/.config/zed/settings.json', '{config}/Zed/settings.json', '.zed/settings.json'], keys: [['context_servers']] },
  { app: 'Gemini CLI', files: ['~/.gemini/settings.json', '.gemini/settings.json'], keys: [['mcpServers']] },
  { app: 'Qwen Code', files: ['~/.qwen/settings.json', '.qwen/settings.json'], keys: [['mcpServers']] },
  { app: 'Codex', files: ['~/.codex/config.toml', '.codex/config.toml'], keys: [['mcp_servers']] },
  { app: 'Copilot CLI', files: ['~/.copilot/mcp-config.json'], keys: [['mcpServers']] },
  {
    app: 'Continue',
    files: ['~/.continue/config.yaml', '~/.continue/config.json'],
    keys: [['mcpServers'], ['experimental', 'modelContextProtocolServers']],
  },
  {
    app: 'Cline',
    files: CODE.map((folder) => `${folder}/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json`),
    keys: [['mcpServers']],
  },
  {
    app: 'Roo Code',
    files: [...CODE.map((folder) => `${folder}/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json`), '.roo/mcp.json'],
    keys: [['mcpServers']],
  },
  { app: 'Kiro', files: ['~/.kiro/settings/mcp.json', '.kiro/settings/mcp.json'], keys: [['mcpServers']] },
  { app: 'Amazon Q', files: ['~/.aws/amazonq/mcp.json', '.amazonq/mcp.json'], keys: [['mcpServers']] },
  { app: 'Junie', files: ['~/.junie/mcp/mcp.json', '.junie/mcp/mcp.json'], keys: [['mcpServers']] },
  { app: 'LM Studio', files: ['~/.lmstudio/mcp.json'], keys: [['mcpServers']] },
  { app: 'opencode', files: ['~/.config/opencode/opencode.json', 'opencode.json'], keys: [['mcp']] },
  { app: 'goose', files: ['~/.config/goose/config.yaml'], keys: [['extensions']] },
];

/** All keys under which a configuration of an unknown app may have its servers. */
export const ANY_KEYS: readonly (readonly string[])[] = [
  ...new Map(APPS.flatMap(({ keys }) => keys).map((path) => [path.join('\0'), path])).values(),
];

/** Folders that the paths begin with. */
export type Folders = { readonly home: string; readonly config: string; readonly cwd: string };

/** The platform's folder for the settings of apps. */
export function foldersOf(platform: string, home: string, cwd: string, env: Readonly<Record<string, string | undefined>>): Folders {
  const config =
    platform === 'darwin'
      ? `${home}/Library/Application Support`
      : platform === 'win32'
        ? (env['APPDATA'] ?? `${home}/AppData/Roaming`)
        : (env['XDG_CONFIG_HOME'] ?? `${home}/.config`);
  return { home, config, cwd };
}

/** The absolute path of one of the files above. */
export function pathOf(file: string, { home, config, cwd }: Folders): string {
  if (file.startsWith('~/')) return `${home}${file.slice(1)}`;
  return file.startsWith('{config}') ? file.replace('{config}', config) : `${cwd}/${file}`;
}
