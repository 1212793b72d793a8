import type { IncomingHttpHeaders } from 'node:http';
import type { DocumentPart, ReadDocument, Refusal } from '../documents/index.ts';
import type { OnError } from '../guard/index.ts';
import type { Part, ReadRequest } from '../message/index.ts';
import type { Documents } from '../documents/service.ts';

/** What was read of the attachments of a request, by the id of their part. */
export type Attachments = ReadonlyMap<number, ReadDocument>;

/** Files of one request that are read, and the time for all of them; what is beyond is unread, as a failure of the reader. */
const MAX_READ = 64;
const READ_MS = 15_000;
/** Texts in the body whose markup may hide something. */
const MARKUP = /^(?:text\/(?:html|markdown)|application\/xhtml\+xml|image\/svg\+xml)/;

/**
 * What happens when a document that should have been read was not: like text that a guard failed on. Formats that nobody here reads are
 * no failure: rules decide about them by `part.scanned`.
 */
export const READER_ON_ERROR: OnError = 'deny';
export const READER = 'documents';

/** Reads the files whose bytes stand in the request, one after the other, so that one request cannot hold every reader. */
export async function readAttachments(request: ReadRequest, documents: Pick<Documents, 'read'>): Promise<Attachments> {
  const read = new Map<number, ReadDocument>();
  const until = performance.now() + READ_MS;
  for (const part of request.parts) {
    const given = givenOf(part);
    if (given === undefined) continue;
    const left = until - performance.now();
    const late: ReadDocument = { ok: false, refusal: 'over_limit', say: 'The request has too many files, or they take too long.' };
    read.set(part.id, read.size >= MAX_READ || left <= 0 ? late : await documents.read(given(), { milliseconds: left }));
  }
  return read;
}

/** Nothing is made for a part that is plain text: a conversation has a hundred thousand of them. */
function givenOf({ file, media, kind, text }: Part): (() => { bytes: Uint8Array; media?: string; name: string }) | undefined {
  if (file === undefined && (media === undefined || kind !== 'text' || !MARKUP.test(media))) return undefined;
  const typed = media === undefined ? {} : { media };
  return () => (file === undefined ? { bytes: Buffer.from(text), name: '', ...typed } : { bytes: file.bytes(), name: file.name, ...typed });
}

/** Whether the reader failed on something that it should read. */
export function failedOn(read: ReadDocument): Refusal | undefined {
  return read.ok || read.refusal === 'unsupported' ? undefined : read.refusal;
}

/** Where a text of a document stands: the file's place in the body, its page and how it is hidden. */
export function placeIn(where: string, { shown, marks }: DocumentPart): string {
  const { page, member } = marks[0] ?? {};
  const at = page === undefined ? (member ?? '') : `page-${page}`;
  return [where, ...(at === '' ? [] : [at]), ...(shown === 'visible' ? [] : [shown])].join('#');
}

/** Ids that one request may name; a list of more says nothing about an answer. */
const MAX_DOCUMENTS = 36;

/** Documents of the knowledge base that a request was made from: `x-sallyport-documents: doc_…, doc_…`. What is no id is left out. */
export function documentsNamed(headers: IncomingHttpHeaders): readonly string[] {
  const value = headers['x-sallyport-documents'];
  if (typeof value !== 'string') return [];
  const ids = value
    .slice(0, MAX_DOCUMENTS * 40)
    .split(/[\s,]+/)
    .filter((id) => /^doc_[0-9A-Za-z]{20,32}$/.test(id));
  return [...new Set(ids)].slice(0, MAX_DOCUMENTS);
}
