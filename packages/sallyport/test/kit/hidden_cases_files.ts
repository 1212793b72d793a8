import { deflateSync } from 'node:zlib';
import { docxOf, escapeXml, paragraph, run, wordPart } from './docx_made.ts';
import { SEEN, trick, type Trick } from './hidden_cases_html.ts';
import { asBits, asTags } from './hidden_text.ts';
import { exifOf, gifOf, jpegOf, pngOf, webpOf } from './image_made.ts';
import { line, pdfOf, streamOf, type PdfPage, type PdfRest } from './pdf_made.ts';

const seen = line(SEEN, 60, 720);
const pdf = (how: string, name: string, page: (h: string) => string | PdfPage, rest: (h: string) => PdfRest = () => ({})): Trick =>
  trick('a.pdf', how, name, (h) => {
    const made = page(h);
    const { content, ...more } = typeof made === 'string' ? { content: made } : made;
    return pdfOf([{ content: seen + content, ...more }], rest(h));
  });
const said = (h: string): string => `(${h.replace(/[\\()]/g, '\\$&')})`;
const nothing = (): string => '';

export const PDF_TRICKS: readonly Trick[] = [
  pdf('low_contrast', 'white', (h) => line(h, 60, 500, '1 1 1 rg')),
  pdf('low_contrast', 'nearly white', (h) => line(h, 60, 500, '0.99 0.99 0.98 rg')),
  pdf('low_contrast', 'grey 1', (h) => line(h, 60, 500, '1 g')),
  pdf('low_contrast', 'no ink', (h) => line(h, 60, 500, '0 0 0 0 k')),
  pdf('low_contrast', 'the colour of its ground', (h) => `q 0.1 0.2 0.5 rg 40 480 560 60 re f Q ${line(h, 60, 500, '0.1 0.2 0.5 rg')}`),
  pdf('low_contrast', 'white lines', (h) => line(h, 60, 500, '1 Tr 1 1 1 RG')),
  pdf(
    'low_contrast',
    'white in a packed stream',
    (h) => line(h, 60, 500, '1 1 1 rg'),
    () => ({ packed: true }),
  ),
  pdf('transparent', 'no rendering', (h) => line(h, 60, 500, '3 Tr')),
  pdf('transparent', 'clip rendering', (h) => line(h, 60, 500, '7 Tr')),
  pdf(
    'transparent',
    'graphics state',
    (h) => `q /G0 gs ${line(h, 60, 500)} Q`,
    () => ({ resources: '/ExtGState<</G0<</ca 0/CA 0>>>>' }),
  ),
  pdf('tiny_font', 'size 1', (h) => line(h, 60, 500, '', 1)),
  pdf('tiny_font', 'size by the text matrix', (h) => `q BT /F1 11 Tf 0.1 0 0 0.1 60 500 Tm ${said(h)} Tj ET Q`),
  pdf('tiny_font', 'size by the page', (h) => `q 0.05 0 0 0.05 60 500 cm ${line(h, 0, 0)} Q`),
  pdf('off_page', 'right of it', (h) => line(h, 2_000, 500)),
  pdf('off_page', 'below it', (h) => line(h, 60, -300)),
  pdf('off_page', 'outside of the crop box', (h) => ({ content: line(h, 60, 60), more: '/CropBox[0 200 612 792]' })),
  pdf('covered', 'under a white area', (h) => `${line(h, 60, 500)} q 1 1 1 rg 40 480 570 60 re f Q`),
  pdf('clipped', 'outside of a clip', (h) => `q 300 300 10 10 re W n ${line(h, 60, 500)} Q`),
  pdf(
    'not_displayed',
    'layer that is off',
    (h) => `/OC /L0 BDC ${line(h, 60, 500)} EMC`,
    () => ({
      objects: { 100: '<</Type/OCG/Name(L)>>' },
      catalog: '/OCProperties<</OCGs[100 0 R]/D<</OFF[100 0 R]/Order[100 0 R]>>>>',
      resources: '/Properties<</L0 100 0 R>>',
    }),
  ),
  pdf(
    'low_contrast',
    'white inside of a form',
    () => '/X0 Do',
    (h) => ({
      objects: {
        100: streamOf(
          Buffer.from(line(h, 60, 500, '1 1 1 rg')),
          '/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>',
          false,
        ).toString('latin1'),
      },
      resources: '/XObject<</X0 100 0 R>>',
    }),
  ),
  pdf(
    'annotation',
    'note',
    () => ({ content: '', more: '/Annots[100 0 R]' }),
    (h) => ({ objects: { 100: `<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/Contents${said(h)}>>` } }),
  ),
  pdf(
    'not_displayed',
    'hidden note',
    () => ({ content: '', more: '/Annots[100 0 R]' }),
    (h) => ({
      objects: { 100: `<</Type/Annot/Subtype/FreeText/F 2/Rect[10 10 30 30]/DA(/F1 9 Tf)/Contents${said(h)}>>` },
    }),
  ),
  pdf(
    'annotation not_displayed',
    'form field',
    () => ({ content: '', more: '/Annots[100 0 R]' }),
    (h) => ({
      objects: { 100: `<</Type/Annot/Subtype/Widget/FT/Tx/T(f)/V${said(h)}/Rect[10 10 300 30]>>` },
      catalog: '/AcroForm<</Fields[100 0 R]>>',
    }),
  ),
  pdf('metadata', 'subject', nothing, (h) => ({ objects: { 100: `<</Title(Library)/Subject${said(h)}>>` }, trailer: '/Info 100 0 R' })),
  pdf('metadata', 'own property', nothing, (h) => ({ objects: { 100: `<</Note${said(h)}>>` }, trailer: '/Info 100 0 R' })),
  pdf('metadata', 'XMP', nothing, (h) => ({
    objects: {
      100: streamOf(
        Buffer.from(
          `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
            `<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(h)}</rdf:li></rdf:Alt>` +
            `</dc:description></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`,
        ),
        '/Type/Metadata/Subtype/XML',
        false,
      ).toString('latin1'),
    },
    catalog: '/Metadata 100 0 R',
  })),
  pdf('metadata', 'bookmark', nothing, (h) => ({
    objects: {
      100: '<</Type/Outlines/First 101 0 R/Last 101 0 R/Count 1>>',
      101: `<</Title${said(h)}/Parent 100 0 R/Dest[1000 0 R/Fit]>>`,
    },
    catalog: '/Outlines 100 0 R',
  })),
  pdf('script', 'script at opening', nothing, (h) => ({
    objects: { 100: `<</S/JavaScript/JS${said(`// ${h}`)}>>` },
    catalog: '/OpenAction 100 0 R',
  })),
  pdf('attachment', 'embedded file', nothing, (h) => ({
    objects: {
      100: '<</Type/Filespec/F(notes.txt)/UF(notes.txt)/EF<</F 101 0 R>>>>',
      101: streamOf(Buffer.from(h), '/Type/EmbeddedFile', false).toString('latin1'),
    },
    catalog: '/Names<</EmbeddedFiles<</Names[(notes.txt) 100 0 R]>>>>',
  })),
];

const intro = paragraph(run(SEEN));
const word = (
  how: string,
  name: string,
  body: (h: string) => string,
  members: (h: string) => Record<string, string> = () => ({}),
  before = '',
): Trick => trick('a.docx', how, name, (h) => docxOf(intro + body(h), members(h), before));
const style = (id: string, kind: string, inner: string): string =>
  `<w:style w:type="${kind}" w:styleId="${id}"><w:name w:val="${id}"/><w:rPr>${inner}</w:rPr></w:style>`;
const plain = (h: string, properties: string, around = ''): string => paragraph(run(h, properties), around);
const inBox = (h: string, offset: number): string =>
  `<w:p><w:r><w:drawing><wp:anchor><wp:positionH relativeFrom="page"><wp:posOffset>${offset}</wp:posOffset></wp:positionH><wp:docPr id="1" name="Box"/>` +
  `<a:graphic><a:graphicData><wps:wsp><wps:txbx><w:txbxContent>${paragraph(run(h))}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r></w:p>`;

export const DOCX_TRICKS: readonly Trick[] = [
  word('not_displayed', 'vanish', (h) => plain(h, '<w:vanish/>')),
  word('not_displayed', 'vanish, said to be true', (h) => plain(h, '<w:b/><w:vanish w:val="true"/>')),
  word(
    'not_displayed',
    'vanish by a style of characters',
    (h) => plain(h, '<w:rStyle w:val="Gone"/>'),
    () => ({ 'word/styles.xml': wordPart('styles', style('Gone', 'character', '<w:vanish/>')) }),
  ),
  word(
    'not_displayed',
    'vanish by a style of paragraphs',
    (h) => plain(h, '', '<w:pStyle w:val="Gone"/>'),
    () => ({ 'word/styles.xml': wordPart('styles', style('Gone', 'paragraph', '<w:vanish/>')) }),
  ),
  word('low_contrast', 'white', (h) => plain(h, '<w:color w:val="FFFFFF"/>')),
  word('low_contrast', 'nearly white', (h) => plain(h, '<w:color w:val="FDFDFE"/>')),
  word('low_contrast', 'colour of its shading', (h) => plain(h, '<w:color w:val="1F3864"/><w:shd w:val="clear" w:fill="1F3864"/>')),
  word('low_contrast', 'colour of its highlight', (h) => plain(h, '<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>')),
  word(
    'low_contrast',
    'colour of its cell',
    (h) =>
      `<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:val="clear" w:fill="004080"/></w:tcPr>${plain(h, '<w:color w:val="004080"/>')}</w:tc></w:tr></w:tbl>`,
  ),
  word('low_contrast', 'colour of the page', (h) => plain(h, '<w:color w:val="101010"/>'), undefined, '<w:background w:color="101010"/>'),
  word(
    'low_contrast',
    'white by a style that another is based on',
    (h) => plain(h, '<w:rStyle w:val="B"/>'),
    () => ({
      'word/styles.xml': wordPart(
        'styles',
        `${style('A', 'character', '<w:color w:val="FFFFFF"/>')}<w:style w:type="character" w:styleId="B"><w:basedOn w:val="A"/></w:style>`,
      ),
    }),
  ),
  word('low_contrast', 'white, and black before a change', (h) =>
    plain(h, '<w:color w:val="FFFFFF"/><w:rPrChange w:id="1" w:author="x"><w:rPr><w:color w:val="000000"/></w:rPr></w:rPrChange>'),
  ),
  word('low_contrast', "a theme's background", (h) => plain(h, '<w:color w:val="auto" w:themeColor="background1"/>')),
  word(
    'low_contrast',
    'white in HTML that Word takes over',
    () => '<w:altChunk/>',
    (h) => ({ 'word/chunk.htm': `<p style="color:#fff">${h}</p>` }),
  ),
  word('tiny_font', 'half a point', (h) => plain(h, '<w:sz w:val="1"/>')),
  word('tiny_font', 'two points', (h) => plain(h, '<w:sz w:val="4"/>')),
  word('tiny_font', 'scaled to a line', (h) => plain(h, '<w:w w:val="1"/>')),
  word('transparent', 'text fill', (h) =>
    plain(
      h,
      '<w14:textFill><w14:solidFill><w14:srgbClr w14:val="000000"><w14:alpha w14:val="100000"/></w14:srgbClr></w14:solidFill></w14:textFill>',
    ),
  ),
  word('off_page', 'indent', (h) => plain(h, '', '<w:ind w:left="-20000"/>')),
  word('off_page', 'frame', (h) => plain(h, '', '<w:framePr w:w="100" w:x="-15000" w:y="1"/>')),
  word('off_page', 'text box', (h) => inBox(h, -9_000_000)),
  word(
    'deleted',
    'tracked deletion',
    (h) => `<w:p><w:del w:id="1" w:author="x"><w:r><w:delText>${escapeXml(h)}</w:delText></w:r></w:del></w:p>`,
  ),
  word(
    'annotation',
    'comment',
    () => '',
    (h) => ({ 'word/comments.xml': wordPart('comments', `<w:comment w:id="0">${paragraph(run(h))}</w:comment>`) }),
  ),
  word(
    'alt_text',
    'description of a picture',
    (h) => `<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="P" descr="${escapeXml(h)}"/></wp:inline></w:drawing></w:r></w:p>`,
  ),
  word('metadata', 'field', (h) => `<w:p><w:r><w:instrText>QUOTE "${escapeXml(h)}"</w:instrText></w:r></w:p>`),
  word(
    'metadata',
    'core properties',
    () => '',
    (h) => ({
      'docProps/core.xml': `<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:subject>${escapeXml(h)}</dc:subject></cp:coreProperties>`,
    }),
  ),
  word(
    'metadata',
    'own properties',
    () => '',
    (h) => ({
      'docProps/custom.xml': `<Properties xmlns:vt="v"><property name="n"><vt:lpwstr>${escapeXml(h)}</vt:lpwstr></property></Properties>`,
    }),
  ),
  word(
    'metadata',
    'custom XML',
    () => '',
    (h) => ({ 'customXml/item1.xml': `<note>${escapeXml(h)}</note>` }),
  ),
  word(
    'not_displayed',
    'vanish in a header',
    () => '',
    (h) => ({ 'word/header1.xml': wordPart('hdr', plain(h, '<w:vanish/>')) }),
  ),
  word(
    'low_contrast',
    'white in a footnote',
    () => '',
    (h) => ({ 'word/footnotes.xml': wordPart('footnotes', `<w:footnote w:id="2">${plain(h, '<w:color w:val="FFFFFF"/>')}</w:footnote>`) }),
  ),
  word('tag_characters', 'tag characters', (h) => paragraph(run(`Nice${asTags(h)}.`))),
  word('zero_width', 'zero-width bits', (h) => paragraph(run(`Nice${asBits(h)}.`))),
];

const ascii = (h: string): Buffer => Buffer.from(`${h}\0`);
const image = (file: string, name: string, make: (h: string) => Buffer): Trick => trick(file, 'metadata', name, make);
const xmp = (h: string): Buffer =>
  Buffer.from(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:description>${escapeXml(h)}</dc:description></x:xmpmeta>`);
const dataset = (h: string): Buffer => {
  const text = Buffer.from(h);
  const head = Buffer.from([0x1c, 2, 120, 0, 0]);
  head.writeUInt16BE(text.length, 3);
  return Buffer.concat([Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\0', 'latin1'), head, text]);
};

export const IMAGE_TRICKS: readonly Trick[] = [
  image('a.png', 'text chunk', (h) => pngOf(['tEXt', Buffer.concat([Buffer.from('Comment\0'), Buffer.from(h, 'latin1')])])),
  image('a.png', 'packed text chunk', (h) =>
    pngOf(['zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.from(h, 'latin1'))])]),
  ),
  image('a.png', 'international text', (h) => pngOf(['iTXt', Buffer.concat([Buffer.from('Comment\0\0\0en\0\0'), Buffer.from(h)])])),
  image('a.png', 'packed international text', (h) =>
    pngOf(['iTXt', Buffer.concat([Buffer.from('Comment\0\u0001\0en\0\0'), deflateSync(Buffer.from(h))])]),
  ),
  image('a.jpg', 'comment', (h) => jpegOf([0xfe, Buffer.from(h)])),
  image('a.jpg', 'image description', (h) => jpegOf([0xe1, exifOf(0x010e, 2, ascii(h))])),
  image('a.jpg', 'user comment', (h) => jpegOf([0xe1, exifOf(0x9286, 7, Buffer.concat([Buffer.from('ASCII\0\0\0'), Buffer.from(h)]))])),
  image('a.jpg', 'Windows comment', (h) => jpegOf([0xe1, exifOf(0x9c9c, 1, Buffer.from(`${h}\0`, 'utf16le'))])),
  image('a.jpg', 'XMP', (h) => jpegOf([0xe1, Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0'), xmp(h)])])),
  image('a.jpg', 'IPTC', (h) => jpegOf([0xed, dataset(h)])),
  image('a.gif', 'comment', (h) => gifOf(h)),
  image('a.webp', 'XMP', (h) => webpOf('XMP ', xmp(h))),
];
