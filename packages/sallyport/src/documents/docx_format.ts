import { colourOf, WHITE, type Colour } from './colour.ts';
import { readXml } from './xml.ts';

/** The formatting of a run that decides whether it is seen (ECMA-376, part 1, section 17.3.2). */
export type Format = {
  readonly vanish: boolean;
  readonly colour: Colour | undefined;
  readonly ground: Colour | undefined;
  readonly halfPoints: number | undefined;
  /** Opacity of a text fill, 0 to 1. */
  readonly alpha: number | undefined;
  readonly offPage: boolean;
};

export const NO_FORMAT: Format = {
  vanish: false,
  colour: undefined,
  ground: undefined,
  halfPoints: undefined,
  alpha: undefined,
  offPage: false,
};

/** `w:highlight` by name where CSS has no such name (section 17.18.40). */
const HIGHLIGHTS: Readonly<Record<string, string>> = { darkyellow: '808000', lightgray: 'c0c0c0', darkgray: '808080' };
/** Styles that one is based on, at most. */
const MAX_BASED = 20;

/** One property of a run. */
export function readFormat(name: string, attributes: Readonly<Record<string, string>>, before: Format): Format {
  const value = attributes['val'];
  switch (name) {
    case 'vanish':
    case 'specVanish':
      return { ...before, vanish: !['0', 'false', 'off'].includes(value ?? '1') };
    case 'color':
      // A theme's first background and light colour is white in all themes that ship.
      if (/^(background1|light1)$/.test(attributes['themeColor'] ?? '')) return { ...before, colour: WHITE };
      return { ...before, colour: value === undefined || value === 'auto' ? undefined : colourOf(value) };
    case 'srgbClr':
      return { ...before, colour: colourOf(value ?? '') ?? before.colour };
    case 'alpha':
      // In a text fill it says how transparent, in thousandths of a percent ([MS-ODRAWXML] 2.7.1).
      return { ...before, alpha: 1 - Number(value ?? 0) / 100_000 };
    case 'sz':
      return { ...before, halfPoints: Number(value ?? 22) };
    case 'w':
      return { ...before, halfPoints: Number(value ?? 100) <= 5 ? 1 : before.halfPoints };
    case 'shd':
      return { ...before, ground: colourOf(attributes['fill'] ?? '') };
    case 'highlight':
      return { ...before, ground: colourOf(HIGHLIGHTS[value?.toLowerCase() ?? ''] ?? value ?? '') };
    default:
      return before;
  }
}

type Style = { readonly basedOn: string | undefined; readonly changes: readonly (readonly [string, Readonly<Record<string, string>>])[] };

/** The styles of a document, by id. */
export class Styles {
  readonly #styles = new Map<string, Style>();
  /** What paragraphs have before any style. */
  paragraph: Format = NO_FORMAT;

  constructor(xml: string) {
    if (xml === '') return;
    let id: string | undefined;
    let basedOn: string | undefined;
    let changes: [string, Readonly<Record<string, string>>][] = [];
    let conditional = 0;
    let properties = 0;
    readXml(xml, {
      open: (name, attributes) => {
        if (name === 'style') {
          id = attributes['styleId'];
          basedOn = undefined;
          changes = [];
        } else if (name === 'basedOn') basedOn = attributes['val'];
        else if (name === 'tblStylePr') conditional++;
        else if (name === 'rPr') properties++;
        else if (properties > 0 && conditional === 0) {
          if (id === undefined) this.paragraph = readFormat(name, attributes, this.paragraph);
          else changes.push([name, attributes]);
        }
      },
      text: () => {},
      close: (name) => {
        if (name === 'tblStylePr') conditional--;
        if (name === 'rPr') properties--;
        if (name !== 'style' || id === undefined) return;
        this.#styles.set(id, { basedOn, changes });
        id = undefined;
      },
    });
  }

  /** The formatting that a named style gives to what has `before`. */
  named(id: string | undefined, before: Format): Format {
    const chain: Style[] = [];
    for (let next = id; next !== undefined && chain.length < MAX_BASED;) {
      const style = this.#styles.get(next);
      if (style === undefined) break;
      chain.unshift(style);
      next = style.basedOn;
    }
    return chain.flatMap(({ changes }) => changes).reduce((format, [name, attributes]) => readFormat(name, attributes, format), before);
  }
}
