import { toolFacts, type Effect, type Manifest } from '../../flow/index.ts';
import type { ToolDefinition } from './definition.ts';
import { wordsOfName } from './rules/names.ts';

/** What a tool adds to what an agent can do. */
export const LEGS = ['private', 'untrusted', 'outside', 'destructive'] as const;
export type Leg = (typeof LEGS)[number];

/** A tool of an agent's set, and what it adds. */
export type ReachTool = { readonly server: string; readonly name: string; readonly effect: Effect; readonly legs: readonly Leg[] };

/**
 * Tools that are dangerous together. `exfiltration`: what somebody else wrote can have private data sent out (the "lethal trifecta").
 * `sabotage`: what somebody else wrote can have things destroyed. `by` names the tools (`server/tool`) of each leg.
 */
export type Combination = { readonly kind: 'exfiltration' | 'sabotage'; readonly by: Readonly<Partial<Record<Leg, readonly string[]>>> };
export type Reach = { readonly tools: readonly ReachTool[]; readonly combinations: readonly Combination[] };

const COMBINATIONS: readonly (readonly [Combination['kind'], readonly Leg[]])[] = [
  ['exfiltration', ['private', 'untrusted', 'outside']],
  ['sabotage', ['untrusted', 'destructive']],
];

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
/** Things that belong to somebody. */
const PRIVATE = words(
  'file files folder directory document documents drive note notes mail mails email emails inbox message messages chat chats dm contact contacts calendar event events database db sql table ' +
    'tables query record records customer customers account accounts transaction transactions balance invoice invoices secret secrets vault credential credentials env memory memories repo ' +
    'repository repositories code ticket tickets issue issues log logs order orders patient employee user users profile history clipboard screenshot page pages wiki spreadsheet sheet bucket object row rows collection',
);
/** Things that somebody else may have written. */
const UNTRUSTED = words(
  'mail mails email emails inbox message messages chat chats comment comments issue issues ticket tickets review reviews thread threads channel post posts feed web website webpage page pages url ' +
    'browser html search news article articles document documents pdf attachment attachments file files transcript video readme discussion discussions pull pr results snapshot form response responses',
);
/** Tools that run whatever they are given do everything. */
const ANYTHING = words('bash shell exec execute terminal command commands eval python node javascript script code repl process');
const RUNS = words('run execute exec eval bash shell start invoke interpret');

/** What a set of tools can do together, by the manifest (under the name that `named` gives a tool), the names and what annotations make stricter. */
export function judgeReach(
  tools: readonly { readonly server: string; readonly definition: ToolDefinition }[],
  manifest: Manifest = {},
  named: (server: string, name: string) => string = (_server, name) => name,
): Reach {
  const judged = tools.map(({ server, definition }) => reachOf(server, definition, manifest, named(server, definition.name)));
  const combinations = COMBINATIONS.flatMap(([kind, legs]): Combination[] => {
    const by = Object.fromEntries(
      legs.map((leg) => [leg, judged.filter((tool) => tool.legs.includes(leg)).map(({ server, name }) => `${server}/${name}`)]),
    );
    return legs.every((leg) => (by[leg] ?? []).length > 0) ? [{ kind, by }] : [];
  });
  return { tools: judged, combinations };
}

function reachOf(
  server: string,
  { name, description = '', annotations = {} }: ToolDefinition,
  manifest: Manifest,
  full: string,
): ReachTool {
  const facts = toolFacts(full, manifest, hintsOf(annotations));
  const named = wordsOfName(name).split(' ');
  // Names that name no thing leave it to the first sentence.
  const told = named.some((word) => PRIVATE.has(word) || UNTRUSTED.has(word))
    ? named
    : [...named, ...wordsOfName(description.slice(0, 200).split(/[.\n]/)[0] ?? '').split(' ')];
  const runs = named.some((word) => RUNS.has(word)) && named.some((word) => ANYTHING.has(word)) && facts.source === 'name';
  const gives = facts.effect === 'read' || facts.fetches || runs;
  const legs: Leg[] = [];
  if (
    runs ||
    facts.secrecy === 'secret' ||
    (gives && facts.secrecy !== 'public' && !facts.fetches && told.some((word) => PRIVATE.has(word)))
  )
    legs.push('private');
  if (
    runs ||
    (gives && facts.output !== 'trusted' && (facts.output === 'opaque' || facts.fetches || told.some((word) => UNTRUSTED.has(word))))
  )
    legs.push('untrusted');
  if (runs || facts.effect === 'egress' || (facts.outside && facts.effect !== 'read')) legs.push('outside');
  if (runs || facts.effect === 'destructive') legs.push('destructive');
  return { server, name, effect: runs ? 'destructive' : facts.effect, legs };
}

/** The hints of MCP that make a tool stricter. */
function hintsOf(annotations: ToolDefinition['annotations'] & object): {
  readOnlyHint?: boolean;
  destructiveHint?: boolean;
  openWorldHint?: boolean;
} {
  const hint = (key: string): boolean | undefined => (typeof annotations[key] === 'boolean' ? annotations[key] : undefined);
  const [readOnlyHint, destructiveHint, openWorldHint] = [hint('readOnlyHint'), hint('destructiveHint'), hint('openWorldHint')];
  return {
    ...(readOnlyHint === undefined ? {} : { readOnlyHint }),
    ...(destructiveHint === undefined ? {} : { destructiveHint }),
    ...(openWorldHint === undefined ? {} : { openWorldHint }),
  };
}
