/** Red, green, blue 0 to 255 and alpha 0 to 1; undefined where it cannot be told (a picture, a gradient, a name that nobody knows). */
export type Colour = { readonly r: number; readonly g: number; readonly b: number; readonly a: number };

export const WHITE: Colour = { r: 255, g: 255, b: 255, a: 1 };
export const BLACK: Colour = { r: 0, g: 0, b: 0, a: 1 };

/** Named colours of CSS Color Module Level 4, section 6.1. */
const NAMES = new Map(
  (
    'aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 black 000000 blanchedalmond ffebcd blue 0000ff ' +
    'blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc ' +
    'crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b ' +
    'darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b ' +
    'darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 ' +
    'dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700 goldenrod daa520 ' +
    'gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c ' +
    'lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2 ' +
    'lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 ' +
    'lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000 mediumaquamarine 66cdaa ' +
    'mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc ' +
    'mediumvioletred c71585 midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000 ' +
    'olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 ' +
    'peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1 ' +
    'saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 ' +
    'slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 ' +
    'white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32 transparent 00000000'
  )
    .split(' ')
    .flatMap((word, i, all): [string, string][] => (i % 2 === 0 ? [[word, all[i + 1] ?? '']] : [])),
);

/** A colour as CSS or HTML writes it. */
export function colourOf(text: string): Colour | undefined {
  const word = text.trim().toLowerCase();
  const hex = NAMES.get(word) ?? /^#?([0-9a-f]{3,8})$/.exec(word)?.[1];
  if (hex !== undefined) return fromHex(hex);
  const call = /^(rgba?|hsla?)\(([^)]{1,80})\)$/.exec(word);
  if (call === null) return undefined;
  const values = (call[2] ?? '').split(/[\s,/]+/).filter((value) => value !== '');
  if (values.length < 3) return undefined;
  const a = values[3] === undefined ? 1 : share(values[3], 1);
  if (call[1]?.startsWith('hsl') === true)
    return { ...fromHsl(Number.parseFloat(values[0] ?? ''), share(values[1], 100), share(values[2], 100)), a };
  const [r, g, b] = values.slice(0, 3).map((value) => (value.endsWith('%') ? share(value, 100) * 255 : Number.parseFloat(value)));
  return [r, g, b, a].every((value) => Number.isFinite(value)) ? { r: r as number, g: g as number, b: b as number, a } : undefined;
}

function share(value: string | undefined, whole: number): number {
  const number = Number.parseFloat(value ?? '');
  return value?.endsWith('%') === true ? number / 100 : number / whole;
}

function fromHex(hex: string): Colour | undefined {
  const full = hex.length <= 4 ? hex.replace(/./g, '$&$&') : hex;
  if (full.length !== 6 && full.length !== 8) return undefined;
  const byte = (at: number): number => Number.parseInt(full.slice(at, at + 2), 16);
  return { r: byte(0), g: byte(2), b: byte(4), a: full.length === 8 ? byte(6) / 255 : 1 };
}

/** CSS Color Module Level 4, section 7.1. */
function fromHsl(hue: number, saturation: number, light: number): Omit<Colour, 'a'> {
  const channel = (n: number): number => {
    const k = (n + hue / 30) % 12;
    return 255 * (light - saturation * Math.min(light, 1 - light) * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return { r: channel(0), g: channel(8), b: channel(4) };
}

/** What is seen of a colour over an opaque one. */
export function over(top: Colour, under: Colour): Colour {
  const mix = (a: number, b: number): number => a * top.a + b * (1 - top.a);
  return { r: mix(top.r, under.r), g: mix(top.g, under.g), b: mix(top.b, under.b), a: 1 };
}

/** Contrast ratio, 1 to 21 (WCAG 2.2, section 1.4.3). */
export function contrast(one: Colour, other: Colour): number {
  const a = luminance(one);
  const b = luminance(other);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance({ r, g, b }: Colour): number {
  const linear = (value: number): number => {
    const v = Math.min(255, Math.max(0, value)) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** Below it nobody reads a text without marking it: #e0e0e0 on white is 1.3, the lightest grey that designs use for inactive text 1.6. */
export const LEAST_CONTRAST = 1.3;
/** Below this a text counts as not there. */
export const LEAST_ALPHA = 0.1;

/** Whether a text of this colour cannot be read on that ground; what is not known is taken to be fine. */
export function isLost(text: Colour | undefined, ground: Colour | undefined): 'low_contrast' | 'transparent' | undefined {
  if (text === undefined) return undefined;
  if (text.a < LEAST_ALPHA) return 'transparent';
  return ground !== undefined && contrast(over(text, ground), ground) < LEAST_CONTRAST ? 'low_contrast' : undefined;
}
