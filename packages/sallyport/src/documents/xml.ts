import sax from 'sax';
import { DocumentRefused } from './document.ts';

export type XmlHandler = {
  /** Names without their prefix, so that `w:t` and `t` are the same; attributes too. */
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
};

/** Deeper XML is no document: Word nests some forty. */
const MAX_DEPTH = 512;
/** How much is handed to the parser at once: it refuses to buffer more than 64 KiB of one text. */
const PIECE = 32 * 1024;

/** Reads well-formed XML from front to back. Entities of a document type are not expanded and nothing is fetched. Throws `broken` for anything else. */
export function readXml(text: string, handler: XmlHandler): void {
  if (/<!DOCTYPE/i.test(text))
    throw new DocumentRefused('broken', 'Its XML has a document type, which packages may not have (ECMA-376, part 2).');
  const parser = sax.parser(true, { trim: false, normalize: false });
  let depth = 0;
  Object.assign(parser, {
    onerror() {
      throw new DocumentRefused('broken', 'Its XML is not well formed.');
    },
    onopentag({ name, attributes }: sax.Tag | sax.QualifiedTag) {
      if (++depth > MAX_DEPTH) throw new DocumentRefused('over_limit', 'Its XML is nested too deeply.');
      handler.open(local(name), Object.fromEntries(Object.entries(attributes).map(([key, value]) => [local(key), String(value)])));
    },
    ontext: (value: string) => handler.text(value),
    oncdata: (value: string) => handler.text(value),
    onclosetag(name: string) {
      depth--;
      handler.close(local(name));
    },
  });
  for (let at = 0; at < text.length; at += PIECE) parser.write(text.slice(at, at + PIECE));
  parser.close();
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
