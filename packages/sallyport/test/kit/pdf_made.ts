import { deflateSync } from 'node:zlib';

export type PdfPage = {
  readonly content: string;
  /** More of the page's dictionary, such as `/CropBox [0 0 100 100]`. */
  readonly more?: string;
};

/** What else stands in the file: objects from number 100 on, more of the catalog, of the trailer, of the resources. */
export type PdfRest = {
  readonly objects?: Readonly<Record<number, string>>;
  readonly catalog?: string;
  readonly trailer?: string;
  readonly resources?: string;
  readonly packed?: boolean;
};

/** A PDF file of these pages (ISO 32000-1, section 7.5), Helvetica as `/F1`. */
export function pdfOf(pages: readonly PdfPage[], rest: PdfRest = {}): Buffer {
  const objects = new Map<number, Buffer>();
  const put = (number: number, body: string): void => void objects.set(number, Buffer.from(body, 'latin1'));
  const kids = pages.map((_, i) => `${1_000 + 2 * i} 0 R`).join(' ');
  put(1, `<</Type/Catalog/Pages 2 0 R ${rest.catalog ?? ''}>>`);
  put(2, `<</Type/Pages/Kids[${kids}]/Count ${pages.length}>>`);
  put(3, '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>');
  for (const [i, page] of pages.entries()) {
    const resources = `<</Font<</F1 3 0 R>> ${rest.resources ?? ''}>>`;
    put(
      1_000 + 2 * i,
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents ${1_001 + 2 * i} 0 R/Resources ${resources} ${page.more ?? ''}>>`,
    );
    objects.set(1_001 + 2 * i, streamOf(Buffer.from(page.content, 'latin1'), '', rest.packed === true));
  }
  for (const [number, body] of Object.entries(rest.objects ?? {})) put(Number(number), body);
  const pieces: Buffer[] = [Buffer.from('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n', 'latin1')];
  const places = new Map<number, number>();
  let at = (pieces[0] as Buffer).length;
  for (const [number, body] of [...objects].sort(([a], [b]) => a - b)) {
    const piece = Buffer.concat([Buffer.from(`${number} 0 obj\n`), body, Buffer.from('\nendobj\n')]);
    places.set(number, at);
    pieces.push(piece);
    at += piece.length;
  }
  const table = [...places].map(([number, place]) => `${number} 1\n${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const trailer = `trailer\n<</Root 1 0 R/Size 100000 ${rest.trailer ?? ''}>>\nstartxref\n${at}\n%%EOF`;
  return Buffer.concat([...pieces, Buffer.from(`xref\n0 1\n0000000000 65535 f \n${table}${trailer}`)]);
}

/** A stream object. */
export function streamOf(data: Buffer, dictionary: string, packed: boolean): Buffer {
  const body = packed ? deflateSync(data) : data;
  const head = `<<${dictionary}/Length ${body.length}${packed ? '/Filter/FlateDecode' : ''}>>\nstream\n`;
  return Buffer.concat([Buffer.from(head), body, Buffer.from('\nendstream')]);
}

/** A line of text at a place. `before`: operators that set its look. */
export function line(text: string, x: number, y: number, before = '', size = 11): string {
  return `q BT ${before} /F1 ${size} Tf ${x} ${y} Td (${text.replace(/[\\()]/g, '\\$&')}) Tj ET Q\n`;
}
