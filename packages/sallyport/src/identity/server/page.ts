import { hash } from 'node:crypto';

/** The few pages of the authorization server itself, for browsers that may not be signed in at the console: no script, one style. */
const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;background:Canvas;color:CanvasText}
main{max-width:26rem;padding:2rem 1.25rem;overflow-wrap:anywhere}h1{font-size:1.35rem;margin:0 0 .5rem}p{margin:0 0 1rem}form{display:flex;flex-wrap:wrap;gap:1rem;align-items:center}
button{font:inherit;font-weight:600;padding:.55rem 1.1rem;border:0;border-radius:.5rem;background:light-dark(#1d4ed8,#93b4ff);color:light-dark(#fff,#0b1020);cursor:pointer}
a{color:light-dark(#1d4ed8,#93b4ff)}:focus-visible{outline:3px solid light-dark(#1d4ed8,#93b4ff);outline-offset:2px}`;
// Where a form leads in the end is not restricted: browsers count the redirect to the application, too.
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; base-uri 'none'; frame-ancestors 'none'`;

/** Text for a text node or a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

/** `body` is markup whose texts went through `escaped`. */
export function pageOf(title: string, body: string): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)} · Sallyport</title><style>${STYLE}</style>`;
  return `<!doctype html><html lang="en"><head>${head}</head><body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`;
}
