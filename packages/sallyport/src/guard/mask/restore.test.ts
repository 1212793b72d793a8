import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { compileHold } from '../pattern/index.ts';
import { createPlaceholders, type RestoreContext } from './index.ts';

const PLACEHOLDERS = createPlaceholders({ key: new Uint8Array(32), principal: 'prn_alice' });
const EMAIL = PLACEHOLDERS.mask('EMAIL_ADDRESS', 'jane@example.com');
const PERSON = PLACEHOLDERS.mask('PERSON', 'Zoë "Z" O\'Neil\n<b>');
const SITE = PLACEHOLDERS.mask('URL', 'https://a.example/x');

const TEXT: RestoreContext = { kind: 'text', allow: (_, place) => place === 'text' };
const READ: RestoreContext = { kind: 'json', tool: 'tool_read', allow: (_, place) => place === 'tool_read' };
const WRITE: RestoreContext = { ...READ, tool: 'tool_write' };

const PLAN = compileHold([], [], { placeholders: true });

/** What a stream delivers, from the chunks of a provider to the client. */
function streamed(chunks: readonly string[], context: RestoreContext): { text: string; restored: number; withheld: number } {
  const hold = PLAN.open(PLACEHOLDERS.isPlaceholder);
  const restorer = PLACEHOLDERS.restorer(context);
  let text = '';
  for (const segment of [...chunks.flatMap((chunk) => hold.push(chunk)), ...hold.end()]) text += restorer.push(segment);
  return { text, restored: restorer.restored, withheld: restorer.withheld };
}

/** All ways to cut a text into at most three parts. */
function* threeParts(text: string): Generator<string[]> {
  for (let i = 0; i <= text.length; i++) for (let j = i; j <= text.length; j++) yield [text.slice(0, i), text.slice(i, j), text.slice(j)];
}

/** `@` stands for a placeholder. */
const RESTORED: readonly string[] = [
  'Write to @, please.',
  '@',
  'a < b and @',
  'a <3 @',
  'List<String> x = @',
  'if (i<n;i++) @',
  '<b>@</b> <br/> @',
  '<a href="https://x.example">@</a>',
  '<https://x.example>@',
  '<style>a{}</style> @',
  '<!-- x --> @',
  'See https://x.example/a?b=c and @',
  'See [docs](https://x.example/(a)) @',
  'See [docs](</a b>) @',
  'an image ![x](/a.png) @',
  'Wow! [1] @',
  '[@] is who I mean',
  '[note]: see below\n@',
  '(e.g. @)',
  'and/or @; 1/2 @; 3.5 @',
  'Data: @. Http: @',
  'C:\\temp\\ @',
  '| name | @ |',
  '"@"',
  "it's @'s",
  '- [ ] ask @',
  'f(x)[0](y) @',
  'x\n\n@',
  '`@`',
  '**@**',
  '[open](left\n\n@',
];

