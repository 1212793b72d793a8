import { crc32 } from 'node:zlib';
import type { SecretFormat } from './format.ts';

/** Numbers that look random and are the same for the same seed (a linear congruential generator): 0 to below `n`. */
export type Random = (n: number) => number;

export function seeded(seed: number): Random {
  let state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Where a format asks for more than its pattern: values built by their definition, from the same generator. */
const BUILT: Readonly<Record<string, (random: Random, value: string) => string>> = {
  jwt: (random) => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const head = part({ alg: 'HS256', typ: 'JWT' });
    return `${head}.${part({ sub: `u-${random(1e9)}`, iat: 1_700_000_000 + random(1e7), exp: 1_800_000_000 })}.${letters(random, 43)}`;
  },
  'discord-token': (random) => {
    const id = Buffer.from(`${1 + random(9)}${Array.from({ length: 17 }, () => random(10)).join('')}`).toString('base64url');
    return `${id}.${letters(random, 6)}.${letters(random, 38)}`;
  },
  'github-token': (random) => githubLike(`gh${'pousr'.charAt(random(5))}_`, random),
  'npm-token': (random) => githubLike('npm_', random),
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function letters(random: Random, count: number, alphabet = ALPHABET): string {
  return Array.from({ length: count }, () => alphabet.charAt(random(alphabet.length))).join('');
}

/** Thirty characters and their CRC-32 in base 62 (digits, capitals, small letters). */
function githubLike(prefix: string, random: Random): string {
  const body = letters(random, 30);
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let sum = crc32(body);
  let tail = '';
  for (let k = 0; k < 6; k++) {
    tail = digits.charAt(sum % 62) + tail;
    sum = Math.floor(sum / 62);
  }
  return prefix + body + tail;
}

/** A made-up credential of a format, for tests and evaluation: no one's. */
export function madeUp({ id, source }: SecretFormat, random: Random): string {
  const value = valueOf(source, random);
  return BUILT[id]?.(random, value) ?? value;
}

/** A text that a bounded pattern matches; a repeat takes a count between its bounds, at most 40 above the least. */
export function valueOf(source: string, random: Random): string {
  let at = 0;
  const choice = (): string => {
    const options = [sequence()];
    while (source[at] === '|') {
      at++;
      options.push(sequence());
    }
    return options[random(options.length)] ?? '';
  };
  const sequence = (): string => {
    let out = '';
    while (at < source.length && source[at] !== ')' && source[at] !== '|') {
      if (source.startsWith('\\b', at)) at += 2;
      else if (source.startsWith('(?!', at)) at = source.indexOf(')', at) + 1;
      else out += repeated();
    }
    return out;
  };
  const repeated = (): string => {
    const from = at;
    atom();
    const after = at;
    const quantifier = /^\{(\d+)(?:,(\d+))?\}|^\?/.exec(source.slice(at));
    const least = quantifier === null ? 1 : Number(quantifier[1] ?? 0);
    const most = quantifier === null ? 1 : Number(quantifier[2] ?? quantifier[1] ?? 1);
    const count = least + random(Math.min(most - least, 40) + 1);
    let out = '';
    for (let k = 0; k < count; k++) {
      at = from;
      out += atom();
    }
    at = after + (quantifier?.[0].length ?? 0);
    return out;
  };
  const atom = (): string => {
    if (source[at] === '(') {
      at++;
      const inner = choice();
      at++;
      return inner;
    }
    if (source[at] === '[') {
      const end = source.indexOf(']', at);
      const chars = membersOf(source.slice(at + 1, end));
      at = end + 1;
      // Signs end a value in prose: mostly letters and digits.
      const plain = chars.replace(/[^A-Za-z0-9]/g, '');
      const from = plain === '' ? chars : plain;
      return from.charAt(random(from.length));
    }
    if (source[at] === '\\') at++;
    return source.charAt(at++);
  };
  return choice();
}

function membersOf(inside: string): string {
  return inside.replace(/(.)-(.)/g, (_all, from: string, to: string) =>
    Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_none, k) => String.fromCharCode(from.charCodeAt(0) + k)).join(''),
  );
}
