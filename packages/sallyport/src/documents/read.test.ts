import assert from 'node:assert/strict';
import test from 'node:test';
import { docxOf, paragraph, run } from '../../test/kit/docx_made.ts';
import { line, pdfOf } from '../../test/kit/pdf_made.ts';
import { withConcealedCharacters } from './characters.ts';
import { LIMITS, placeOf, type DocumentPart } from './document.ts';
import { readDocument } from './read.ts';

async function partsOf(text: string | Buffer, name: string): Promise<readonly DocumentPart[]> {
  const read = await readDocument({ bytes: Buffer.from(text), name }, LIMITS);
  assert.ok(read.ok, JSON.stringify(read));
  return withConcealedCharacters(read).parts;
}

const shown = (parts: readonly DocumentPart[]): string[] => parts.map((part) => part.shown);

// What only looks like hiding: nothing of it may be told as hidden by its look.
const SEEN: readonly (readonly [name: string, html: string])[] = [
  ['white on black', '<div style="background:#000"><p style="color:#fff">x y</p></div>'],
  ['white on a picture', '<div style="background-image:url(a.png)"><p style="color:#fff">x y</p></div>'],
  ['white on a gradient', '<p style="background:linear-gradient(#000,#333);color:#fff">x y</p>'],
  ['grey', '<p style="color:#767676">x y</p>'],
  ['small print', '<p style="font-size:9px">x y</p>'],
  ['a rule for another class', '<style>.a .b{display:none}</style><p class="b">x y</p>'],
  ['a rule that is overruled', '<style>p{display:none} #k{display:block}</style><p id="k">x y</p>'],
  ['not this one', '<style>p:not(.k){display:none}</style><p class="k">x y</p>'],
  ['shown again', '<div style="visibility:hidden"><p style="visibility:visible">x y</p></div>'],
  ['half opaque', '<p style="opacity:.5">x y</p>'],
  ['beside the margin', '<p style="position:relative;left:-20px">x y</p>'],
  ['cut but wide', '<p style="overflow:hidden;width:300px">x y</p>'],
  ['a colour of the future', '<p style="color:color(display-p3 1 1 1)">x y</p>'],
];

test('what only looks like hiding is visible', async () => {
  for (const [name, html] of SEEN) {
    const parts = await partsOf(`<!doctype html><body>${html}`, 'a.html');
    assert.deepEqual(
      parts.filter((part) => part.text.includes('x y')).map((part) => part.shown),
      ['visible'],
      name,
    );
  }
});

test('PDF: white on a dark area, an area below, a layer that is on, small print are visible', async () => {
  const content =
    `q 0 0 0 rg 40 480 500 60 re f Q ${line('white on black', 60, 500, '1 1 1 rg')} q 1 1 1 rg 40 280 500 60 re f Q ${line('over white', 60, 300)}` +
    `/OC /L0 BDC ${line('layer', 60, 200)} EMC ${line('small', 60, 100, '', 5)} q 0 0 600 800 re W n ${line('in the clip', 60, 50)} Q`;
  const parts = await partsOf(
    pdfOf([{ content }], {
      objects: { 100: '<</Type/OCG/Name(L)>>' },
      catalog: '/OCProperties<</OCGs[100 0 R]/D<</Order[100 0 R]>>>>',
      resources: '/Properties<</L0 100 0 R>>',
    }),
    'a.pdf',
  );
  assert.deepEqual(shown(parts), ['visible']);
  assert.equal(parts[0]?.text, 'white on black\nover white\nlayer\nsmall\nin the clip');
});

test('PDF: words that are placed one by one stay words, and white on a picture is no hiding', async () => {
  const content = `BT /F1 10 Tf 60 700 Td [(spaced) -300 (out) 20 (side)] TJ 0 -14 Td (next line) Tj ET q 500 0 0 300 50 300 cm /I0 Do Q ${line('on a picture', 60, 400, '1 1 1 rg')}`;
  const parts = await partsOf(pdfOf([{ content }]), 'a.pdf');
  assert.equal(parts[0]?.text, 'spaced outside\nnext line\non a picture');
});

test('DOCX: automatic colours, dark cells and what was hidden before a change are visible', async () => {
  const body =
    paragraph(run('plain')) +
    paragraph(run('auto', '<w:color w:val="auto"/>')) +
    paragraph(run('shown', '<w:vanish w:val="0"/>')) +
    `<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:fill="1F3864"/></w:tcPr>${paragraph(run('white in a dark cell', '<w:color w:val="FFFFFF"/>'))}</w:tc>` +
    `<w:tc>${paragraph(run('next cell', '<w:color w:val="1F3864"/>'))}</w:tc></w:tr></w:tbl>` +
    paragraph(run('was hidden', '<w:rPrChange w:id="1" w:author="x"><w:rPr><w:vanish/></w:rPr></w:rPrChange>')) +
    paragraph(run('web layout', '<w:webHidden/>'));
  const parts = await partsOf(docxOf(body), 'a.docx');
  assert.deepEqual(shown(parts), ['visible']);
  assert.equal(parts[0]?.text, 'plain\nauto\nshown\nwhite in a dark cell\nnext cell\nwas hidden\nweb layout');
});

test('Markdown: code shows its markup', async () => {
  const parts = await partsOf(
    '# a\n\n```html\n<!-- shown -->\n```\n\n`<p hidden>x</p>` and ``<!-- ` -->``\n\n    ~~~\n<!-- hidden -->\n',
    'a.md',
  );
  assert.deepEqual(shown(parts), ['visible', 'comment']);
});

test('flags, joined emoji and Persian are no hidden characters', async () => {
  const text =
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f} \u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u2764\ufe0f \u202e\u05d0\u05d1\u05d2\u202c';
  assert.deepEqual(shown(await partsOf(text, 'a.txt')), ['visible']);
});

test('places: the page, the line', async () => {
  const parts = await partsOf(pdfOf([{ content: line('one', 60, 700) }, { content: line('two', 60, 700) }]), 'a.pdf');
  assert.deepEqual(
    parts.map((part) => placeOf(part, 0)?.page),
    [1, 2],
  );
  const [html] = await partsOf('<p>a</p>\n\n<p>b</p>', 'a.html');
  assert.ok(html !== undefined);
  assert.deepEqual([placeOf(html, 0)?.line, placeOf(html, html.text.indexOf('b'))?.line], [1, 3]);
});

test('the bytes decide, not the name', async () => {
  const read = async (bytes: Buffer, name: string): Promise<string> => {
    const answer = await readDocument({ bytes, name }, LIMITS);
    return answer.ok ? answer.format : answer.refusal;
  };
  assert.equal(await read(pdfOf([{ content: '' }]), 'a.txt'), 'pdf');
  assert.equal(await read(Buffer.from('<!DOCTYPE html><p>x'), 'a.txt'), 'html');
  assert.equal(await read(Buffer.from('na\u00efve', 'latin1'), 'a.txt'), 'text');
  assert.equal(await read(docxOf(''), 'a.pdf'), 'docx');
});
