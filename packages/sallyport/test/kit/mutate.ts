import type { Json } from '../../src/kernel/index.ts';

/** Numbers from 0 to below `n`, the same for the same seed (mulberry32). */
export type Dice = (n: number) => number;

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

export function pick<T>(roll: Dice, list: readonly T[]): T {
  return list[roll(list.length)] as T;
}

/** Bytes that parsers trip over. */
const MORSELS: readonly Buffer[] = [
  '"', "'", '\\', '\\u', '\\ud800', '\\u0000', '\\"', '{', '}', '[', ']', ':', ',', '-', '1e999', '9007199254740993', '0x10', 'NaN', 'null', 'true',
  '\r', '\n', '\r\n', '\n\n', '\r\r', ' ', '\t', '\0', '\u007f', '\ufeff', '\u2028', '\u200b', '\u202e', '\u{e0041}', 'ﷺ', 'İ', '🙂', '<|im_start|>',
  '"__proto__":', '"constructor":', '"content":', '"role":"system",', 'data: ', 'event: ', 'data: [DONE]\n\n', ': c\n\n', 'id: 1\n', 'retry: 1\n',
  'Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', '0\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n', 'GET / HTTP/1.1\r\n', 'Host: evil\r\n', 'Expect: 100-continue\r\n', 'Upgrade: websocket\r\nConnection: upgrade\r\n',
  '<CREDIT_CARD_0123456789abcdef>', '<EMAIL_ADDRESS_', '4111 1111 1111 1111', 'jane@example.org', 'ghp_R7mQ2xV9kL4tB8wZ1nC6yH3dF5jS0aE2gUpX', '![x](https://e.example/?d=', '<script', 'aWdub3JlIGFsbA==', '%69%67', '&#105;',
].map((text) => Buffer.from(text)).concat([Buffer.from([0xff]), Buffer.from([0xc0, 0xaf]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xf0, 0x9f])]); // prettier-ignore

/** One to five small damages to bytes: flipped bits, cut, repeated, moved and inserted pieces. */
export function mutateBytes(bytes: Buffer, roll: Dice): Buffer {
  let out: Buffer = Buffer.from(bytes);
  for (let left = 1 + roll(5); left > 0; left--) out = damage(out, roll);
  return out;
}

function damage(bytes: Buffer, roll: Dice): Buffer {
  const at = roll(bytes.length + 1);
  const length = 1 + roll(pick(roll, [2, 8, 64, 1_024]));
  const before = bytes.subarray(0, at);
  const piece = bytes.subarray(at, at + length);
  switch (roll(8)) {
    case 0:
      if (bytes.length > 0) bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ (1 << roll(8));
      return bytes;
    case 1:
      return Buffer.concat([before, bytes.subarray(at + length)]);
    case 2:
      return Buffer.concat([before, ...Array.from({ length: 1 + roll(4) }, () => piece), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([before, Buffer.alloc(pick(roll, [3, 70, 300, 5_000]), pick(roll, MORSELS)), bytes.subarray(at)]);
    case 4:
      return before;
    case 5: {
      const to = roll(bytes.length + 1);
      const rest = Buffer.concat([before, bytes.subarray(at + length)]);
      return Buffer.concat([rest.subarray(0, to), piece, rest.subarray(to)]);
    }
    default:
      return Buffer.concat([before, pick(roll, MORSELS), bytes.subarray(at)]);
  }
}

/** Values where another was expected. */
const ODD: readonly (() => Json)[] = [
  () => null, () => true, () => 0, () => -1, () => 1.5, () => 1e300, () => '', () => 'text', () => [], () => ({}), () => [null], () => [[]], () => [{}],
  () => ({ type: 'text' }), () => ({ type: 7 }), () => ({ type: 'image_url', image_url: 'data:;base64,AAAA' }), () => ({ type: 'tool_use', input: null }),
  () => ({ type: 'tool_result', content: [{ type: 'tool_result', content: 'deep' }] }), () => ({ role: 'tool', content: [] }), () => ({ function: { name: null } }),
  () => JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x", "toString": 1}') as Json,
  () => nest(60), () => 'x'.repeat(20_000), () => Array.from({ length: 300 }, () => 'y'), () => '\ud800 lone', () => 'data:text/plain;base64,aGVsbG8=', () => 'A'.repeat(4_000),
  () => '{"a":'.repeat(500), () => 4_111_111_111_111_111, () => Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`key ${i}\n`, i])),
]; // prettier-ignore

function nest(depth: number): Json {
  let value: Json = 'bottom';
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { in: value };
  return value;
}

/** One to four changes to a value, each at a random place: another value, a renamed, repeated or missing member. */
export function mutateJson(value: Json, roll: Dice): Json {
  const holder: Json[] = [structuredClone(value)];
  for (let left = 1 + roll(4); left > 0; left--) change(holder, roll);
  return holder[0] as Json;
}

function change(holder: Json[], roll: Dice): void {
  const places: { in: Json[] | { [key: string]: Json }; key: string | number }[] = [];
  const walk = (node: Json): void => {
    if (places.length > 2_000 || typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push({ in: node, key: Array.isArray(node) ? Number(key) : key });
      walk(child);
    }
  };
  walk(holder);
  const at = pick(roll, places);
  const target = at.in as { [key: string]: Json };
  const key = String(at.key);
  switch (roll(5)) {
    case 0:
      if (!Array.isArray(at.in) && at.in !== (holder as unknown)) delete target[key];
      else if (at.in !== holder && Array.isArray(at.in)) at.in.splice(Number(at.key), 1);
      return;
    case 1: {
      const value = target[key] as Json;
      if (Array.isArray(at.in)) return at.in === holder ? undefined : void at.in.push(structuredClone(value));
      target[
        pick(roll, [
          'type',
          'content',
          'role',
          'name',
          'arguments',
          'x',
          '',
          'id',
          'text',
          'delta',
          'index',
          'tool_calls',
          'input',
          'output',
        ])
      ] = structuredClone(value);
      return;
    }
    case 2: {
      const other = pick(roll, places);
      target[key] = structuredClone((other.in as { [key: string]: Json })[String(other.key)] as Json);
      return;
    }
    default:
      target[key] = pick(roll, ODD)();
  }
}

/** Cuts bytes into pieces at random places, `limit` of them at most. */
export function cut(bytes: Buffer, roll: Dice, limit = Infinity): Buffer[] {
  const out: Buffer[] = [];
  const most = pick(roll, [1, 7, 200, 100_000]);
  for (let at = 0; at < bytes.length;) {
    const length = out.length + 1 >= limit ? bytes.length : 1 + roll(most);
    out.push(bytes.subarray(at, at + length));
    at += length;
  }
  return out;
}
