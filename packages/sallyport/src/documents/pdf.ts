import { getDocument, OPS, type PDFDocumentProxy, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { textOf } from './sniff.ts';
import type { Collector } from './collector.ts';
import { DocumentRefused, type Limits } from './document.ts';
import { PdfPage, type Box, type Run } from './pdf_page.ts';
import { boundStreams } from './pdf_streams.ts';

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(OPS).map(([name, number]) => [number, name]));
/** Nested values of metadata, bookmarks, structure and form fields that are looked at. */
const MAX_VALUES = 20_000;

/** PDF through pdf.js: what is drawn, page by page, and everything that carries text beside it. */
export async function readPdf(bytes: Uint8Array, into: Collector, limits: Limits): Promise<{ readonly pages: number }> {
  boundStreams(bytes, limits);
  const task = getDocument({
    // Its own copy, and no Buffer, which pdf.js refuses.
    data: Uint8Array.from(bytes),
    // Nothing of the file is compiled or fetched; pictures are not decoded.
    useWasm: false,
    disableFontFace: true,
    useSystemFonts: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    maxImageSize: 1,
    enableXfa: true,
    verbosity: 0,
  });
  const document = await task.promise.catch((error: unknown) => {
    throw refusalOf(error);
  });
  if (document.numPages > limits.pages)
    throw new DocumentRefused('over_limit', `It has ${document.numPages} pages, ${limits.pages} at most.`);
  try {
    for (let number = 1; number <= document.numPages; number++) await readPage(document, number, into);
    await readBeside(document, into);
  } catch (error) {
    throw refusalOf(error);
  } finally {
    await task.destroy();
  }
  return { pages: document.numPages };
}

function refusalOf(error: unknown): Error {
  if (error instanceof DocumentRefused || error instanceof RangeError) return error;
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') return new DocumentRefused('encrypted', 'It is encrypted with a password.');
  return new DocumentRefused('broken', 'It is no PDF that can be read.');
}

async function readPage(document: PDFDocumentProxy, number: number, into: Collector): Promise<void> {
  const page = await document.getPage(number);
  const layers = await document.getOptionalContentConfig();
  const operations = await page.getOperatorList();
  const drawing = new PdfPage(page.view as unknown as Box, (id) => layers.isVisible({ type: 'OCG', id }) !== false);
  for (let i = 0; i < operations.fnArray.length; i++) {
    const args = operations.argsArray[i] as unknown;
    drawing.draw({ name: NAMES.get(operations.fnArray[i] as number) ?? '', args: Array.isArray(args) ? args : [] });
  }
  addRuns(drawing.finish(), number, into);
  await readNotes(page, number, into);
  page.cleanup();
}

/** Runs in the order of writing; a blank or line feed stands where the next one is apart from the one before. */
function addRuns(runs: readonly Run[], page: number, into: Collector): void {
  const last = new Map<Run['shown'], Run>();
  for (const run of runs) {
    const before = last.get(run.shown);
    into.add(run.text, run.shown, `page ${page}`, { page }, before === undefined ? '' : between(before, run));
    last.set(run.shown, run);
  }
}

function between(before: Run, { box, size }: Run): string {
  const height = Math.max(size, before.size, 1);
  if (Math.abs(box[1] - before.box[1]) > height * 0.5) return '\n';
  const gap = box[0] - before.box[2];
  return gap > height * 0.15 || gap < -height * 2 ? ' ' : '';
}

/** Annotations: form fields and free text are drawn, notes wait behind a sign, hidden ones (ISO 32000-1, table 165) are for nobody. */
async function readNotes(page: PDFPageProxy, number: number, into: Collector): Promise<void> {
  const notes = (await page.getAnnotations()) as readonly Record<string, unknown>[];
  for (const note of notes) {
    const flags = typeof note['annotationFlags'] === 'number' ? note['annotationFlags'] : 0;
    const hidden = (flags & 2) !== 0 || (flags & 32) !== 0 || note['hidden'] === true;
    // What a link stands on is on the page already.
    const texts =
      note['subtype'] === 'Link'
        ? [note['contentsObj']]
        : [
            note['contentsObj'],
            note['titleObj'],
            note['richText'],
            note['fieldValue'],
            note['defaultFieldValue'],
            note['alternativeText'],
            note['textContent'],
            note['options'],
          ];
    for (const text of stringsIn(texts)) into.alone(text, hidden ? 'not_displayed' : 'annotation', { page: number });
  }
  const structure: unknown = await page.getStructTree();
  for (const text of stringsIn(structure, new Set(['alt', 'actualText', 'expansion']))) into.alone(text, 'alt_text', { page: number });
}

async function readBeside(document: PDFDocumentProxy, into: Collector): Promise<void> {
  const { info, metadata } = await document.getMetadata();
  const xmp = [...((metadata as Iterable<unknown> | null) ?? [])];
  for (const text of stringsIn([info, xmp], undefined, (text) => /\s/.test(text.trim()))) into.alone(text, 'metadata', {});
  for (const text of stringsIn(await document.getOutline(), new Set(['title']))) into.alone(text, 'metadata', {});
  for (const text of stringsIn(await document.getJSActions())) into.alone(text, 'script', {});
  for (const [name, file] of (await document.getAttachments()) ?? []) {
    into.alone(name, 'attachment', {});
    for (const text of stringsIn(file, new Set(['description']))) into.alone(text, 'attachment', {});
    const bytes: unknown = await document.getAttachmentContent(name);
    const text = bytes instanceof Uint8Array ? textOf(bytes) : undefined;
    if (text !== undefined) into.alone(text, 'attachment', {});
  }
}

/** Every string below a value, each once; with `names` only those of such members. */
function stringsIn(value: unknown, names?: ReadonlySet<string>, wanted: (text: string) => boolean = () => true): Set<string> {
  const found = new Set<string>();
  const stack: [unknown, boolean][] = [[value, names === undefined]];
  for (let seen = 0; stack.length > 0 && seen < MAX_VALUES; seen++) {
    const [next, take] = stack.pop() as [unknown, boolean];
    if (typeof next === 'string') {
      if (take && next.trim() !== '' && wanted(next)) found.add(next);
    } else if (Array.isArray(next)) for (const entry of next) stack.push([entry, take]);
    else if (typeof next === 'object' && next !== null && !ArrayBuffer.isView(next))
      for (const [name, entry] of next instanceof Map ? (next as Map<string, unknown>) : Object.entries(next))
        stack.push([entry, names?.has(name) ?? true]);
  }
  return found;
}
