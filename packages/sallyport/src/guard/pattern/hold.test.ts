import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { compileHold, parsePattern, type Hold, type HoldPlan, type PatternFlags, type Segment, type StreamRule } from './index.ts';

/** A rule whose findings carry the reading that was matched, as their `type`, so that tests can see it. */
function rule(id: string, source: string, flags: PatternFlags = {}, verify?: (match: string) => boolean): StreamRule {
  return {
    id,
    pattern: parsePattern(source, flags),
    ...(verify === undefined ? {} : { verify }),
    finding: (match) => ({ rule: id, category: 'secret', type: match, severity: 'high', confidence: 1 }),
  };
}

/** Neighbouring texts joined, so that what two splits give can be compared. */
function joined(segments: readonly Segment[]): Segment[] {
  const out: Segment[] = [];
  for (const segment of segments) {
    const last = out.at(-1);
    if (segment.kind === 'text' && last?.kind === 'text') out[out.length - 1] = { kind: 'text', text: last.text + segment.text };
    else out.push(segment);
  }
  return out;
}

function pushAll(hold: Hold, chunks: readonly string[]): Segment[] {
  return [...chunks.flatMap((chunk) => hold.push(chunk)), ...hold.end()];
}

/** What a plan gives for a text in these chunks. */
function run(plan: HoldPlan, chunks: readonly string[], isPlaceholder?: (text: string) => boolean): Segment[] {
  return joined(pushAll(plan.open(isPlaceholder), chunks));
}

/** Short form for assertions: text as itself, a match as `[rule:text]`, a placeholder as `{text}`. */
function shown(segments: readonly Segment[]): string {
  return segments
    .map((segment) => {
      if (segment.kind === 'text') return segment.text;
      if (segment.kind === 'placeholder') return `{${segment.text}}`;
      return `[${segment.findings.map((finding) => finding.rule).join('+')}:${segment.text}]`;
    })
    .join('');
}

/** All ways to cut a text into at most three parts. */
function* threeParts(text: string): Generator<string[]> {
  for (let i = 0; i <= text.length; i++) for (let j = i; j <= text.length; j++) yield [text.slice(0, i), text.slice(i, j), text.slice(j)];
}

function luhn(match: string): boolean {
  const digits = match.replace(/\D/g, '').split('').reverse().map(Number);
  const sum = digits.reduce((sum, digit, i) => sum + (i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit), 0);
  return sum % 10 === 0;
}

const RULES = [
  rule('openai', '\\bsk-[A-Za-z0-9_-]{16,64}', { overflow: 'match' }),
  rule('aws', '\\bAKIA[A-Z2-7]{16}\\b'),
  rule('email', '\\b[\\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,24}){1,4}'),
  rule('card', '\\b\\d(?:[ -]?\\d){12,18}(?![\\d])', {}, luhn),
  rule('iban', '\\b[A-Z]{2}\\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])', {}, (m) => m.length >= 15),
  rule('ssn', '(?<![\\w-])\\d{3}-\\d{2}-\\d{4}(?![\\w-])'),
  rule('canary', 'blue heron at midnight', { ignoreCase: true }),
];

const PLAN = compileHold(RULES, [], { placeholders: true });

const VALUES: readonly [string, string][] = [
  ['openai', 'sk-Abcd1234Efgh5678Ijkl'],
  ['aws', 'AKIAIOSFODNN7EXAMPLE'],
  ['email', 'jane.roe+x@mail.example.com'],
  ['card', '4111 1111 1111 1111'],
  ['card', '4111111111111111'],
  ['iban', 'DE89 3704 0044 0532 0130 00'],
  ['ssn', '078-05-1120'],
  ['canary', 'Blue Heron at midnight'],
];

const CONTEXTS: readonly [string, string][] = [
  ['', ''],
  ['Call me: ', ', thanks.'],
  ['{"a":"', '","b":1}'],
  ['s sk sk- AK 4111 <EM ', ' sk-'],
  ['größe — ', '… ünd'],
  ['😀', '😀'],
];

const MATH_DIGITS = 0x1d7ce;
const MATH_CAPITALS = 0x1d400;
const MATH_SMALL = 0x1d41a;

