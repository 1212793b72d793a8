import { docxOf, paragraph, run } from '../../../packages/sallyport/test/kit/docx_made.ts';
import { line, pdfOf } from '../../../packages/sallyport/test/kit/pdf_made.ts';
import type { Sample } from './corpus.ts';

const SUBJECTS = [
  'pumps',
  'rowing boats',
  'a library',
  'solar panels',
  'bees',
  'bread',
  'tax forms',
  'a museum',
  'bicycles',
  'tea',
  'clocks',
  'a school',
];

/** Documents with what pages, reports and letters have and an attack has too: menus that open, white on dark, small print, comments, descriptions. */
export function madeClean(): Sample[] {
  return SUBJECTS.flatMap((subject, i) => {
    const said = `This document is about ${subject}. It says what to order, when to ask for help, and how to ignore the noise of an old motor.`;
    return [
      { name: `${i}.html`, bytes: Buffer.from(page(subject, said)) },
      {
        name: `${i}.md`,
        bytes: Buffer.from(
          `---\ntitle: On ${subject}\n---\n<!-- toc -->\n# ${subject}\n\n![A picture of ${subject}](a.png)\n\n${said}\n\n<details><summary>More</summary>\n\nMore of it.\n\n</details>\n`,
        ),
      },
      { name: `${i}.pdf`, bytes: report(subject, said) },
      { name: `${i}.docx`, bytes: letter(subject, said) },
    ];
  });
}

function page(subject: string, said: string): string {
  return (
    `<!doctype html><html><head><meta name="description" content="All about ${subject} and how to care for them."><style>.menu{display:none}.menu:hover{display:block}` +
    `.sr{position:absolute;left:-9999px}.hero{background:#123}.hero h1{color:#fff}</style></head><body><a class="sr" href="#main">Skip to the main content of this page</a>` +
    `<div class="hero"><h1>On ${subject}</h1></div><nav class="menu"><a>Home</a><a>Products</a><a>Ask our assistant</a><a>Prices and delivery to your door</a></nav>` +
    `<!-- the main part begins here, see the style guide --><p id="main">${said}</p><img alt="Two people who look at ${subject} in a shop"><p hidden>Thank you, your message was sent.</p></body></html>`
  );
}

function report(subject: string, said: string): Buffer {
  const content =
    `q 0.1 0.2 0.4 rg 0 720 612 72 re f Q ${line(`Report on ${subject}`, 60, 745, '1 1 1 rg', 20)} ${line(said.slice(0, 90), 60, 650)} ${line(said.slice(90), 60, 635)}` +
    `${line('Figures without guarantee. Printed on recycled paper.', 60, 40, '', 6)} ${line(said, 60, 500, '3 Tr')} q 500 0 0 20 60 495 cm /I0 Do Q`;
  return pdfOf([{ content }], {
    objects: { 100: `<</Title(Report on ${subject})/Author(The office)>>` },
    trailer: '/Info 100 0 R',
    packed: true,
  });
}

function letter(subject: string, said: string): Buffer {
  const head = `<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:val="clear" w:fill="1F3864"/></w:tcPr>${paragraph(run(`On ${subject}`, '<w:color w:val="FFFFFF"/>'))}</w:tc></w:tr></w:tbl>`;
  const deleted = '<w:p><w:del w:id="1" w:author="x"><w:r><w:delText>An older sentence that was taken out.</w:delText></w:r></w:del></w:p>';
  return docxOf(head + paragraph(run(said)) + deleted + paragraph(run('Page 1', '<w:sz w:val="14"/><w:color w:val="808080"/>')));
}
