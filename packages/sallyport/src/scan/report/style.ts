/** Style of the HTML report: light and dark, from a phone's width on. Contrast of all text is 4.5 : 1 at the least (WCAG 2.2 AA). */
export const STYLE = `
:root{color-scheme:light dark;--text:#1b1f24;--dim:#57606a;--page:#fff;--box:#f6f8fa;--rule:#d0d7de;--mark:#fff1b8;--mark-text:#1b1f24;
--critical:#86061d;--high:#b42318;--medium:#8a4b00;--low:#0a5a8a;--info:#57606a}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--dim:#9da7b3;--page:#0d1117;--box:#161b22;--rule:#30363d;--mark:#5c4a00;--mark-text:#fff;
--critical:#c2183c;--high:#b3372d;--medium:#8f5700;--low:#1f6f9f;--info:#5d6671}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:60rem;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
h1{margin:.5rem 0}h2{margin:0 0 .25rem;font-size:1rem;overflow-wrap:anywhere}
p{margin:.25rem 0;overflow-wrap:anywhere}.facts,.place{color:var(--dim);font-size:.875rem}
article{margin:1rem 0;padding:.75rem;border:1px solid var(--rule);border-radius:.5rem}
.badge{display:inline-block;padding:0 .5rem;border-radius:1rem;color:#fff;font-size:.8125rem;font-weight:600}
.critical{background:var(--critical)}.high{background:var(--high)}.medium{background:var(--medium)}.low{background:var(--low)}.info{background:var(--info)}
pre{margin:.5rem 0;padding:.5rem 0;overflow-x:auto;background:var(--box);border-radius:.25rem;font:.8125rem/1.5 ui-monospace,monospace}
.line{display:block;width:max-content;min-width:100%;padding-right:.5rem;white-space:pre}.at{background:color-mix(in srgb,var(--mark) 25%,transparent)}
.number{display:inline-block;width:3.5rem;padding-right:1rem;text-align:right;color:var(--dim);user-select:none}
mark{background:var(--mark);color:var(--mark-text)}code{font:.8125rem ui-monospace,monospace;overflow-wrap:anywhere}
ol,ul{margin:.25rem 0;padding-left:1.5rem;overflow-wrap:anywhere}details{margin:.5rem 0}summary{cursor:pointer}
.fix::before{content:"Fix: ";font-weight:600}
`;
