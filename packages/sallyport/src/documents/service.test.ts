import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { after, test } from 'node:test';
import { docxOf, paragraph, run } from '../../test/kit/docx_made.ts';
import { pngOf } from '../../test/kit/image_made.ts';
import { line, pdfOf, streamOf } from '../../test/kit/pdf_made.ts';
import { zipOf } from '../../test/kit/zip_made.ts';
import { silentLogger } from '../kernel/index.ts';
import type { ReadDocument } from './document.ts';
import { openDocuments } from './service.ts';

// Hostile documents against the reading processes: each ends within its limits, says why, and the next document is read.

const documents = openDocuments({ logger: silentLogger, limits: { milliseconds: 3_000, memoryBytes: 400 * 1024 * 1024 } });
after(() => documents.close());

const good = pdfOf([{ content: line('The next one is fine', 60, 700) }]);

async function refusalOf(bytes: Uint8Array, name: string): Promise<string> {
  const read: ReadDocument = await documents.read({ bytes, name });
  const next = await documents.read({ bytes: good, name: 'good.pdf' });
  assert.ok(next.ok && next.parts[0]?.text === 'The next one is fine', 'the next document is read');
  return read.ok ? 'read' : read.refusal;
}

/** A stream of 1.5 GB in some 1.5 MB. */
function pdfBomb(): Buffer {
  const packed = deflateSync(Buffer.alloc(200 * 1024 * 1024, ' '));
  const once = (data: Buffer): Buffer => deflateSync(data);
  const twice = once(packed);
  const body = streamOf(twice, '/Filter[/FlateDecode/FlateDecode]', false).toString('latin1');
  return pdfOf(
    Array.from({ length: 5 }, (_, i) => ({ content: '', more: `/Contents ${100 + i} 0 R` })),
    {
      objects: Object.fromEntries(Array.from({ length: 5 }, (_, i) => [100 + i, body])),
    },
  );
}

test('a PDF that unpacks without end', async () => {
  assert.equal(await refusalOf(pdfBomb(), 'a.pdf'), 'over_limit');
  // A page that repeats itself packs well, and is read.
  const rows = Array.from({ length: 20_000 }, (_, i) => `BT /F1 9 Tf 60 ${i % 700} Td (row of a long table) Tj ET`).join('\n');
  const packed = streamOf(deflateSync(rows), '/Filter/FlateDecode', false).toString('latin1');
  assert.equal(await refusalOf(pdfOf([{ content: '', more: '/Contents 100 0 R' }], { objects: { 100: packed } }), 'a.pdf'), 'read');
});

test('a zip bomb, one that lies about its size, and one of many members', async () => {
  const zeros = Buffer.alloc(200 * 1024 * 1024, '<a/>');
  assert.equal(await refusalOf(zipOf({ 'word/document.xml': zeros }), 'a.docx'), 'over_limit');
  assert.equal(await refusalOf(zipOf({ 'word/document.xml': zeros }, 100), 'a.docx'), 'broken');
  const many = Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`m${i}`, 'x']));
  assert.equal(await refusalOf(zipOf(many), 'a.docx'), 'over_limit');
});

test('ten thousand pages', async () => {
  assert.equal(await refusalOf(pdfOf(Array.from({ length: 10_000 }, () => ({ content: '' }))), 'a.pdf'), 'over_limit');
});

