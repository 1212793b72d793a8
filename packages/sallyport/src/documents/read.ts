import { Collector } from './collector.ts';
import { DocumentRefused, type GivenDocument, type Limits, type ReadDocument } from './document.ts';
import { readHtml } from './html.ts';
import { readImage } from './image.ts';
import { formatOf, textOf } from './sniff.ts';
import { readMarkdown, readText } from './text.ts';

/** Reads one document in this process, without limits of time and memory: for the reading process and for tests. Never rejects. */
export async function readDocument(given: GivenDocument, limits: Limits): Promise<ReadDocument> {
  if (given.bytes.length > limits.inputBytes)
    return { ok: false, refusal: 'over_limit', say: `It has ${given.bytes.length} bytes, ${limits.inputBytes} at most.` };
  const format = formatOf(given);
  if (format === undefined) return { ok: false, refusal: 'unsupported', say: 'It is of no kind that is read here.' };
  const into = new Collector(limits);
  try {
    const more = await readAs(format, given, into, limits);
    return { ok: true, format, parts: into.parts(), ...more };
  } catch (error) {
    if (error instanceof DocumentRefused) return { ok: false, format, refusal: error.refusal, say: error.message };
    // A parser's own fault, or a stack that is too deep: its message may quote the document.
    return { ok: false, format, refusal: 'crashed', say: 'Reading it failed.' };
  }
}

async function readAs(
  format: NonNullable<ReturnType<typeof formatOf>>,
  given: GivenDocument,
  into: Collector,
  limits: Limits,
): Promise<{ readonly pages?: number; readonly pixels?: true }> {
  const text = (): string => (textOf(given.bytes) ?? '').replace(/^\ufeff/, '');
  switch (format) {
    case 'text':
      readText(text(), into);
      return {};
    case 'markdown':
      readMarkdown(text(), into);
      return {};
    case 'html':
      readHtml(text(), into);
      return {};
    case 'image':
      readImage(given.bytes, into, limits);
      return { pixels: true };
    // The large parsers are loaded when they are first needed.
    case 'pdf':
      return (await import('./pdf.ts')).readPdf(given.bytes, into, limits);
    case 'docx':
      await (await import('./docx.ts')).readDocx(given.bytes, into, limits);
      return {};
  }
}
