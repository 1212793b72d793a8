import { at, entriesOf, itemsOf, isTrue, textOf, type DocumentNode, type Entry } from '../document/node.ts';
import type { Hit } from './hit.ts';
import { pipedDownloads } from './shell.ts';

/** Keys under which the configuration formats of agents list their tool servers. */
const LISTS: readonly (readonly string[])[] = [
  ['mcpServers'],
  ['servers'],
  ['mcp', 'servers'],
  ['mcp'],
  ['context_servers'],
  ['mcp_servers'],
];

/** Programs that fetch a package and run it, and the words between them and its name. */
const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  npx: [],
  bunx: [],
  pnpx: [],
  uvx: [],
  pnpm: ['dlx'],
  yarn: ['dlx'],
  npm: ['exec'],
  bun: ['x'],
  pipx: ['run'],
  uv: ['tool', 'run'],
  docker: ['run'],
  podman: ['run'],
  deno: ['run'],
};
/** Flags of the runners whose value is the next word. */
const WITH_VALUE =
  /^(?:-p|--package|--from|--with|--python|-e|--env|-v|--volume|--mount|--name|--network|-u|--user|-w|--workdir|--env-file|-c|--call|--index-url|--registry|--entrypoint|-h|--hostname|--platform)$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|host\.docker\.internal)$/i;

/** What is wrong with the tool servers that a configuration starts or reaches. */
export function serverHits(root: DocumentNode): Hit[] {
  return LISTS.flatMap((keys) => entriesOf(at(root, ...keys)).flatMap(serverHit));
}

function serverHit(server: Entry): Hit[] {
  const { value } = server;
  if (value.kind !== 'object') return [];
  return [...unpinned(value), ...plain(value), ...approved(value), ...piped(value)];
}

function commandOf(server: DocumentNode): { words: readonly string[]; nodes: readonly DocumentNode[] } {
  const command = at(server, 'command');
  // Some formats write the command and its arguments as one list.
  const nodes = [...(command?.kind === 'array' ? command.items : command === undefined ? [] : [command]), ...itemsOf(at(server, 'args'))];
  return { words: nodes.map((node) => textOf(node) ?? ''), nodes };
}

function unpinned(server: DocumentNode): Hit[] {
  const { words, nodes } = commandOf(server);
  const first = nodes[0];
  const split = words.length === 1 ? (words[0] ?? '').trim().split(/\s+/) : words;
  // `cmd /c npx …` is how it is written on Windows.
  const from = /^(?:cmd(?:\.exe)?)$/i.test(split[0] ?? '') ? 2 : 0;
  const program =
    (split[from] ?? '')
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.(?:cmd|exe)$/i, '') ?? '';
  const between = RUNNERS[program];
  if (between === undefined || first === undefined) return [];
  const rest = split.slice(from + 1);
  if (!between.every((word, index) => rest[index] === word)) return [];
  const place = packageAt(rest, between.length, program);
  const name = place === undefined ? undefined : rest[place];
  if (name === undefined || isPinned(name, program)) return [];
  const node = words.length === 1 ? first : (nodes[from + 1 + (place ?? 0)] ?? first);
  return [
    {
      check: 'agents.unpinned-server',
      start: node.start,
      end: node.end,
      message: 'A tool server is started in whatever version is newest.',
      confidence: 0.95,
    },
  ];
}

/** Where the package's name stands: what `--package` or `--from` says, else the first word that is no flag. */
function packageAt(words: readonly string[], from: number, program: string): number | undefined {
  const named = words.findIndex(
    (word) => word === '--from' || ((word === '-p' || word === '--package') && program !== 'docker' && program !== 'podman'),
  );
  if (named >= 0) return named + 1;
  for (let index = from; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) return index;
    if (WITH_VALUE.test(word)) index++;
  }
  return undefined;
}

function isPinned(name: string, program: string): boolean {
  if (/^[./~$]|^[A-Za-z]:\\|^file:/.test(name)) return true;
  if (program === 'docker' || program === 'podman') return /@sha256:[0-9a-f]{64}$/.test(name) || /:v?\d+\.\d+\.\d+[\w.-]*$/.test(name);
  if (program === 'deno') return !/^(?:npm|jsr|https?):/.test(name) || /@v?\d+\.\d+/.test(name);
  if (/^(?:git\+|https?:|github:)/.test(name)) return /[@#][0-9a-f]{40}$/.test(name);
  return /(?:@|==)v?\d+(?:\.\d+)+[\w.+-]*$/.test(name);
}

function plain(server: DocumentNode): Hit[] {
  const node = at(server, 'url') ?? at(server, 'serverUrl') ?? at(server, 'httpUrl');
  const host = /^http:\/\/(\[[^\]]*\]|[^/:]*)/i.exec(textOf(node) ?? '')?.[1];
  if (node === undefined || host === undefined || LOOPBACK.test(host) || host.startsWith('$')) return [];
  return [
    { check: 'agents.plain-server', start: node.start, end: node.end, message: 'A tool server is reached without TLS.', confidence: 0.95 },
  ];
}

/** All tools of a server approved: `autoApprove: ["*"]` (Kiro, Cline), `alwaysAllow` (Roo), `trust: true` (Gemini). */
function approved(server: DocumentNode): Hit[] {
  const lists = [at(server, 'autoApprove'), at(server, 'alwaysAllow')].flatMap((node) =>
    isTrue(node) || itemsOf(node).some((item) => textOf(item) === '*') ? [node] : [],
  );
  const trusted = at(server, 'trust');
  return [...lists, ...(isTrue(trusted) ? [trusted] : [])].flatMap((node) =>
    node === undefined
      ? []
      : [
          {
            check: 'agents.automatic-approval' as const,
            start: node.start,
            end: node.end,
            message: 'All tools of a server are approved beforehand.',
            confidence: 0.95,
          },
        ],
  );
}

function piped(server: DocumentNode): Hit[] {
  const { nodes } = commandOf(server);
  return nodes.flatMap((node) => pipedDownloads(textOf(node) ?? '', 0, true).map((hit) => ({ ...hit, start: node.start, end: node.end })));
}