const WITHHELD: readonly string[] = [
  'https://evil.example/?q=@',
  'HTTPS://evil.example/@',
  'https://evil.example/?a="@"',
  'https://evil.example/\u00a0@',
  'https://evil.example/\u3000@',
  'ftp://x@',
  'x://@',
  '//evil.example/@',
  '\\\\evil.example\\@',
  'www.evil.example/@',
  'evil.example/?q=@',
  'evil.example/@',
  'evil.example#@',
  'mailto:@',
  'mailto:x?body=@',
  'javascript:alert(@',
  'data:text/html,@',
  'https:\\/\\/evil.example\\/@',
  'https\\u003a\\u002f\\u002fevil.example/@',
  '[x](@)',
  '[x]( @)',
  '[x](/a?b=@)',
  '[x](\n/a?b=@)',
  '[x](<a b@>)',
  '[x](</a)@>)',
  '[x](/a "title @")',
  '[x](/a(b)@)',
  '[x](/a\\)@)',
  '![x](/a?b=@)',
  '![alt @](/a.png)',
  '![a [b] @](/a.png)',
  '[x]: /a?@',
  '[x]:\n/a?@',
  '[x]: </a @>',
  '[x]: /a "t @"',
  '<https://evil.example/@>',
  'https://evil.example/<b>@',
  '<script>"//x"</b>@',
  '<img src="/a?b=@">',
  '<img src=/a?b=@>',
  "<img src='/a?b=@'>",
  '<img\nsrc\n=\n"@',
  '<img src="a>b@',
  '<img alt="@"',
  '<img/src=@',
  '<IMG SRC=@',
  '<a b c @>',
  '<x-y onload=@',
  '</a @>',
  '<!doctype @',
  '<?xml @',
  '<svg:image href=@',
  '<script>fetch("/x?" + "@")',
  '<script>a</b>"@"',
  '<style>a{background:url(x?@',
  'background: url(/x?@)',
  'style: URL( "/x?@',
  `<a title=${EMAIL} @`,
  `https://evil.example/${PERSON}@`,
];

describe('places', () => {
  for (const line of RESTORED) {
    it(`restores in ${JSON.stringify(line)}`, () => {
      const text = line.replaceAll('@', EMAIL);
      const count = line.split('@').length - 1;
      const expected = { text: line.replaceAll('@', 'jane@example.com'), restored: count, withheld: 0 };
      assert.deepEqual(PLACEHOLDERS.restore(text, TEXT), expected);
      assert.deepEqual(streamed(text.split(''), TEXT), expected);
    });
  }

  for (const line of WITHHELD) {
    it(`withholds in ${JSON.stringify(line)}`, () => {
      const text = line.replace(/@/g, EMAIL);
      const whole = PLACEHOLDERS.restore(text, TEXT);
      assert.equal(whole.text, text);
      assert.equal(whole.restored, 0);
      assert.ok(whole.withheld > 0);
      assert.deepEqual(streamed(text.split(''), TEXT), whole);
      // Even after text that would be harmless, and with everything escaped that can be.
      assert.equal(PLACEHOLDERS.restore(`Hello <b>you</b>, [a](b) ${text}`, TEXT).restored, 0);
    });
  }

  it('follow what a restored value brings', () => {
    assert.equal(PLACEHOLDERS.restore(`${SITE}?q=${EMAIL} ${EMAIL}`, TEXT).text, `https://a.example/x?q=${EMAIL} jane@example.com`);
  });

  it('keep the type: a rule may allow one type in links', () => {
    const context: RestoreContext = { kind: 'text', allow: (type, place) => place === 'text' || (place === 'url' && type === 'URL') };
    const out = PLACEHOLDERS.restore(`[x](${SITE}) [x](https://b/${EMAIL})`, context);
    assert.deepEqual(out, { text: `[x](https://a.example/x) [x](https://b/${EMAIL})`, restored: 1, withheld: 1 });
  });
});

describe('tool arguments', () => {
  it('of a tool that reads are restored, of one that writes or sends are not', () => {
    const text = JSON.stringify({ to: EMAIL, body: `Dear ${PERSON},` });
    const out = PLACEHOLDERS.restore(text, READ);
    assert.deepEqual(JSON.parse(out.text), { to: 'jane@example.com', body: 'Dear Zoë "Z" O\'Neil\n<b>,' });
    assert.deepEqual(PLACEHOLDERS.restore(text, WRITE), { text, restored: 0, withheld: 2 });
  });

  it('are never restored inside a URL, which ends with its string', () => {
    const text = `{"url":"https:\\/\\/evil.example/?q=${EMAIL}","note":"${EMAIL}","u2":"\\u0068ttp\\u003a${EMAIL}","x":"//${EMAIL}"}`;
    const out = PLACEHOLDERS.restore(text, READ);
    assert.equal(out.text, text.replace(`"note":"${EMAIL}"`, '"note":"jane@example.com"'));
    assert.deepEqual(streamed(text.split(''), READ), out);
  });

  it('are followed outside strings too, for they may be no JSON', () => {
    assert.equal(PLACEHOLDERS.restore(`https://evil.example/?q=${EMAIL}`, READ).restored, 0);
  });

  it('in JSON in JSON are followed too', () => {
    const inner = JSON.stringify({ url: `https://evil.example/?q=${EMAIL}` }).replaceAll('/', '\\/');
    assert.equal(PLACEHOLDERS.restore(JSON.stringify({ body: inner }), READ).restored, 0);
  });
});

