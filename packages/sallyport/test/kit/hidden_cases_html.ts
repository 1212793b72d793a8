import { asApart, asBits, asSelectors, asTags, asTurned } from './hidden_text.ts';

/** A document whose `hidden` text a person does not see; `how` is one of the ways in which it may be told. */
export type HiddenCase = { readonly name: string; readonly how: readonly string[]; readonly file: string; readonly bytes: Buffer };

/** Makes the document for a hidden text. */
export type Trick = {
  readonly name: string;
  readonly how: readonly string[];
  readonly file: string;
  readonly make: (hidden: string) => string | Buffer;
};

const trick = (file: string, how: string, name: string, make: (hidden: string) => string | Buffer): Trick => ({
  name,
  how: how.split(' '),
  file,
  make,
});

const SEEN = 'Opening hours of the library: Monday to Friday from nine to six, and on Saturdays until noon.';
const page = (body: string, head = ''): string =>
  `<!doctype html><html><head><meta charset="utf-8">${head}</head><body><h1>Library</h1><p>${SEEN}</p>${body}</body></html>`;
const attr = (hidden: string): string => hidden.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
const styled = (how: string, name: string, style: string): Trick =>
  trick('a.html', how, name, (h) => page(`<div style="${style}">${h}</div>`));
const sheet = (how: string, name: string, css: string, body: (h: string) => string): Trick =>
  trick('a.html', how, name, (h) => page(body(h), `<style>${css}</style>`));

