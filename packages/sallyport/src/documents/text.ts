import { Lines, type Collector } from './collector.ts';
import { blankCode } from './markdown_code.ts';
import { readHtml } from './html.ts';

/** Plain text: one visible part. */
export function readText(text: string, into: Collector): void {
  into.add(text, 'visible', '', { line: 1 });
}

/** `[name]: # (text)` and its relatives: a link definition that is used as a comment. */
const COMMENT_LINK = /^[ \t]{0,3}\[[^\]\n]{1,200}\]:[ \t]*(?:#|<>|\/)[ \t]+(?:"([^"\n]*)"|'([^'\n]*)'|\(([^)\n]*)\))[ \t]*$/gm;
/** `![alt](target "title")` and `[text](target "title")`: alt and title are not on the page. */
const IMAGE_ALT = /!\[([^\]\n]{1,2000})\]/g;
const LINK_TITLE = /\]\([^()\s]{0,2000}[ \t]+(?:"([^"\n]{1,2000})"|'([^'\n]{1,2000})')\)/g;
const FRONT_MATTER = /^---\r?\n([\s\S]{1,20000}?)\r?\n---\r?\n/g;

/**
 * Markdown: its source is the visible text, because that is what an app embeds. What a rendered page would not show is told beside it:
 * HTML that hides, comments, titles and alternative texts. Code is shown as it stands, so markup in it hides nothing.
 */
export function readMarkdown(text: string, into: Collector): void {
  into.add(text, 'visible', '', { line: 1 });
  const lines = new Lines(text);
  const prose = blankCode(text);
  const pick = (pattern: RegExp, shown: 'comment' | 'alt_text' | 'metadata'): void => {
    for (const match of prose.matchAll(pattern))
      into.alone(match.slice(1).find((group) => group !== undefined) ?? '', shown, { line: lines.of(match.index) });
  };
  pick(COMMENT_LINK, 'comment');
  pick(IMAGE_ALT, 'alt_text');
  pick(LINK_TITLE, 'alt_text');
  pick(FRONT_MATTER, 'metadata');
  if (prose.includes('<')) readHtml(prose, into, { hiddenOnly: true });
}