/** The ways in which a value is written so that nobody finds it. */
const FORMS: Readonly<Record<string, (value: string) => string>> = {
  raw: (value) => value,
  fullwidth: (value) => each(value, (c) => (c === ' ' ? '\u3000' : String.fromCharCode(c.charCodeAt(0) + 0xfee0))),
  mathematical: (value) =>
    each(value, (c) => {
      const code = c.charCodeAt(0);
      if (/\d/.test(c)) return String.fromCodePoint(MATH_DIGITS + code - 48);
      if (/[A-Z]/.test(c)) return String.fromCodePoint(MATH_CAPITALS + code - 65);
      return /[a-z]/.test(c) ? String.fromCodePoint(MATH_SMALL + code - 97) : c;
    }),
  zeroWidth: (value) => each(value, (c, i) => c + ['\u200b', '\u2060', '\ufeff', '\u00ad', '\ufe0f', '\u{e0100}', '\u202e'][i % 7]),
  escaped: (value) => each(value, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  escapedTwice: (value) => each(value, (c) => `\\\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  someEscaped: (value) => each(value, (c, i) => (i % 3 === 1 ? `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}` : c)),
  escapedMathematical: (value) =>
    each(FORMS['mathematical']?.(value) ?? '', (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  escapedZeroWidth: (value) => each(value, (c) => `${c}\\u200b`),
  marked: (value) => each(value, (c) => `${c}\u0336`),
  betweenTags: (value) => each(value, (c, i) => c + String.fromCodePoint(0xe0061 + (i % 20))),
  tags: (value) => each(value, (c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))),
};

function each(text: string, change: (unit: string, i: number) => string | undefined): string {
  return Array.from({ length: text.length }, (_, i) => change(text[i] ?? '', i)).join('');
}

/** What a reader gets when every match is cut. */
function delivered(segments: readonly Segment[]): string {
  return segments.map((segment) => (segment.kind === 'match' ? '■' : segment.text)).join('');
}

/** Partial outputs are prefixes of the whole one: nothing that was given out would have been withheld later. */
function assertEarly(chunks: readonly string[], expected: string): void {
  const hold = PLAN.open();
  let out = '';
  for (const chunk of [...chunks, '']) {
    out += delivered(hold.push(chunk));
    assert.ok(expected.startsWith(out), `${JSON.stringify(chunks)} gave ${JSON.stringify(out)}`);
  }
  assert.equal(out + delivered(hold.end()), expected);
}

describe('values in a stream', () => {
  for (const [form, write] of Object.entries(FORMS)) {
    for (const [id, value] of VALUES) {
      it(`finds ${id} as ${form}, in every context, whatever the split`, () => {
        for (const [before, after] of CONTEXTS) {
          const text = before + write(value) + after;
          const whole = run(PLAN, [text]);
          const matches = whole.filter((segment) => segment.kind === 'match');
          assert.equal(matches.length, 1, shown(whole));
          const finding = matches[0]?.findings.find((finding) => finding.rule === id);
          assert.equal(finding?.type, value);
          // Nothing of the value is left, and nothing beside it is lost. (A value that ends in invisible characters leaves those.)
          const parts = delivered(whole).split('■');
          assert.ok(before.startsWith(parts[0] ?? 'x') && before.length - (parts[0] ?? '').length <= 8, shown(whole));
          assert.match(parts[1] ?? '', new RegExp(`^(?:[^\\x20-\\x7e]|\\\\u200b)*${escapeRegExp(after)}$`));
          assert.deepEqual(run(PLAN, Array.from(text)), whole);
          assertEarly(text.split(''), delivered(whole));
        }
      });
    }
  }

  it('gives the same in all three-part splits', () => {
    let runs = 0;
    for (const [form, write] of Object.entries(FORMS)) {
      for (const [id, value] of VALUES) {
        if (write(value).length > 50 && id !== 'ssn') continue;
        const text = `to ${write(value)}, <EM s`;
        const whole = JSON.stringify(run(PLAN, [text]));
        for (const parts of threeParts(text)) {
          runs++;
          if (JSON.stringify(run(PLAN, parts)) !== whole) assert.fail(`${form} ${id}: ${JSON.stringify(parts)}`);
        }
      }
    }
    assert.ok(runs > 40_000, `${runs} runs`);
  });

  it('gives the same in all two-part splits of long forms', () => {
    for (const write of Object.values(FORMS)) {
      for (const [, value] of VALUES) {
        const text = `to ${write(value)}, <EMAIL_ADDRESS_1a2b3c4d5e> s`;
        const whole = JSON.stringify(run(PLAN, [text]));
        for (let i = 0; i <= text.length; i++) assert.equal(JSON.stringify(run(PLAN, [text.slice(0, i), text.slice(i)])), whole);
      }
    }
  });

  it('gives back every character, in any split of any text (property)', () => {
    const pieces = fc.constantFrom(
      ...[
        ['s', 'k', '-', 'sk-', 'a', 'B', '9', '4111', ' ', '@', '.', '\\', '\\u', '00', '73', '\\u0073', '"', '\n', '<', '>', '_'],
        ['EMAIL_', '1a2b3c4d5e', '\u200b', '\u0301', '\ud835', '\udc00', 'ｓ', '½', '𝟒', '\u{e0073}', 'é', 'DE89', '078-05-1120', '\\\\'],
        ['AKIAIOSFODNN7EXAMPLE', 'а', 'blue heron', '﷽', '&lt;', 'x@y.de'],
      ].flat(),
    );
    const texts = fc.array(pieces, { maxLength: 30, size: 'max' }).map((parts) => parts.join(''));
    const cuts = fc.array(fc.nat({ max: 80 }), { maxLength: 6 });
    fc.assert(
      fc.property(texts, cuts, (text, cuts) => {
        const whole = run(PLAN, [text]);
        assert.equal(whole.map((segment) => segment.text).join(''), text);
        const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length].sort((a, b) => a - b);
        const chunks = at.slice(1).map((end, i) => text.slice(at[i], end));
        assert.deepEqual(run(PLAN, chunks), whole);
        assert.deepEqual(run(PLAN, text.split('')), whole);
        assertEarly(chunks, delivered(whole));
      }),
      { numRuns: 2000 },
    );
  });
});

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

describe('segments', () => {
  it('names what was read, its place and its findings', () => {
    const [text, match, rest] = run(PLAN, ['id ｓ\u200bk-', '\\u0041bcd1234Efgh5678 ok']);
    assert.deepEqual(text, { kind: 'text', text: 'id ' });
    assert.equal(match?.kind, 'match');
    if (match?.kind !== 'match') return;
    assert.equal(match.start, 3);
    assert.deepEqual(match.spans, [{ start: 3, end: 3 + 'ｓ\u200bk-\\u0041bcd1234Efgh5678'.length }]);
    assert.equal(match.findings[0]?.type, 'sk-Abcd1234Efgh5678');
    assert.deepEqual(rest, { kind: 'text', text: ' ok' });
  });

  it('joins overlapping matches and keeps neighbours apart', () => {
    const plan = compileHold([rule('a', 'abcd'), rule('b', 'cdef'), rule('c', 'xyz')], [], { placeholders: false });
    assert.equal(shown(run(plan, ['-abcdefxyz-'])), '-[a+b:abcdef][c:xyz]-');
  });

  it('holds only what may still match', () => {
    const hold = PLAN.open();
    hold.push('The quick brown');
    assert.equal(hold.held, 5);
    hold.push(' ');
    assert.equal(hold.held, 0);
    hold.push('"sk-');
    assert.equal(hold.held, 3);
    hold.push('"');
    assert.equal(hold.held, 0);
  });

  it('verifies, and then lets the text go', () => {
    assert.equal(shown(run(PLAN, ['pay 4111 1111 1111 1112 now'])), 'pay 4111 1111 1111 1112 now');
    assert.equal(shown(run(PLAN, ['12 4111 1111 1111 1111 99'])), '12 [card:4111 1111 1111 1111] 99');
  });

  it('asks a rule without a right edge once, about its longest match', () => {
    const asked: string[] = [];
    const verify = (match: string): boolean => asked.push(match) > 0 && match.endsWith('z');
    const plan = compileHold([rule('t', '\\btk[a-z]{2,8}', {}, verify)], [], { placeholders: false });
    assert.equal(shown(run(plan, ['a tkab', 'cdz tkxy'])), 'a [t:tkabcdz] tkxy');
    assert.ok(asked.includes('tkabcdz') && asked.includes('tkxy') && !asked.includes('tkab'), asked.join());
  });

  it('reads look-alikes only in literals without case', () => {
    const plan = compileHold([rule('soft', 'secret plan', { ignoreCase: true }), rule('hard', 'fixed')], [], { placeholders: false });
    assert.equal(shown(run(plan, ['sеcrеt рlаn, fіxed'])), '[soft:sеcrеt рlаn], fіxed');
  });

  it('sees a boundary in either reading of an escape', () => {
    assert.equal(shown(run(PLAN, ['{"x":"one\\nAKIAIOSFODNN7EXAMPLE"}'])), '{"x":"one\\n[aws:AKIAIOSFODNN7EXAMPLE]"}');
    assert.equal(shown(run(PLAN, ['C:\\temp\\AKIAIOSFODNN7EXAMPLE'])), 'C:\\temp\\[aws:AKIAIOSFODNN7EXAMPLE]');
    assert.equal(shown(run(PLAN, ['xAKIAIOSFODNN7EXAMPLE'])), 'xAKIAIOSFODNN7EXAMPLE');
    assert.equal(shown(run(PLAN, ['e\u0301AKIAIOSFODNN7EXAMPLE'])), 'e\u0301[aws:AKIAIOSFODNN7EXAMPLE]');
  });
});

describe('placeholders', () => {
  const genuine = (text: string): boolean => text === '<US_SSN_1234567890>' || text === '<EMAIL_ADDRESS_1a2b3c4d5e>';

  it('come as their own segments, also in the forms that models write', () => {
    const text = 'a <EMAIL_ADDRESS_1a2b3c4d5e> \\u003cEMAIL_ADDRESS_1a2b3c4d5e\\u003e &lt;email_address_1A2B3C4D5E&gt; <b> <X_12>';
    assert.equal(
      shown(run(PLAN, [text])),
      'a {<EMAIL_ADDRESS_1a2b3c4d5e>} {\\u003cEMAIL_ADDRESS_1a2b3c4d5e\\u003e} {&lt;email_address_1A2B3C4D5E&gt;} <b> <X_12>',
    );
  });

  it('hide a match inside only when they were given out', () => {
    const plan = compileHold([rule('digits', '\\d{10}')], [], { placeholders: true });
    assert.equal(shown(run(plan, ['<US_SSN_1234567890>'], genuine)), '{<US_SSN_1234567890>}');
    assert.equal(shown(run(plan, ['<US_SSN_1234567899>'], genuine)), '[digits:<US_SSN_1234567899>]');
    assert.equal(shown(run(plan, ['<CARD_4111111111111111>'])), '[digits:<CARD_4111111111111111>]');
  });

  it('are part of a match that is more than they are', () => {
    const plan = compileHold([rule('image', '!\\[[^\\]]{0,20}\\]\\([^)\\s]{1,99}\\)')], [], { placeholders: true });
    assert.equal(shown(run(plan, ['![x](/a?<EMAIL_ADDRESS_1a2b3c4d5e>)'], genuine)), '[image:![x](/a?<EMAIL_ADDRESS_1a2b3c4d5e>)]');
  });

  it('are plain text when the plan does not ask for them', () => {
    const plan = compileHold(RULES, [], { placeholders: false });
    assert.equal(shown(run(plan, ['<EMAIL_ADDRESS_1a2b3c4d5e>'])), '<EMAIL_ADDRESS_1a2b3c4d5e>');
  });
});

describe('bounds', () => {
  const invisible = '\u200b'.repeat(60_000);

  it('a value beyond its maximum is a match to its end, when the pattern says so', () => {
    const long = `sk-${'Ab1_'.repeat(2000)}`;
    const text = `x ${long} y`;
    const whole = run(PLAN, [text]);
    assert.equal(shown(whole), `x [openai:${long}] y`);
    assert.deepEqual(run(PLAN, text.match(/[^]{1,7}/g) ?? []), whole);
    const plan = compileHold([rule('cut', '\\bsk-[a-z]{4,8}')], [], { placeholders: false });
    assert.equal(shown(run(plan, ['sk-abcdefghijkl'])), '[cut:sk-abcdefgh]ijkl');
  });

  it('a value beyond every bound is given out as matches, never as text, with bounded memory', () => {
    const text = `a sk-${'x'.repeat(100_000)} b`;
    const hold = PLAN.open();
    const out: Segment[] = [];
    let most = 0;
    for (const chunk of text.match(/[^]{1,50}/g) ?? []) {
      out.push(...hold.push(chunk));
      most = Math.max(most, hold.held);
    }
    out.push(...hold.end());
    assert.ok(most < 20_000, `${most}`);
    assert.equal(delivered(joined(out)).replace(/■+/g, '■'), 'a ■ b');
    assert.deepEqual(run(PLAN, [text]), joined(out));
  });

  it('text stuffed with invisible characters is withheld, not held for ever', () => {
    const text = `a sk-Abcd1234${invisible}Efgh5678Ijkl b`;
    const whole = run(PLAN, [text]);
    assert.equal(delivered(whole).replace(/■+/g, '■'), 'a ■ b');
    assert.deepEqual(run(PLAN, text.match(/[^]{1,97}/g) ?? []), whole);
    assert.ok(whole.some((segment) => segment.kind === 'match' && segment.findings[0]?.rule === 'stream.overflow'));
    assert.equal(delivered(run(PLAN, [`a ${invisible} b`])), `a ${invisible} b`, 'nothing can become a match here');
  });

  it('long runs of backslashes are text', () => {
    const text = `a ${'\\'.repeat(40_000)} b`;
    assert.equal(shown(run(PLAN, [text])), text);
    const hold = PLAN.open();
    hold.push(text.slice(0, -2));
    assert.ok(hold.held < 20, `${hold.held}`);
  });

  it('the machine forgets states and goes on', () => {
    // Every length of local part and of each label is a state of its own.
    const words = Array.from(
      { length: 3000 },
      (_, i) => `${'a'.repeat(1 + (i % 60))}@${'b'.repeat(1 + ((i * 7) % 59))}.${'c'.repeat(1 + (i % 20))}`,
    );
    const plan = compileHold([rule('email', '\\b[\\w.]{1,64}@[a-z]{1,63}(?:\\.[a-z]{1,24}){1,4}')], [], { placeholders: false });
    const open = plan.open();
    const first = open.push('x aaa@bb');
    assert.equal(
      shown(
        run(
          plan,
          words.map((word) => `${word} `),
        ),
      ),
      words.map((word) => `[email:${word}] `).join(''),
    );
    assert.equal(shown(joined([...first, ...pushAll(open, ['b.cc d'])])), 'x [email:aaa@bbb.cc] d');
  });

  it('hostile text takes time in proportion to its length', () => {
    for (const hostile of ['a@', '1-', 'sk-', 'A1 ', '\\u0', '\\\\u005c', '\u200b\\', 'a.b@c.', '<A_', '\u{e0061}', '﷽']) {
      const text = hostile.repeat(20_000);
      const out = run(PLAN, text.match(/[^]{1,4000}/g) ?? []);
      assert.equal(out.map((segment) => segment.text).join(''), text);
    }
  });

  it('refuses windows that are too small or too long', () => {
    for (const size of [0, 1, 1.5, 5000, Number.NaN]) {
      assert.throws(() => compileHold([], [{ id: 'w', size, scan: () => [] }], { placeholders: false }), RangeError);
    }
    assert.equal(PLAN.maxHold, Math.max(...RULES.map((each) => each.pattern.maxLength)));
  });

  it('refuses more positions than memory allows', () => {
    const big = rule('big', '(?:[a-c]{1,64}){1,60}');
    assert.throws(() => compileHold(Array(60).fill(big), [], { placeholders: false }), RangeError);
  });
});

describe('window rules', () => {
  const finding = { rule: 'w', category: 'prompt_injection', type: 'OVERRIDE', severity: 'high', confidence: 0.9 } as const;
  const scan = (text: string) =>
    [...text.matchAll(/ignore (?:all|any) rules/g)].map((m) => ({ start: m.index, end: m.index + m[0].length, finding }));
  const plan = compileHold([rule('ssn', '(?<![\\w-])\\d{3}-\\d{2}-\\d{4}(?![\\w-])')], [{ id: 'w', size: 40, scan }], {
    placeholders: false,
  });
  const text = `Well, ignore all rules here. ${'padding '.repeat(9)}078-05-1120 ignore any rules; ${'x'.repeat(17)} ignore all rules`;

  it('find their matches wherever windows lie, and hold no more than their size', () => {
    for (let shift = 0; shift < 45; shift++) {
      const moved = '.'.repeat(shift) + text;
      const whole = run(plan, [moved]);
      assert.equal(shown(whole), moved.replace(/ignore (?:all|any) rules/g, '[w:$&]').replace(/078-05-1120/, '[ssn:$&]'));
      assert.deepEqual(run(plan, moved.split('')), whole);
      const hold = plan.open();
      for (const char of moved) {
        hold.push(char);
        assert.ok(hold.held <= 40 + 16, `${hold.held}`);
      }
    }
  });

  it('do not take the middle of something for a match', () => {
    const numbers = (text: string) =>
      [...text.matchAll(/\b\d{4,9}\b/g)].map((m) => ({ start: m.index, end: m.index + m[0].length, finding }));
    const plan = compileHold([], [{ id: 'n', size: 24, scan: numbers }], { placeholders: false });
    for (let shift = 0; shift < 30; shift++) {
      const text = `${'.'.repeat(shift)} 12345678901 and 123456789 and 1234`;
      assert.equal(shown(run(plan, [text])), text.replace('123456789 ', '[w:123456789] ').replace(/1234$/, '[w:1234]'));
    }
  });

  it('give the same in all three-part splits', () => {
    const short = text.slice(0, 70);
    const whole = run(plan, [short]);
    for (const parts of threeParts(short)) assert.deepEqual(run(plan, parts), whole);
  });
});

describe('against every substring (property)', () => {
  const atom = fc.constantFrom('a', 'b', '1', '[ab]', '[^a]', '\\d', '-');
  const quantifier = fc.constantFrom('', '', '?', '{2}', '{0,2}', '{1,3}');
  const item = fc.tuple(atom, quantifier).map((parts) => parts.join(''));
  const sequence = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(''));
  const group = fc
    .tuple(fc.array(sequence, { minLength: 1, maxLength: 3 }), quantifier)
    .map(([options, q]) => `(?:${options.join('|')})${q}`);
  const body = fc.array(fc.oneof(item, group), { minLength: 1, maxLength: 3 }).map((items) => items.join(''));
  const left = fc.constantFrom('', '', '\\b', '(?<![ab])', '(?<!\\d)');
  const right = fc.constantFrom('', '', '(?!\\d)', '(?![b-])');
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '-', 'c'), maxLength: 12 });

  /** Which characters any match of the pattern covers, by trying every substring. */
  function covered(left: string, body: string, right: string, text: string): string {
    const whole = new RegExp(`^(?:${body})$`);
    const before = new RegExp(`${left}$`);
    const out = text.split('').map(() => '.');
    for (let start = 0; start < text.length; start++) {
      for (let end = start + 1; end <= text.length; end++) {
        if (!whole.test(text.slice(start, end))) continue;
        const begins =
          left === '\\b'
            ? /\w/.test(text[start - 1] ?? ' ') !== /\w/.test(text[start] ?? ' ')
            : before.test('') && matchesAt(left, text, start);
        if (begins && matchesAt(right, text, end)) out.fill('x', start, end);
      }
    }
    return out.join('');
  }

  function matchesAt(edge: string, text: string, at: number): boolean {
    const expression = new RegExp(edge, 'y');
    expression.lastIndex = at;
    return expression.test(text);
  }

  it('withholds exactly what some match covers', () => {
    let tried = 0;
    fc.assert(
      fc.property(left, body, right, fc.array(text, { minLength: 1, maxLength: 8 }), (left, body, right, texts) => {
        const source = left + body + right;
        try {
          parsePattern(source);
        } catch {
          fc.pre(false);
        }
        const plan = compileHold([rule('p', source)], [], { placeholders: false });
        for (const text of texts) {
          tried++;
          const got = run(plan, text.split(''))
            .map((segment) => (segment.kind === 'match' ? 'x' : '.').repeat(segment.text.length))
            .join('');
          assert.equal(got, covered(left, body, right, text), `${source} on ${text}`);
        }
      }),
      { numRuns: 1500 },
    );
    assert.ok(tried > 3000, `${tried}`);
  });
});