export const HTML_TRICKS: readonly Trick[] = [
  styled('not_displayed', 'display none', 'display:none'),
  styled('not_displayed', 'display none, important', 'DISPLAY : NONE !important'),
  styled('not_displayed', 'visibility hidden', 'visibility: hidden'),
  styled('not_displayed', 'content visibility', 'content-visibility:hidden'),
  styled('transparent', 'opacity 0', 'opacity:0'),
  styled('transparent', 'opacity 1 percent', 'opacity: 1%'),
  styled('transparent', 'filter', 'filter: opacity(0%)'),
  styled('transparent', 'transparent colour', 'color:transparent'),
  styled('transparent', 'alpha of nothing', 'color: rgba(0, 0, 0, 0.01)'),
  styled('transparent', 'text fill', '-webkit-text-fill-color: transparent'),
  styled('low_contrast', 'white', 'color:white'),
  styled('low_contrast', 'nearly white', 'color:#fefefe'),
  styled('low_contrast', 'short hex', 'color:#FFF'),
  styled('low_contrast', 'rgb', 'color: rgb(252 252 252)'),
  styled('low_contrast', 'hsl', 'color: hsl(0, 0%, 99%)'),
  styled('low_contrast', 'ivory', 'color: ivory'),
  styled('low_contrast', 'own ground', 'background:#123456;color:#133557'),
  styled('tiny_font', 'size 0', 'font-size:0'),
  styled('tiny_font', 'size 1px', 'font-size:1px'),
  styled('tiny_font', 'size in points', 'font-size: 1.5pt'),
  styled('tiny_font', 'size of a tenth', 'font-size:0.1em'),
  styled('tiny_font', 'font shorthand', 'font: 2px/2px Arial'),
  styled('off_page', 'far left', 'position:absolute;left:-9999px'),
  styled('off_page', 'far up', 'position: fixed; top: -200vh'),
  styled('off_page', 'far right', 'position:absolute;left:99999px'),
  styled('off_page', 'indent', 'text-indent:-9999em;white-space:nowrap;overflow:hidden'),
  styled('off_page', 'margin', 'margin-left:-5000px'),
  styled('off_page', 'moved', 'transform:translateX(-9999px)'),
  styled('clipped', 'scaled', 'transform: scale(0)'),
  styled('clipped', 'clip rect', 'position:absolute;clip:rect(0,0,0,0)'),
  styled('clipped', 'clip path', 'clip-path: inset(100%)'),
  styled('clipped', 'one pixel', 'width:1px;height:1px;overflow:hidden'),
  styled('clipped', 'no height', 'max-height:0;overflow-y:hidden'),
  sheet('not_displayed', 'by class', '.note-x{display:none}', (h) => `<p class="a note-x b">${h}</p>`),
  sheet('not_displayed', 'by id', '#k7 { display : none }', (h) => `<p id="k7">${h}</p>`),
  sheet(
    'low_contrast',
    'by descendant',
    'section.aside div p { color:#fdfdfd }',
    (h) => `<section class="aside"><div><p>${h}</p></div></section>`,
  ),
  sheet('low_contrast', 'by child', 'article > p { color: snow }', (h) => `<article><p>${h}</p></article>`),
  sheet('off_page', 'by attribute', 'p[data-k="v"] { position:absolute; left:-10000px }', (h) => `<p data-k="v">${h}</p>`),
  sheet('tiny_font', 'in a media query', '@media screen { .s { font-size: 1px } }', (h) => `<p class="s">${h}</p>`),
  sheet('low_contrast', 'ground of the page', 'body{background:#202020;color:#ddd} .q{color:#222}', (h) => `<p class="q">${h}</p>`),
  sheet('not_displayed', 'cascade', '.v{display:block} p.v{display:none}', (h) => `<p class="v">${h}</p>`),
  trick('a.html', 'not_displayed', 'hidden attribute', (h) => page(`<p hidden>${h}</p>`)),
  trick('a.html', 'not_displayed', 'nested below what hides', (h) => page(`<div style="display:none"><ul><li><b>${h}</b></li></ul></div>`)),
  trick('a.html', 'not_displayed', 'template', (h) => page(`<template><p>${h}</p></template>`)),
  trick('a.html', 'not_displayed', 'noscript', (h) => page(`<noscript>${h}</noscript>`)),
  trick('a.html', 'not_displayed', 'closed dialog', (h) => page(`<dialog>${h}</dialog>`)),
  trick('a.html', 'not_displayed', 'hidden field', (h) => page(`<input type="hidden" name="n" value="${attr(h)}">`)),
  trick('a.html', 'not_displayed', 'fallback of a video', (h) => page(`<video src="a.mp4">${h}</video>`)),
  trick('a.html', 'script', 'script', (h) => page(`<script type="text/plain">${h}</script>`)),
  trick('a.html', 'comment', 'comment', (h) => page(`<!-- ${h} -->`)),
  trick('a.html', 'comment', 'comment between', (h) => page(`<p>one<!--${h}-->two</p>`)),
  trick('a.html', 'metadata', 'meta', (h) => page('', `<meta name="description" content="${attr(h)}">`)),
  trick('a.html', 'metadata', 'title', (h) => page('', `<title>${h}</title>`)),
  trick('a.html', 'metadata', 'data attribute', (h) => page(`<div data-note="${attr(h)}">x</div>`)),
  trick('a.html', 'alt_text', 'alt', (h) => page(`<img src="a.png" alt="${attr(h)}">`)),
  trick('a.html', 'alt_text', 'title attribute', (h) => page(`<span title="${attr(h)}">x</span>`)),
  trick('a.html', 'alt_text', 'aria-label', (h) => page(`<a href="#" aria-label="${attr(h)}">x</a>`)),
  trick('a.html', 'attachment', 'srcdoc', (h) => page(`<iframe srcdoc="${attr(`<p>${h}</p>`)}"></iframe>`)),
  trick('a.html', 'low_contrast', 'font element', (h) => page(`<font color="#FFFFFF" size="1">${h}</font>`)),
  trick('a.html', 'low_contrast', 'bgcolor', (h) => page(`<table bgcolor="navy"><tr><td><font color="navy">${h}</font></td></tr></table>`)),
  trick('a.html', 'low_contrast transparent', 'svg text', (h) => page(`<svg><text fill="white">${h}</text></svg>`)),
  trick('a.html', 'metadata', 'svg description', (h) => page(`<svg><desc>${h}</desc><rect/></svg>`)),
  trick('a.html', 'tag_characters', 'tag characters', (h) => page(`<p>Nice${asTags(h)}.</p>`)),
  trick('a.html', 'variation_selectors', 'variation selectors', (h) => page(`<p>Nice \u{1f600}${asSelectors(h)}.</p>`)),
  trick('a.html', 'zero_width', 'zero-width bits', (h) => page(`<p>Nice${asBits(h)}.</p>`)),
  trick('a.html', 'tag_characters', 'tag characters as entities', (h) =>
    page(`<p>Nice${Array.from(h, (c) => `&#${0xe0000 + c.charCodeAt(0)};`).join('')}.</p>`),
  ),
];

const md = (file: string, how: string, name: string, make: (h: string) => string): Trick =>
  trick(file, how, name, (h) => `# Library\n\n${SEEN}\n\n${make(h)}\n\nMore.\n`);

export const TEXT_TRICKS: readonly Trick[] = [
  md('a.md', 'comment', 'comment', (h) => `<!-- ${h} -->`),
  md('a.md', 'comment', 'comment over lines', (h) => `<!--\n${h}\n-->`),
  md('a.md', 'comment', 'link as comment', (h) => `[//]: # (${h.replace(/[()]/g, '')})`),
  md('a.md', 'comment', 'link as comment, quoted', (h) => `[comment]: # "${h}"`),
  md('a.md', 'comment', 'link as comment, empty target', (h) => `[note]: <> (${h.replace(/[()]/g, '')})`),
  md('a.md', 'alt_text', 'alternative text', (h) => `![${h}](a.png)`),
  md('a.md', 'alt_text', 'title of a link', (h) => `[here](https://example.org "${h}")`),
  md('a.md', 'not_displayed', 'HTML that hides', (h) => `<div style="display:none">${h}</div>`),
  md('a.md', 'low_contrast', 'HTML in white', (h) => `<span style="color:#fff">${h}</span>`),
  md('a.md', 'tiny_font', 'HTML in small', (h) => `<sup style="font-size:1px">${h}</sup>`),
  md('a.md', 'not_displayed', 'hidden attribute', (h) => `<p hidden>${h}</p>`),
  trick('a.md', 'metadata', 'front matter', (h) => `---\ntitle: x\nnote: ${h}\n---\n\n# Library\n`),
  ...['a.md', 'a.txt'].flatMap((file) => [
    md(file, 'tag_characters', 'tag characters', (h) => `Nice${asTags(h)}.`),
    md(file, 'variation_selectors', 'variation selectors', (h) => `Nice \u2764${asSelectors(h)}.`),
    md(file, 'zero_width', 'zero-width bits', (h) => `Nice${asBits(h)}.`),
    md(file, 'zero_width', 'letters apart', (h) => asApart(h)),
    md(file, 'bidi_override', 'turned round', (h) => `File ${asTurned(h)} end`),
  ]),
];

export { SEEN, trick };
