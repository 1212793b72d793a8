import { SEVERITIES, visible } from '../../kernel/index.ts';
import { placeOf } from '../finding.ts';
import type { FrameLine } from '../frame.ts';
import type { Reported, ScanResult } from '../result.ts';
import { STYLE } from './style.ts';

/** Findings of one page; a browser gets slow beyond. The other forms have all. */
const MAX_FINDINGS = 2_000;
const MAX_LISTED = 500;

/** The result as one file: no script, nothing loaded, every text from the scanned files escaped. */
export function htmlReport(result: ScanResult, version: string): string {
  const { findings, suppressed, notScanned, files, milliseconds, known } = result;
  const shown = findings.slice(0, MAX_FINDINGS);
  const facts = [
    `${files} files in ${(milliseconds / 1000).toFixed(1)} s`,
    `${suppressed.length} suppressed`,
    `${known} known before`,
    `Sallyport ${version}`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>Scan: ${findings.length} findings</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${findings.length === 0 ? 'Nothing found' : `${findings.length} finding${findings.length === 1 ? '' : 's'}`}</h1>
<p class="counts">${countsOf(findings)}</p>
<p class="facts">${escape(facts.join(' · '))}</p>
</header>
<main>
${shown.map(article).join('\n')}
${findings.length > shown.length ? `<p>${findings.length - shown.length} more are in the JSON report.</p>` : ''}
${list(
  'Not scanned',
  notScanned.map(({ path, reason }) => `${path}: ${reason}`),
)}
${list(
  'Suppressed',
  suppressed.map((one) => `${placeOf(one).path}:${placeOf(one).line}  ${one.rule}: ${one.suppressed?.reason ?? ''}`),
)}
${list(
  'Suppressions that nothing needs any more',
  result.unusedSuppressions.map(({ path, line }) => `${path}:${line}`),
)}
${list(
  'Suppressions without a reason, not obeyed',
  result.suppressionsWithoutReason.map(({ path, line }) => `${path}:${line}`),
)}
</main>
</body>
</html>
`;
}

function countsOf(findings: readonly Reported[]): string {
  return [...SEVERITIES]
    .reverse()
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `<span class="badge ${severity}">${count} ${severity}</span>`)
    .join(' ');
}

function article(finding: Reported): string {
  const { path, line, column } = placeOf(finding);
  const ids = [...new Set([finding.type, ...(finding.taxonomy ?? [])])].filter((id) => /^(?:CWE|LLM|ASI|AML)/.test(id));
  return `<article>
<h2><span class="badge ${finding.severity}">${finding.severity}</span> ${escape(finding.message)}</h2>
<p class="place"><code>${escape(`${path}:${line}:${column}`)}</code> <code>${escape(finding.rule)}</code> ${escape(ids.join(' '))}</p>
${frame(finding.frame)}
${trace(finding)}
${finding.fix === undefined ? '' : `<p class="fix">${escape(finding.fix)}</p>`}
</article>`;
}

function frame(lines: readonly FrameLine[]): string {
  if (lines.length === 0) return '';
  const rows = lines.map(({ number, text, mark, cut }) => {
    const body =
      mark === undefined
        ? escape(text)
        : `${escape(text.slice(0, mark.start))}<mark>${escape(text.slice(mark.start, Math.max(mark.end, mark.start + 1)))}</mark>${escape(text.slice(Math.max(mark.end, mark.start + 1)))}`;
    return `<span class="line${mark === undefined ? '' : ' at'}"><span class="number">${number}</span>${body}${cut === true ? '…' : ''}</span>`;
  });
  return `<pre tabindex="0">${rows.join('')}</pre>`;
}

function trace({ trace: steps }: Reported): string {
  if (steps === undefined || steps.length === 0) return '';
  const rows = steps.map(({ path, line, column, what }) => `<li><code>${escape(`${path}:${line}:${column}`)}</code> ${escape(what)}</li>`);
  return `<details open><summary>The way of the data</summary><ol>${rows.join('')}</ol></details>`;
}

function list(title: string, rows: readonly string[]): string {
  if (rows.length === 0) return '';
  const shown = rows.slice(0, MAX_LISTED).map((row) => `<li>${escape(row)}</li>`);
  const rest = rows.length > MAX_LISTED ? `<li>and ${rows.length - MAX_LISTED} more</li>` : '';
  return `<details><summary>${escape(title)} (${rows.length})</summary><ul>${shown.join('')}${rest}</ul></details>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as text, in element and attribute; what cannot be seen is shown as an escape. */
function escape(text: string): string {
  return visible(text.replaceAll('\t', '  ').toWellFormed()).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
}
