import { createGuards, type Guards } from '../../guard/index.ts';
import { toolEffect } from '../../flow/index.ts';
import type { Definition, DefinitionKind, ServerDefinitions, ToolDefinition } from './definition.ts';
import { findingOf, type DefinitionFinding, type Hit } from './finding.ts';
import { hiddenHits } from './hidden.ts';
import { bySkeleton, OtherNames, type OtherServer } from './lookalike.ts';
import { RULES } from './rules/index.ts';
import { judgeParameterName, wordsOfName } from './rules/names.ts';
import type { Surroundings, TextRule } from './rules/rule.ts';
import { sendsElsewhere } from './rules/values.ts';
import { everyDefinition, textsOf, type DefinitionText } from './texts.ts';

export type { DefinitionFinding } from './finding.ts';

/** `server` is what findings name; `otherServers` are those that the same agents reach. */
export type ScanContext = { readonly server: string; readonly otherServers?: readonly OtherServer[] };

/** Findings of one server; who has so many has been judged. */
export const MAX_FINDINGS = 1_000;
/** Score of the guard's injection detector from which it alone is a finding, and from which it is one beside another sign. */
const SURE = 0.9;
/** Characters of a text that the detector can judge: it knows prose, and a title of three words is none. */
const MIN_SCORED = 60;
/** Matches of one rule in one text that are looked at. */
const MAX_MATCHES = 50;

/**
 * What is wrong with what a server tells about itself: hidden text, orders to the model, orders about other tools, names that look like
 * others, requests for data of the conversation. Pure; at most `MAX_FINDINGS`, by definition, one of a rule for each text. Time is linear in
 * the definitions, which `readDefinitions` has bounded.
 */
export function scanDefinitions(definitions: ServerDefinitions, context: ScanContext): DefinitionFinding[] {
  return new DefinitionScan(definitions, context).findings();
}

let shared: Guards | undefined;

/** Detectors of hidden text and injection; set up once, because that builds their vocabulary. */
function guardsOf(): Guards {
  if (shared !== undefined) return shared;
  const off = createGuards({ config: {}, canaries: [] })
    .describe()
    .filter(({ id }) => id !== 'hidden_text' && id !== 'injection')
    .map(({ id }) => id);
  return (shared = createGuards({ config: { off }, canaries: [] }));
}

class DefinitionScan {
  readonly #definitions: ServerDefinitions;
  readonly #server: string;
  readonly #others: OtherNames;
  readonly #own: ReadonlySet<string>;
  readonly #foreign: ReadonlySet<string>;
  readonly #guards = guardsOf();
  readonly #findings: DefinitionFinding[] = [];

  constructor(definitions: ServerDefinitions, { server, otherServers = [] }: ScanContext) {
    this.#definitions = definitions;
    this.#server = server;
    this.#others = new OtherNames(otherServers);
    this.#own = new Set(ownNames(definitions));
    this.#foreign = new Set(
      [...this.#others.names].map((name) => name.toLowerCase()).filter((name) => isTelling(name) && !this.#own.has(name)),
    );
  }

  findings(): DefinitionFinding[] {
    const { instructions, tools } = this.#definitions;
    if (instructions !== undefined) {
      const text: DefinitionText = { role: 'prose', path: '', text: instructions, parameter: undefined };
      this.#add(
        'instructions',
        '',
        this.#judge(text, { purpose: '', describes: false, parameter: false, instructions: true, own: this.#own, foreign: this.#foreign }),
        '',
      );
    }
    const twins = bySkeleton(tools.map(({ name }) => name));
    for (const { kind, definition } of everyDefinition(this.#definitions)) {
      if (this.#findings.length >= MAX_FINDINGS) break;
      this.#definition(kind, definition);
      if (kind === 'tool')
        this.#add(
          kind,
          definition.name,
          [...this.#others.hits(definition.name, twins), ...misleading(definition as ToolDefinition)],
          '/name',
        );
    }
    return this.#findings.slice(0, MAX_FINDINGS);
  }

  #definition(kind: DefinitionKind, definition: Definition): void {
    const around: Surroundings = {
      purpose: purposeOf(definition),
      describes: false,
      parameter: false,
      instructions: false,
      own: this.#own,
      foreign: this.#foreign,
    };
    for (const text of textsOf(definition)) {
      if (this.#findings.length >= MAX_FINDINGS) return;
      this.#add(
        kind,
        definition.name,
        this.#judge(text, { ...around, describes: text.path === '/description', parameter: text.parameter !== undefined }),
        text.path,
      );
    }
  }

