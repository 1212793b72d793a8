/** What is read. `image`: its metadata; what it shows needs OCR. */
export const FORMATS = ['text', 'markdown', 'html', 'pdf', 'docx', 'image'] as const;
export type DocumentFormat = (typeof FORMATS)[number];

/**
 * Why a person who looks at the document does not see a text that a model reads. The first row hides by the look, the second by what
 * nobody is shown, the third by characters that show nothing.
 */
export const CONCEALMENTS = [
  ...(['low_contrast', 'tiny_font', 'off_page', 'transparent', 'clipped', 'covered', 'not_displayed'] as const),
  ...(['comment', 'metadata', 'alt_text', 'annotation', 'deleted', 'attachment', 'script'] as const),
  ...(['zero_width', 'tag_characters', 'variation_selectors', 'bidi_override'] as const),
] as const;
export type Concealment = (typeof CONCEALMENTS)[number];

/** From `offset` (UTF-16 units of a part's text) on the text stands here. `line` and `page` count from 1; `member` is a file of a package. */
export type Mark = { readonly offset: number; readonly line?: number; readonly page?: number; readonly member?: string };

/** A text of a document: what a person sees, or what is concealed and how. */
export type DocumentPart = { readonly text: string; readonly shown: 'visible' | Concealment; readonly marks: readonly Mark[] };

/** Why a document was not read. All but `unsupported` are refusals of a format that is read; `over_limit` is a bomb or too much of something. */
export const REFUSALS = ['unsupported', 'broken', 'encrypted', 'over_limit', 'out_of_time', 'out_of_memory', 'crashed', 'busy'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** `pixels`: an image whose picture nobody looked at. */
export type ReadDocument =
  | {
      readonly ok: true;
      readonly format: DocumentFormat;
      readonly parts: readonly DocumentPart[];
      readonly pages?: number;
      readonly pixels?: true;
    }
  | { readonly ok: false; readonly format?: DocumentFormat; readonly refusal: Refusal; readonly say: string };

/** Bytes as they came, with what their sender says of them. */
export type GivenDocument = { readonly bytes: Uint8Array; readonly media?: string; readonly name?: string };

/** Bounds of one document. */
export type Limits = {
  /** Bytes of the file. */
  readonly inputBytes: number;
  /** Bytes that all members of a package may unpack to, and how many times their packed size. */
  readonly unpackedBytes: number;
  readonly ratio: number;
  readonly members: number;
  readonly pages: number;
  /** UTF-16 units of all parts together. */
  readonly characters: number;
  readonly parts: number;
  readonly milliseconds: number;
  /** Resident bytes of the reading process. */
  readonly memoryBytes: number;
};

export const LIMITS: Limits = {
  // A scanned book; requests are bounded by the gateway before.
  inputBytes: 64 * 1024 * 1024,
  unpackedBytes: 128 * 1024 * 1024,
  // Word's XML packs up to 30 times; deflate reaches 1,032.
  ratio: 200,
  members: 5_000,
  pages: 2_000,
  // 2,500 pages of 3,200 characters, half of what a guard takes in one text.
  characters: 8 * 1024 * 1024,
  parts: 20_000,
  milliseconds: 20_000,
  // An idle reader has some 110 MB; a large PDF adds three times its size.
  memoryBytes: 640 * 1024 * 1024,
};

/** Thrown inside of a reader; becomes the answer. `say` is public and quotes nothing of the document. */
export class DocumentRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, say: string) {
    super(say);
    this.refusal = refusal;
  }
}

/** The place of an offset in a part. */
export function placeOf(part: DocumentPart, offset: number): Mark | undefined {
  return part.marks.findLast((mark) => mark.offset <= offset);
}
