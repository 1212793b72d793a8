import type { Template } from '../templates/index.ts';
import { UNKNOWN } from '../symbol.ts';
import { readField, readIndex } from './access.ts';
import type { Bound } from './arguments.ts';
import type { Call } from './carry.ts';
import type { Engine } from './engine.ts';
import type { Frame } from './frame.ts';
import { kindIndex, type Rule } from './rules.ts';
import { allFacts, NOT_CONSTANT, NOTHING, union, Value, withStep, type Fact, type Slots } from './value.ts';

/** The slot of a loaded template in which its name stands. */
const NAME = 'the name of the template';
/** Names that a page was given, and steps from one of them to what is shown. */
const MAX_STEPS = 8;
const HTTP = kindIndex('http');
/** What a page may show of the request without being given it: `request.args`, `request.GET`. */
const REQUEST = new Set('args GET POST form values cookies query params body query_params'.split(' '));

/** What a call answered that loads a template: the template, as far as its name is known. */
export function loaded(bound: readonly Bound[]): Slots | undefined {
  const name = bound.find(({ metavariable }) => metavariable === '$TEMPLATE')?.value;
  return typeof name?.constant === 'string' ? new Map([[NAME, name]]) : undefined;
}

/** A template is filled: what it shows without escaping it for its place arrives there. Answers whether the template is known, so that all is told of it. */
export function rendered(analysis: Engine, call: Call, { dialect }: Extract<Rule, { is: 'render' }>, bound: readonly Bound[]): boolean {
  const { frame, node } = call;
  const { holes } = analysis.rules(frame);
  if (analysis.quiet || holes.length === 0) return false;
  const name = textOf(bound, '$TEMPLATE') ?? call.receiver?.slots?.get(NAME)?.constant;
  if (name === undefined || name === NOT_CONSTANT) notePages(frame, bound);
  const source = textOf(bound, '$SOURCE');
  const { templates } = analysis.project;
  const inline = dialect === undefined || source === undefined ? undefined : templates.inline(source, dialect);
  const page = inline !== undefined ? [inline] : typeof name === 'string' ? templates.page(name, frame.module.path) : [];
  if (page.length === 0) return false;
  const given = contextOf(call, bound);
  for (const template of page)
    for (const hole of template.holes) {
      if (!analysis.spend()) return true;
      const at = template === inline ? { module: frame.module, node } : { module: template.module, node: hole.node };
      // What a function makes of it that nobody knows may be right there.
      for (const path of hole.isOpen ? [] : hole.paths)
        for (const fact of shown(analysis, call, given, path, template))
          for (const sink of holes) {
            if (!hole.isMarkup && sink.check.taint?.templates === 'markup') continue;
            const arrived = withStep(fact, 'given to the template', frame.module, node);
            analysis.factReached(
              frame,
              sink,
              template === inline ? arrived : withStep(arrived, hole.why, at.module, at.node),
              at.module,
              at.node,
            );
          }
    }
  return true;
}

/** Parameters of the function that is summed up may name the template. */
function notePages({ owner }: Frame, bound: readonly Bound[]): void {
  for (const { metavariable, value } of bound)
    for (const { parameter, field } of metavariable === '$TEMPLATE' ? value.facts : [])
      if (parameter >= 0 && field < 0 && !owner.pages.includes(parameter)) owner.pages.push(parameter);
}

function textOf(bound: readonly Bound[], wanted: string): string | undefined {
  const constant = bound.find(({ metavariable }) => metavariable === wanted)?.value.constant;
  return typeof constant === 'string' ? constant : undefined;
}

/** Everything that a page is given, as one table: arguments with names, what is spread into them, the context. */
function contextOf({ given }: Call, bound: readonly Bound[]): Value {
  const slots = new Map<string | number, Value>();
  let { facts } = NOTHING;
  let symbol = UNKNOWN;
  const add = (value: Value): void => {
    for (const [key, slot] of value.slots ?? []) slots.set(key, slot);
    facts = union(facts, value.facts);
    if (value.symbol !== UNKNOWN && value.slots === undefined) symbol = value.symbol;
  };
  for (const { metavariable, value } of bound) if (metavariable === '$CONTEXT') add(value);
  for (const { name, spread, value } of given) {
    if (spread) add(value);
    else if (name !== undefined) slots.set(name, value);
  }
  return new Value(facts, symbol, undefined, slots);
}

/** What stands behind a path of a template. */
function shown(analysis: Engine, { frame, node }: Call, given: Value, path: readonly string[], template: Template): readonly Fact[] {
  const [root = '', second = ''] = path;
  const isGiven = given.slots?.has(root) === true;
  if (!isGiven && (root === 'request' || root === 'req') && REQUEST.has(second)) return requested(template);
  if (!isGiven && given.facts.length === 0 && given.symbol === UNKNOWN) return [];
  const { names } = frame.module;
  let value = given;
  for (const step of path.slice(0, MAX_STEPS))
    value = step === '[]' ? elementOf(analysis, { frame, node }, value) : readField(analysis, frame, value, names.id(step), node);
  return allFacts(value);
}

function elementOf(analysis: Engine, { frame, node }: Pick<Call, 'frame' | 'node'>, list: Value): Value {
  const first = list.slots?.get(0);
  return first ?? readIndex(analysis, frame, list, NOTHING, node);
}

const sources = new WeakMap<Template, readonly Fact[]>();

/** The page shows the request itself. */
function requested(template: Template): readonly Fact[] {
  let facts = sources.get(template);
  if (facts === undefined) {
    const source = { kind: HTTP, module: template.module, node: 0, what: 'the request, as the template sees it' };
    facts = [{ source, parameter: -1, field: -1, clean: 0, step: undefined }];
    sources.set(template, facts);
  }
  return facts;
}
