import { isObject, readYaml, Type, type Json } from '../../kernel/index.ts';
import { at, entriesOf, itemsOf, readJsonc, readToml, textOf, type DocumentNode, type Entry } from '../../scan/index.ts';

/** A server as an app has it. `start`, `end`: where it stands in the file (UTF-16 code units; both 0 in YAML, which has no places). */
export type ConfiguredServer = {
  readonly app: string;
  readonly path: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly disabled: boolean;
  readonly how:
    | { readonly kind: 'stdio'; readonly command: string; readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> }
    | { readonly kind: 'http'; readonly url: string; readonly headers: Readonly<Record<string, string>> };
};

/** Servers of one file; nobody has more. */
const MAX_SERVERS = 500;

/** The servers of a configuration; undefined when it cannot be read as what its name says. It is data: nothing of it is run or filled in. */
export function serversOf(
  file: { readonly app: string; readonly path: string; readonly text: string },
  keys: readonly (readonly string[])[],
): readonly ConfiguredServer[] | undefined {
  const root = readDocument(file.path, file.text);
  if (root === undefined) return undefined;
  const seen = new Set<number | string>();
  return keys
    .flatMap((path) => membersAt(root, path))
    .flatMap((entry) => {
      const key = entry.value.start === 0 ? entry.key : entry.value.start;
      if (seen.has(key)) return [];
      seen.add(key);
      const how = howOf(entry.value);
      const place = { start: entry.start, end: entry.start + entry.key.length + 2 };
      return how === undefined ? [] : [{ app: file.app, path: file.path, name: entry.key, ...place, disabled: isOff(entry.value), how }];
    })
    .slice(0, MAX_SERVERS);
}

function readDocument(path: string, text: string): DocumentNode | undefined {
  if (text.trim() === '') return { kind: 'object', entries: [], start: 0, end: 0 };
  if (path.endsWith('.toml')) return readToml(text);
  if (!/\.ya?ml$/.test(path)) return readJsonc(text);
  const read = readYaml(text, Type.Unknown());
  return read.ok ? nodeOf(read.value as Json) : undefined;
}

/** A value without places, as a document. */
function nodeOf(value: Json): DocumentNode {
  const place = { start: 0, end: 0 };
  if (Array.isArray(value)) return { kind: 'array', items: value.map(nodeOf), ...place };
  if (isObject(value))
    return { kind: 'object', entries: Object.entries(value).map(([key, item]) => ({ key, value: nodeOf(item), ...place })), ...place };
  if (typeof value === 'string') return { kind: 'string', value, ...place };
  if (typeof value === 'number') return { kind: 'number', value, ...place };
  return typeof value === 'boolean' ? { kind: 'boolean', value, ...place } : { kind: 'null', ...place };
}

function membersAt(root: DocumentNode, [key, ...rest]: readonly string[]): Entry[] {
  if (key === undefined) {
    // Some apps write a list of servers that name themselves.
    const listed = itemsOf(root).map((value): Entry => ({
      key: textOf(at(value, 'name')) ?? '',
      value,
      start: value.start,
      end: value.end,
    }));
    return [...entriesOf(root), ...listed];
  }
  if (key === '*') return entriesOf(root).flatMap(({ value }) => membersAt(value, rest));
  const next = at(root, key);
  return next === undefined ? [] : membersAt(next, rest);
}

function howOf(server: DocumentNode): ConfiguredServer['how'] | undefined {
  // Zed nests the command, Continue the transport.
  const inner = [at(server, 'command'), at(server, 'transport'), server].find(
    (node) =>
      node?.kind === 'object' &&
      (at(node, 'command') ??
        at(node, 'path') ??
        at(node, 'cmd') ??
        at(node, 'url') ??
        at(node, 'serverUrl') ??
        at(node, 'httpUrl') ??
        at(node, 'uri')) !== undefined,
  );
  if (inner === undefined) return undefined;
  const url = textOf(at(inner, 'url') ?? at(inner, 'serverUrl') ?? at(inner, 'httpUrl') ?? at(inner, 'uri'));
  if (url !== undefined) return { kind: 'http', url, headers: texts(at(inner, 'headers')) };
  const command = at(inner, 'command') ?? at(inner, 'path') ?? at(inner, 'cmd');
  const listed = [...itemsOf(command), ...(command?.kind === 'string' ? [command] : []), ...itemsOf(at(inner, 'args'))].map(
    (node) => textOf(node) ?? '',
  );
  const [program, ...args] = listed.length === 1 ? (listed[0] ?? '').trim().split(/\s+/) : listed;
  if (program === undefined || program === '') return undefined;
  return {
    kind: 'stdio',
    command: program,
    args,
    env: { ...texts(at(inner, 'env')), ...texts(at(inner, 'environment')), ...texts(at(inner, 'envs')) },
  };
}

function texts(node: DocumentNode | undefined): Record<string, string> {
  return Object.fromEntries(
    entriesOf(node).flatMap(({ key, value }): [string, string][] => (value.kind === 'string' ? [[key, value.value]] : [])),
  );
}

function isOff(server: DocumentNode): boolean {
  const flag = (key: string, when: boolean): boolean => {
    const node = at(server, key);
    return node?.kind === 'boolean' && node.value === when;
  };
  return flag('disabled', true) || flag('enabled', false);
}
