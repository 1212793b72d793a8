import { isCollection, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { escapePointer, parser, type TSchema } from './schema.ts';

/** A place in a text; both count from 1. */
export type TextPlace = { readonly line: number; readonly column: number };

/** One thing wrong with a YAML text: where, as line and column and as JSON pointer (RFC 6901), and what. */
export type YamlProblem = TextPlace & { readonly pointer: string; readonly message: string };

/** A text that is YAML: its value, and where a pointer into it leads. */
export type YamlValue = { readonly value: unknown; lineOf(pointer: string): TextPlace };

/** `form`: the text is YAML, and only its value does not fit the schema. */
export type ReadYaml = ({ ok: true } & YamlValue) | { ok: false; problems: YamlProblem[]; form?: YamlValue };

/** A configuration of a person stays far below; bounds the work of the parser. UTF-16 code units. */
export const MAX_YAML_LENGTH = 1_048_576;
/** As in `readJson`: bounds the recursion of every later walk. */
const MAX_YAML_DEPTH = 64;
/** Anchors are a convenience; nested ones multiply ("billion laughs"). The library counts expansions. */
const MAX_ALIASES = 100;
/** Problems reported at once; more would not be read. */
const MAX_PROBLEMS = 50;

/**
 * Reads one YAML 1.2 document (core schema: no custom tags, no merge keys, no duplicate keys, string keys only) and checks it against `schema`.
 * All problems come at once. `lineOf` answers where the value of a pointer starts, or its nearest parent's.
 */
export function readYaml(source: string, schema: TSchema): ReadYaml {
  if (source.length > MAX_YAML_LENGTH)
    return refuse([{ line: 1, column: 1, pointer: '', message: `longer than ${MAX_YAML_LENGTH} characters` }]);
  const lines = new LineCounter();
  const document = parseText(source, lines);
  if (!('contents' in document)) return refuse([document]);
  const syntax = [...syntaxProblems(document, lines), ...shapeProblems(document, lines)];
  if (syntax.length > 0) return refuse(syntax);
  const place = (pointer: string): TextPlace => placeOf(document, lines, pointer);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return refuse([{ line: 1, column: 1, pointer: '', message: 'aliases expand to too much' }]);
  }
  const parsed = parser(schema)(value);
  if (!parsed.ok)
    return { ...refuse(parsed.problems.map((problem) => ({ ...place(problem.pointer), ...problem }))), form: { value, lineOf: place } };
  return { ok: true, value: parsed.value, lineOf: place };
}

function refuse(problems: YamlProblem[]): { ok: false; problems: YamlProblem[] } {
  return { ok: false, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column).slice(0, MAX_PROBLEMS) };
}

type ParsedDocument = ReturnType<typeof parseDocument>;

function parseText(source: string, lines: LineCounter): ParsedDocument | YamlProblem {
  try {
    return parseDocument(source, {
      version: '1.2',
      schema: 'core',
      strict: true,
      uniqueKeys: true,
      stringKeys: true,
      merge: false,
      resolveKnownTags: false,
      customTags: null,
      prettyErrors: false,
      lineCounter: lines,
      logLevel: 'error',
    });
  } catch {
    // The parser recurses: nesting of thousands ends its stack before the depth can be looked at.
    return { line: 1, column: 1, pointer: '', message: `nested deeper than ${MAX_YAML_DEPTH}` };
  }
}

/** What the parser says, warnings too: an unresolved tag is one, and would silently give a string. */
function syntaxProblems(document: ParsedDocument, lines: LineCounter): YamlProblem[] {
  return [...document.errors, ...document.warnings].map((error) => ({
    ...at(lines, error.pos[0]),
    pointer: '',
    message: `not valid YAML: ${error.message}`,
  }));
}

/** Nesting, explicit tags and a %YAML directive that asks for other rules. */
function shapeProblems(document: ParsedDocument, lines: LineCounter): YamlProblem[] {
  const problems: YamlProblem[] = [];
  const directive = document.directives?.yaml;
  if (directive?.explicit === true && directive.version !== '1.2')
    problems.push({ line: 1, column: 1, pointer: '', message: 'only YAML 1.2 is read' });
  visit(document, {
    Node(_key, node, path) {
      const place = at(lines, node.range?.[0] ?? 0);
      if (path.filter(isCollection).length >= MAX_YAML_DEPTH) {
        problems.push({ ...place, pointer: '', message: `nested deeper than ${MAX_YAML_DEPTH}` });
        return visit.BREAK;
      }
      if (node.tag !== undefined && (isScalar(node) || isCollection(node)) && !node.tag.startsWith('tag:yaml.org,2002:'))
        problems.push({ ...place, pointer: '', message: `tag ${node.tag} is not allowed` });
      return undefined;
    },
  });
  return problems;
}

/** Where the key of the last step stands (it is what a person looks for), else the item, else the nearest parent that exists. */
function placeOf(document: Document, lines: LineCounter, pointer: string): TextPlace {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? 0;
  for (const step of pointer.split('/').slice(1)) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && escapePointer(String(item.key.value)) === step);
      if (pair === undefined) break;
      offset = rangeStart(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      const start = rangeStart(node);
      if (start === undefined) break;
      offset = start;
    } else break;
  }
  return at(lines, offset);
}

function rangeStart(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) ? node.range?.[0] : undefined;
}

function at(lines: LineCounter, offset: number): TextPlace {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