test('broken, nested and self-referring files', async () => {
  assert.equal(await refusalOf(docxOf('<w:p><w:r>'), 'a.docx'), 'broken');
  const laughs = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>';
  assert.equal(await refusalOf(zipOf({ 'word/document.xml': laughs }), 'a.docx'), 'broken');
  assert.equal(await refusalOf(docxOf('<w:p>'.repeat(100_000)), 'a.docx'), 'over_limit');
  assert.equal(await refusalOf(zipOf({ 'xl/workbook.xml': '<a/>' }), 'a.xlsx'), 'unsupported');
  assert.equal(await refusalOf(Buffer.from('%PDF-1.7 and nothing more'), 'a.pdf'), 'broken');
  const loop = pdfOf([{ content: '/X0 Do' }], {
    objects: {
      100: streamOf(Buffer.from('/X0 Do'), '/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X0 100 0 R>>>>', false).toString(
        'latin1',
      ),
    },
    resources: '/XObject<</X0 100 0 R>>',
  });
  assert.ok(['read', 'broken', 'crashed', 'out_of_time', 'out_of_memory'].includes(await refusalOf(loop, 'a.pdf')));
  assert.equal(
    await refusalOf(pngOf(['zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(9_000_000))])]), 'a.png'),
    'over_limit',
  );
  assert.equal(await refusalOf(Buffer.from([1, 0, 2, 0, 3]), 'a.bin'), 'unsupported');
});

test('HTML that is nested a hundred thousand deep, and lone surrogates', async () => {
  const deep = Buffer.from(`${'<div>'.repeat(100_000)}deep${'</p>'.repeat(200)}`);
  assert.ok(['read', 'out_of_time'].includes(await refusalOf(deep, 'a.html')));
  const quadratic = Buffer.from(`${'<b>'.repeat(60_000)}${'</p>'.repeat(60_000)}`);
  assert.ok(['read', 'out_of_time', 'out_of_memory'].includes(await refusalOf(quadratic, 'a.html')));
  const lone = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<p>a\ud800b</p>', 'utf16le')]);
  assert.equal(await refusalOf(lone, 'a.html'), 'read');
  assert.equal(
    await refusalOf(Buffer.from(`<style>${'a{'.repeat(50_000)}</style><p>x`), 'a.html').then((r) =>
      ['read', 'crashed', 'out_of_time'].includes(r),
    ),
    true,
  );
});

test('an encrypted PDF says so', async () => {
  const locked = pdfOf([{ content: '' }], {
    objects: { 100: `<</Filter/Standard/V 1/R 2/Length 40/P -4/O<${'41'.repeat(32)}>/U<${'42'.repeat(32)}>>>` },
    trailer: `/Encrypt 100 0 R/ID[<${'00'.repeat(16)}><${'00'.repeat(16)}>]`,
  });
  assert.equal(await refusalOf(locked, 'a.pdf'), 'encrypted');
});

test('what was read lately is remembered; a refusal is not', async () => {
  const slow = docxOf(Array.from({ length: 5_000 }, (_, i) => paragraph(run(`remembered ${i}`))).join(''));
  const first = await documents.read({ bytes: slow, name: 'a.docx' });
  assert.equal(await documents.read({ bytes: Buffer.from(slow), name: 'b.docx' }), first, 'the very same answer');
  assert.notEqual(await documents.read({ bytes: slow, name: 'a.pdf' }), first);
  const broken = docxOf('<w:p>');
  assert.notEqual(await documents.read({ bytes: broken, name: 'a.docx' }), await documents.read({ bytes: broken, name: 'a.docx' }));
});

test('pictures: their text comes by the port, and where that fails nobody looked', async () => {
  const png = pngOf(['tEXt', Buffer.from('Comment\0by hand')]);
  const reading = openDocuments({ logger: silentLogger, ocr: (image) => Promise.resolve(`seen in ${image.length} bytes`) });
  const read = await reading.read({ bytes: png, name: 'a.png' });
  assert.ok(read.ok && read.pixels === undefined);
  assert.deepEqual(
    read.parts.map(({ text, shown }) => [text.replace(/\d+/, 'n'), shown]),
    [
      ['Comment by hand', 'metadata'],
      ['seen in n bytes', 'visible'],
    ],
  );
  await reading.close();
  const failing = openDocuments({ logger: silentLogger, ocr: () => Promise.reject(new Error('gone')) });
  const unread = await failing.read({ bytes: png, name: 'a.png' });
  assert.ok(unread.ok && unread.pixels === true);
  await failing.close();
});

test('no more than the given number of processes, and what cannot wait is told', async () => {
  const few = openDocuments({ logger: silentLogger, processes: 1, waiting: 3 });
  const slow = (n: number): Buffer => docxOf(Array.from({ length: 20_000 }, (_, i) => paragraph(run(`word ${n} ${i * 7919}`))).join(''));
  const reads = Array.from({ length: 8 }, (_, n) => few.read({ bytes: slow(n), name: 'a.docx' }));
  assert.ok(few.state().processes <= 1);
  const answers = (await Promise.all(reads)).map((read) => (read.ok ? 'read' : read.refusal));
  assert.deepEqual([answers.filter((one) => one === 'read').length, answers.filter((one) => one === 'busy').length], [4, 4]);
  const impatient = await few.read({ bytes: slow(9), name: 'a.docx' }, { milliseconds: 1 });
  assert.equal(impatient.ok ? 'read' : impatient.refusal, 'out_of_time');
  await few.close();
  const closed = await few.read({ bytes: good, name: 'a.pdf' });
  assert.equal(closed.ok ? 'read' : closed.refusal, 'busy');
});