  #judge(text: DefinitionText, around: Surroundings): Hit[] {
    const hits = hiddenHits(text, this.#guards);
    if (text.role === 'name') return [...hits, ...nameHits(text, around)];
    if (
      text.role === 'value' &&
      text.parameter !== undefined &&
      sendsElsewhere(wordsOfName(text.parameter), text.text.trim().toLowerCase())
    )
      hits.push({
        check: 'mcp.dangerous-value',
        message: 'A value of a parameter sends something to an address that the server chose.',
        confidence: 0.85,
      });
    if (text.text.length < MIN_TEXT) return hits;
    const readings = this.#guards.readings(text.text).map(plainOf);
    for (const rule of RULES)
      if (rule.roles?.includes(text.role) !== false && readings.some((reading) => matches(rule, reading, around))) hits.push(hitOf(rule));
    if (!hits.some(({ check }) => check === 'mcp.instructions')) hits.push(...this.#injection(text));
    return hits;
  }

  #injection({ text }: DefinitionText): Hit[] {
    const { scores } = this.#guards.scan(text, { point: 'content', origin: 'retrieved', part: 0 });
    if (scores.injection < SURE || text.length < MIN_SCORED) return [];
    return [
      {
        check: 'mcp.instructions',
        message: 'It reads like an injection.',
        confidence: scores.injection,
        evidence: `injection score ${scores.injection.toFixed(2)}`,
      },
    ];
  }

  #add(kind: DefinitionKind, name: string, hits: readonly Hit[], path: string): void {
    const seen = new Set<string>();
    for (const hit of hits) {
      // One finding of a check for each text: the surest.
      if (seen.has(hit.check)) continue;
      seen.add(hit.check);
      const surest = hits.filter(({ check }) => check === hit.check).sort((a, b) => b.confidence - a.confidence)[0] ?? hit;
      this.#findings.push(findingOf(surest, { server: this.#server, kind, name, path }));
    }
  }
}

/** Shorter texts give no orders. */
const MIN_TEXT = 8;

/** The text as the rules read it: lower case, one space between words, no accents, quotes or marks of emphasis. */
export function plainOf(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}+/gu, '')
    .normalize('NFC')
    .replace(/[*`"“”«»]+/g, '')
    .replace(/[‘’ʼ]/g, "'")
    .replace(/\s+/g, ' ');
}

/** Characters around a match in which an exception counts. */
const BEFORE = 80;
const AFTER = 60;

function matches(rule: TextRule, text: string, around: Surroundings): boolean {
  let looked = 0;
  for (const match of text.matchAll(rule.when)) {
    // So many excuses are one themselves: what came behind them would never be looked at.
    if (++looked > MAX_MATCHES) return true;
    const near = text.slice(Math.max(0, match.index - BEFORE), match.index + match[0].length + AFTER);
    if (rule.unless?.test(near) === true) continue;
    if (rule.holds === undefined || rule.holds(match, text, around)) return true;
  }
  return false;
}

function hitOf({ id, check, message, confidence, severity }: TextRule): Hit {
  return { check, message, confidence, evidence: `rule ${id}`, ...(severity === undefined ? {} : { severity }) };
}

function nameHits({ path, text, parameter }: DefinitionText, around: Surroundings): Hit[] {
  if (parameter === undefined || path === '/name') return [];
  const verdict = judgeParameterName(wordsOfName(text), around, '');
  if (verdict === 'context')
    return [
      {
        check: 'mcp.exfiltrating-parameter',
        message: 'A parameter asks for the context of the model, for which the tool has no use.',
        confidence: 0.75,
      },
    ];
  if (verdict === 'secret')
    return [
      {
        check: 'mcp.exfiltrating-parameter',
        message: 'A parameter asks for the content of a file of keys.',
        confidence: 0.9,
        severity: 'high',
      },
    ];
  if (verdict === 'order') return [{ check: 'mcp.instructions', message: 'The name of a parameter is an order.', confidence: 0.8 }];
  return [];
}

/** A tool that says of itself that it only reads, with the name of one that destroys. */
function misleading({ name, annotations }: ToolDefinition): Hit[] {
  if (annotations?.['readOnlyHint'] !== true || toolEffect(name) !== 'destructive') return [];
  return [
    {
      check: 'mcp.misleading-annotation',
      message: 'The tool claims to be read-only, and its name says that it destroys.',
      confidence: 0.8,
    },
  ];
}

/** Characters of a first sentence that are read. */
const FIRST_SENTENCE = 240;

function purposeOf({ name, title = '', description = '' }: Definition): string {
  const first = /^[^.!?\n]*(?:\n\s*)?/.exec(description.trimStart().slice(0, FIRST_SENTENCE))?.[0] ?? '';
  return plainOf(`${wordsOfName(name)} ${title.slice(0, FIRST_SENTENCE)} ${first}`);
}

/** Names that say what they mean only as a tool: `search` is any search. */
function isTelling(name: string): boolean {
  return name.length >= 6 && /[_-]/.test(name);
}

function* ownNames({ tools, prompts }: ServerDefinitions): Generator<string> {
  for (const definition of [...tools, ...prompts]) {
    yield definition.name.toLowerCase();
    for (const { role, text } of textsOf(definition)) if (role !== 'prose' && text.length <= 80) yield text.toLowerCase();
  }
}
