import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatSse, MAX_EVENT, SseReader, type SseRead } from './sse.ts';

const all = (reader: SseReader, chunks: readonly (Uint8Array | string)[]): SseRead[] => [
  ...chunks.flatMap((chunk) => reader.push(chunk)),
  ...reader.end(),
];
const read = (text: string): SseRead[] => all(new SseReader(), [text]);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function cut(data: Uint8Array, at: readonly number[]): Uint8Array[] {
  const points = [0, ...at.map((point) => point % (data.length + 1)).sort((a, b) => a - b), data.length];
  return points.slice(1).map((end, i) => data.subarray(points[i], end));
}

test('events, names, several data lines, one blank after the colon', () => {
  assert.deepEqual(read('event: a\ndata: {"x":\ndata: 1}\n\ndata:{"y":2}\n\n'), [{ event: 'a', data: { x: 1 } }, { data: { y: 2 } }]);
  assert.deepEqual(read('data: [DONE]\n\n'), [{ data: '[DONE]' }]);
});

test('CR, LF and CRLF end lines; a byte order mark is skipped once', () => {
  for (const end of ['\n', '\r', '\r\n']) {
    assert.deepEqual(read(`\uFEFFdata: {"a":1}${end}${end}event: e${end}data: {"b":2}${end}${end}`), [
      { data: { a: 1 } },
      { event: 'e', data: { b: 2 } },
    ]);
  }
});

test('comments, ids, retries and unknown fields are read over', () => {
  assert.deepEqual(read(': secret\nid: 7\nretry: 1\nfoo: bar\nbaz\ndata: {}\n\n: ping\n\nevent: lonely\n\ndata: {"a":1}\n\n'), [
    { data: {} },
    { data: { a: 1 } },
  ]);
});

test('what cannot be read ends the stream', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['data: nonsense\n\ndata: {}\n\n', /not a JSON object/],
    ['data: [1]\n\n', /not a JSON object/],
    ['data: "text"\n\n', /not a JSON object/],
    ['data:\n\n', /not a JSON object/],
    ['data: {"a":1}', /inside an event/],
    ['data: {"a":1}\n', /inside an event/],
    [`data: {"a":"${'x'.repeat(MAX_EVENT)}"}\n\n`, /too large/],
    [`: ${'x'.repeat(MAX_EVENT + 1)}`, /too large/],
    ['data: [DONE]\n\ndata: {"late":1}\n\n', /after the end/],
  ];
  for (const [text, reason] of cases) {
    const last = read(text).at(-1);
    assert.ok(last !== undefined && 'malformed' in last && reason.test(last.malformed), text.slice(0, 40));
  }
});

test('nothing is read after a broken event, and comments after the end do no harm', () => {
  const reader = new SseReader();
  reader.push('data: nonsense\n\n');
  assert.deepEqual(all(reader, ['data: {}\n\n']), []);
  assert.deepEqual(read('data: [DONE]\n\n: bye\n\n'), [{ data: '[DONE]' }]);
});

test('many data lines are bounded like one', () => {
  const reader = new SseReader();
  let broken = false;
  for (let i = 0; i < 2000 && !broken; i++) broken = reader.push(`data: ${'x'.repeat(1000)}\n`).some((event) => 'malformed' in event);
  assert.ok(broken);
});

test('bytes that are not UTF-8 end the stream, wherever they are cut', () => {
  for (const bad of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98]]) {
    const data = Uint8Array.from([...bytes('data: {"a":"'), ...bad, ...bytes('"}\n\n')]);
    for (let at = 0; at < data.length; at++) {
      const out = all(new SseReader(), [data.subarray(0, at), data.subarray(at)]);
      assert.ok(out.length === 1 && 'malformed' in (out[0] ?? {}), `${String(bad)} cut at ${at}`);
    }
  }
  const open = all(new SseReader(), [Uint8Array.from([...bytes('data: {}\n\n'), 0xf0, 0x9f])]);
  assert.ok('malformed' in (open[1] ?? {}));
});

const event = fc.record({ type: fc.string(), text: fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })) });

test('any events come back the same over any cuts and any line ends', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 5 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.constantFrom('\n', '\r', '\r\n'),
      (events, at, end) => {
        const text = events
          .map((data) => formatSse({ event: 'e', data }))
          .join('')
          .replaceAll('\n', end);
        const expected = events.map((data) => ({ event: 'e', data: JSON.parse(JSON.stringify(data)) as unknown }));
        assert.deepEqual(all(new SseReader(), cut(bytes(text), at)), expected);
      },
    ),
    { numRuns: 500 },
  );
});

test('any bytes are answered without a throw; cuts change at most how much comes before the same break', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
      const data = Uint8Array.from([...bytes('data: {"a":"é"}\n\n'), ...noise]);
      const whole = all(new SseReader(), [data]);
      const single = all(
        new SseReader(),
        Array.from(data, (_, i) => data.subarray(i, i + 1)),
      );
      const isBroken = (out: SseRead[]): boolean => 'malformed' in (out.at(-1) ?? {});
      assert.equal(isBroken(whole), isBroken(single));
      if (!isBroken(whole)) assert.deepEqual(whole, single);
      else assert.deepEqual(whole.slice(0, -1), single.slice(0, whole.length - 1));
    }),
    { numRuns: 1000 },
  );
});

test('what is written is one event, whatever the text', () => {
  fc.assert(fc.property(event, (data) => assert.equal(read(formatSse({ data })).length, 1)));
});