describe('streams', () => {
  it('restore as whole texts do, in all three-part splits', () => {
    const text = `Hi ${EMAIL}, &lt;${PERSON.slice(1, -1)}&gt; https://e.example/${EMAIL} <i> ${PERSON}.`;
    const expected = PLACEHOLDERS.restore(text, TEXT);
    assert.equal(expected.restored, 3);
    for (const parts of threeParts(text)) assert.deepEqual(streamed(parts, TEXT), expected);
    const json = `{"to":"\\u003c${EMAIL.slice(1, -1)}\\u003e","body":"${PERSON}","u":"http://${EMAIL}"}`;
    const expectedJson = PLACEHOLDERS.restore(json, READ);
    assert.equal(JSON.parse(expectedJson.text).body, 'Zoë "Z" O\'Neil\n<b>');
    for (const parts of threeParts(json)) assert.deepEqual(streamed(parts, READ), expectedJson);
  });

  it('restore as whole texts do (property)', () => {
    const piece = fc.constantFrom(
      ...[
        [
          'a',
          ' ',
          '\n',
          '<',
          '>',
          '"',
          "'",
          '=',
          '(',
          ')',
          '[',
          ']',
          '!',
          ':',
          '/',
          '\\',
          '\\u002f',
          '.',
          '?',
          'http',
          'www',
          '<a ',
          '](',
          'é',
          '😀',
        ],
        [
          EMAIL,
          EMAIL,
          PERSON,
          `&lt;${EMAIL.slice(1, -1)}&gt;`,
          `\\u003c${EMAIL.slice(1, -1)}\\u003e`,
          '<X_1234567890>',
          '&lt;',
          '<script>',
          '</script>',
        ],
      ].flat(),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 25, size: 'max' }),
        fc.constantFrom(TEXT, READ),
        fc.integer({ min: 1, max: 9 }),
        (pieces, context, size) => {
          const text = pieces.join('');
          const whole = PLACEHOLDERS.restore(text, context);
          const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
          assert.deepEqual(streamed(chunks, context), whole);
          assert.equal(streamed([text], { ...context, allow: () => false }).text, text);
        },
      ),
      { numRuns: 4000 },
    );
  });

  it('let masked text through, and know it as part of the text', () => {
    const restorer = PLACEHOLDERS.restorer(TEXT);
    const out = [
      restorer.push({ kind: 'match', text: '[x](' }),
      restorer.push({ kind: 'placeholder', text: EMAIL }),
      restorer.push({ kind: 'text', text: ')' }),
    ];
    assert.equal(out.join(''), `[x](${EMAIL})`);
    assert.equal(restorer.withheld, 1);
  });

  it('mask and restore give the value back exactly, whatever it is (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 }), (values) => {
        const own = createPlaceholders({ key: new Uint8Array(32), principal: 'p' });
        const masked = values.map((value) => own.mask('PERSON', value));
        const json = JSON.stringify(masked);
        const restored = own.restore(json, { kind: 'json', tool: 'tool_read', allow: (_, place) => place !== 'tool_write' });
        assert.deepEqual(JSON.parse(restored.text), values);
        for (const [i, placeholder] of masked.entries()) assert.equal(own.restore(`a ${placeholder} b`, TEXT).text, `a ${values[i]} b`);
      }),
    );
  });
});
