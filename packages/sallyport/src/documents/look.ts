import { BLACK, colourOf, isLost, over, WHITE, type Colour } from './colour.ts';
import type { Declarations } from './css.ts';
import type { Concealment } from './document.ts';

/** How text in an element looks. `hidden`: an ancestor's doing, which no descendant undoes. */
export type Look = {
  readonly hidden: Concealment | undefined;
  readonly invisible: boolean;
  readonly colour: Colour | undefined;
  readonly ground: Colour | undefined;
  /** CSS pixels. */
  readonly size: number;
};

/** A page as browsers show it without a style. */
export const PLAIN: Look = { hidden: undefined, invisible: false, colour: BLACK, ground: WHITE, size: 16 };

/** Text below this is a line or a dot: the smallest legible print is about 4 points, 5.3 pixels. */
const LEAST_SIZE = 5;
/** So far outside that no scrolling is meant. */
const FAR = 400;
/** Absolute sizes of CSS Fonts Level 4, section 2.5.1, at 16 pixels. */
const SIZES: Readonly<Record<string, number>> = {
  'xx-small': 9,
  'x-small': 10,
  small: 13,
  medium: 16,
  large: 18,
  'x-large': 24,
  'xx-large': 32,
};
const UNITS: Readonly<Record<string, number>> = {
  px: 1,
  pt: 4 / 3,
  pc: 16,
  in: 96,
  cm: 37.8,
  mm: 3.78,
  q: 0.945,
  '': 1,
  vw: 12,
  vh: 8,
  vmin: 8,
  vmax: 12,
};

/** The look of an element inside of `around`. */
export function lookOf(style: Declarations, around: Look): Look {
  if (style.size === 0) return around;
  const size = sizeOf(style, around.size);
  const opacity = Number.parseFloat(style.get('opacity') ?? '1') / (style.get('opacity')?.endsWith('%') === true ? 100 : 1);
  const own =
    hiddenBy(style, size) ?? (opacity < 0.1 || /opacity\(\s*0*\.?0+%?\s*\)/.test(style.get('filter') ?? '') ? 'transparent' : undefined);
  const visibility = style.get('visibility');
  return {
    hidden: around.hidden ?? own,
    invisible:
      visibility === undefined || visibility === 'inherit' ? around.invisible : visibility === 'hidden' || visibility === 'collapse',
    colour: coloured(style, around.colour),
    ground: grounded(style, around.ground),
    size,
  };
}

/** How a text of this look is concealed, if it is. */
export function concealedBy({ hidden, invisible, colour, ground, size }: Look): Concealment | undefined {
  return hidden ?? (invisible ? 'not_displayed' : size < LEAST_SIZE ? 'tiny_font' : isLost(colour, ground));
}

function coloured(style: Declarations, around: Colour | undefined): Colour | undefined {
  const written = style.get('-webkit-text-fill-color') ?? style.get('color');
  return written === undefined || /^(inherit|currentcolor|unset)$/.test(written) ? around : colourOf(written);
}

/** A picture or gradient behind a text may have any colour. */
function grounded(style: Declarations, around: Colour | undefined): Colour | undefined {
  const background = style.get('background') ?? '';
  if (/url\(|gradient\(|var\(/.test(`${background} ${style.get('background-image') ?? ''}`)) return undefined;
  const written = style.get('background-color') ?? background;
  if (written === '' || written === 'none' || written === 'inherit') return around;
  const found = [written, ...written.split(/\s+(?![^(]*\))/)].map(colourOf).find((colour) => colour !== undefined);
  if (found === undefined) return style.has('background-color') ? undefined : around;
  if (found.a >= 1) return found;
  return around === undefined ? undefined : over(found, around);
}

function sizeOf(style: Declarations, around: number): number {
  const shorthand = /(?:^|\s)([\d.]+(?:px|pt|em|rem|%|)|xx-small|x-small)(?:\/\S+)?\s+\S/.exec(style.get('font') ?? '')?.[1];
  const written = style.get('font-size') ?? shorthand;
  const zoom = Number.parseFloat(style.get('zoom') ?? '1') / (style.get('zoom')?.endsWith('%') === true ? 100 : 1);
  const size = written === undefined ? around : (SIZES[written] ?? length(written, around) ?? around);
  return size * (Number.isFinite(zoom) ? zoom : 1);
}

/** CSS pixels of a length; `em` is that of the element. */
function length(text: string | undefined, em: number): number | undefined {
  const parts = /^(-?\d*\.?\d+)([a-z%]*)/.exec(text ?? '');
  if (parts === null) return undefined;
  const value = Number(parts[1]);
  const unit = parts[2] ?? '';
  if (unit === 'em' || unit === 'ex' || unit === 'ch') return value * em;
  if (unit === 'rem') return value * 16;
  if (unit === '%') return (value / 100) * em;
  return UNITS[unit] === undefined ? undefined : value * UNITS[unit];
}

function hiddenBy(style: Declarations, em: number): Concealment | undefined {
  if (style.get('display') === 'none' || style.get('content-visibility') === 'hidden' || style.get('mso-hide') === 'all')
    return 'not_displayed';
  if (isFarOff(style, em)) return 'off_page';
  return isClipped(style, em) ? 'clipped' : undefined;
}

function isFarOff(style: Declarations, em: number): boolean {
  const far = (text: string | undefined): boolean => {
    if (text === undefined) return false;
    const percent = /^-(\d+)%/.exec(text);
    return percent !== null ? Number(percent[1]) >= 100 : (length(text, em) ?? 0) <= -FAR;
  };
  const placed = /absolute|fixed|relative|sticky/.test(style.get('position') ?? '');
  const sides = [...['left', 'right', 'top', 'bottom'].map((side) => style.get(side)), ...(style.get('inset')?.split(/\s+/) ?? [])];
  if (placed && sides.some((side) => far(side) || (length(side, em) ?? 0) >= 5_000)) return true;
  if (far(style.get('text-indent')) || far(style.get('margin-left')) || far(style.get('margin-top'))) return true;
  if ((style.get('margin') ?? '').split(/\s+/).some((side) => far(side) && !side.endsWith('%'))) return true;
  const moved = `${style.get('transform') ?? ''} ${style.get('translate') ?? ''}`;
  return [...moved.matchAll(/-\d[\d.]*(?:px|pt|em|rem|vw|vh)/g)].some(([move]) => (length(move, em) ?? 0) <= -FAR);
}

function isClipped(style: Declarations, em: number): boolean {
  if (/scale[xy]?\(\s*0*\.?0*\s*[,)]/.test(style.get('transform') ?? '') || /^0(\.0+)?( |$)/.test(style.get('scale') ?? '')) return true;
  const rect = /rect\(([^)]*)\)/.exec(style.get('clip') ?? '');
  if (rect !== null && (rect[1] ?? '').split(/[\s,]+/).every((side) => (length(side, em) ?? FAR) <= 1)) return true;
  if (
    /inset\(\s*(?:50|[6-9]\d|100)%|circle\(\s*0|polygon\(\s*0(?:px|%)?\s+0(?:px|%)?\s*(?:,\s*0(?:px|%)?\s+0(?:px|%)?\s*)*\)/.test(
      style.get('clip-path') ?? '',
    )
  )
    return true;
  const cut = /hidden|clip/.test(`${style.get('overflow') ?? ''} ${style.get('overflow-x') ?? ''} ${style.get('overflow-y') ?? ''}`);
  const thin = ['width', 'height', 'max-height', 'max-width'].some((side) => (length(style.get(side), em) ?? FAR) <= 1);
  return cut && thin;
}
