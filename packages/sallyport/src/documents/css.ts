import { parse, walk, type CssNode, type Selector } from 'css-tree';
import type { DefaultTreeAdapterTypes } from 'parse5';

type Element = DefaultTreeAdapterTypes.Element;

/** Declarations by property, lower case. */
export type Declarations = ReadonlyMap<string, string>;

type Rule = { readonly selector: Selector; readonly weight: number; readonly order: number; readonly declarations: readonly Declaration[] };
type Declaration = { readonly property: string; readonly value: string; readonly important: boolean };

/** Properties that decide whether a person sees a text; all others are left out. */
const DECIDING = new Set(
  (
    'color background background-color background-image font font-size opacity display visibility position left right top bottom inset text-indent margin margin-left ' +
    'margin-top transform translate scale zoom clip clip-path width height max-height max-width overflow overflow-x overflow-y content-visibility ' +
    '-webkit-text-fill-color filter mso-hide fill fill-opacity'
  ).split(' '),
);
/** Rules that one element is compared with; a page with more than this for one class is no page. */
const MAX_CANDIDATES = 2_000;

/** Declarations in an attribute `style`. */
export function readStyle(style: string): Declaration[] {
  return declarationsOf(parse(style, { context: 'declarationList', parseValue: false, onParseError: () => {} }));
}

/** The rules of all style sheets of one page, found by the last simple selector of each. */
export class StyleSheets {
  readonly #byKey = new Map<string, Rule[]>();
  #order = 0;

  add(css: string): void {
    const sheet = parse(css, { parseValue: false, onParseError: () => {} });
    walk(sheet, {
      visit: 'Rule',
      enter: (rule) => {
        if (rule.prelude.type !== 'SelectorList') return;
        const declarations = declarationsOf(rule.block);
        if (declarations.length === 0) return;
        for (const selector of rule.prelude.children) if (selector.type === 'Selector') this.#keep(selector, declarations);
      },
    });
  }

  /** What the sheets and the element's own style say, as the cascade has it (CSS Cascading Level 4, section 6). */
  of(element: Element): Declarations {
    const own = attribute(element, 'style');
    const found: { declaration: Declaration; weight: number; order: number }[] = [];
    for (const rule of this.#candidates(element))
      if (matches(rule.selector, element))
        for (const declaration of rule.declarations) found.push({ declaration, weight: rule.weight, order: rule.order });
    if (own !== undefined) for (const declaration of readStyle(own)) found.push({ declaration, weight: 1e9, order: 0 });
    if (found.length === 0) return NONE;
    found.sort((a, b) => Number(a.declaration.important) - Number(b.declaration.important) || a.weight - b.weight || a.order - b.order);
    return new Map(found.map(({ declaration }) => [declaration.property, declaration.value]));
  }

  #keep(selector: Selector, declarations: readonly Declaration[]): void {
    const parts = selector.children.toArray();
    let weight = 0;
    let key = '*';
    for (const part of parts) {
      if (part.type === 'IdSelector') weight += 10_000;
      else if (part.type === 'ClassSelector' || part.type === 'AttributeSelector' || part.type === 'PseudoClassSelector') weight += 100;
      else if (part.type === 'TypeSelector' && part.name !== '*') weight += 1;
      if (part.type === 'Combinator') key = '*';
      else if (part.type === 'IdSelector') key = `#${part.name}`;
      else if (part.type === 'ClassSelector' && !key.startsWith('#')) key = `.${part.name}`;
      else if (part.type === 'TypeSelector' && key === '*') key = part.name.toLowerCase();
    }
    const rules = this.#byKey.get(key) ?? [];
    rules.push({ selector, weight, order: ++this.#order, declarations });
    this.#byKey.set(key, rules);
  }

  #candidates(element: Element): Rule[] {
    if (this.#byKey.size === 0) return [];
    const id = attribute(element, 'id');
    const keys = ['*', element.tagName, ...(id === undefined ? [] : [`#${id}`]), ...classesOf(element).map((name) => `.${name}`)];
    return keys.flatMap((key) => this.#byKey.get(key) ?? []).slice(0, MAX_CANDIDATES);
  }
}

const NONE: Declarations = new Map();

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value;
}

function classesOf(element: Element): string[] {
  return [...new Set((attribute(element, 'class') ?? '').split(/\s+/).slice(0, 100))].filter((name) => name !== '');
}

function declarationsOf(node: CssNode): Declaration[] {
  const found: Declaration[] = [];
  walk(node, {
    visit: 'Declaration',
    enter: ({ property, value, important }) => {
      const name = property.toLowerCase();
      if (DECIDING.has(name) && value.type === 'Raw')
        found.push({ property: name, value: value.value.trim().toLowerCase(), important: important !== false });
    },
  });
  return found;
}

/** Compounds from the last to the first. What is not understood (`:hover`, `:has()`) does not match; `+` and `~` are taken as "somewhere before". */
function matches(selector: Selector, element: Element): boolean {
  const parts = selector.children.toArray();
  let end = parts.length;
  let at: Element | undefined = element;
  let combinator: string | undefined;
  while (end > 0) {
    let start = end;
    while (start > 0 && parts[start - 1]?.type !== 'Combinator') start--;
    const compound = parts.slice(start, end);
    if (combinator === ' ') {
      while (at !== undefined && !compound.every((part) => simple(part, at as Element))) at = parentOf(at);
      if (at === undefined) return false;
    } else if (at === undefined || !compound.every((part) => simple(part, at as Element))) return false;
    const before = parts[start - 1];
    if (before?.type !== 'Combinator') return true;
    combinator = before.name;
    if (combinator !== ' ' && combinator !== '>') return false;
    at = parentOf(at);
    end = start - 1;
  }
  return true;
}

function simple(part: CssNode, element: Element): boolean {
  switch (part.type) {
    case 'TypeSelector':
      return part.name === '*' || part.name.toLowerCase() === element.tagName;
    case 'IdSelector':
      return attribute(element, 'id') === part.name;
    case 'ClassSelector':
      return classesOf(element).includes(part.name);
    case 'AttributeSelector': {
      const value = attribute(element, part.name.name.toLowerCase());
      const wanted = part.value === null ? undefined : part.value.type === 'String' ? part.value.value : part.value.name;
      if (value === undefined || wanted === undefined) return value !== undefined;
      return COMPARE[part.matcher ?? '=']?.(value, wanted) ?? false;
    }
    case 'PseudoClassSelector':
      return part.name === 'root'
        ? element.tagName === 'html'
        : part.name === 'not' && part.children !== null && !someMatches(part.children.toArray(), element);
    default:
      return false;
  }
}

const COMPARE: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  '=': (value, wanted) => value === wanted,
  '~=': (value, wanted) => value.split(/\s+/).includes(wanted),
  '|=': (value, wanted) => value === wanted || value.startsWith(`${wanted}-`),
  '^=': (value, wanted) => value.startsWith(wanted),
  '$=': (value, wanted) => value.endsWith(wanted),
  '*=': (value, wanted) => value.includes(wanted),
};

function someMatches(lists: readonly CssNode[], element: Element): boolean {
  return lists.some(
    (list) => list.type === 'SelectorList' && list.children.some((one) => one.type === 'Selector' && matches(one, element)),
  );
}

function parentOf(element: Element): Element | undefined {
  const parent = element.parentNode;
  return parent !== null && 'tagName' in parent ? parent : undefined;
}
