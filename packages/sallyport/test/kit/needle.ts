import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How all canaries begin. Letters and digits only, so that URL encoding leaves it alone in every implementation, and no guard takes it for anything. */
export const STEM = 'qzxkvjwcanary';

/** A value that stands nowhere else. */
export type Canaries = {
  /** A new value for the place that `place` names. */
  readonly mark: (place: string) => string;
  /** The place of a value that begins with the stem. */
  placeOf(value: string): string;
  count(): number;
};

export function canaries(): Canaries {
  const places: string[] = [];
  const width = 4;
  return {
    mark(place) {
      places.push(place);
      return `${STEM}${String(places.length - 1).padStart(width, '0')}`;
    },
    placeOf: (value) => places[Number(value.slice(STEM.length, STEM.length + width))] ?? value,
    count: () => places.length,
  };
}

const CANARY = new RegExp(`${STEM}\\d{4}`);

type Needle = { readonly form: string; readonly bytes: Buffer; readonly decode: (window: Buffer) => readonly string[] };

const hex = (text: string): string => Buffer.from(text).toString('hex');
const latin1 = (window: Buffer): string[] => [window.toString('latin1')];
const anyOffset =
  (encoding: BufferEncoding, step: number) =>
  (window: Buffer): string[] =>
    Array.from({ length: step }, (_, skip) => Buffer.from(window.subarray(skip).toString('latin1'), encoding).toString('latin1'));

/** The stem in every form in which software writes text down, and how to read what stands around it, which names the canary. */
const FORMS: readonly Needle[] = [
  { form: 'raw', bytes: Buffer.from(STEM), decode: latin1 },
  { form: 'upper case', bytes: Buffer.from(STEM.toUpperCase()), decode: (window) => [window.toString('latin1').toLowerCase()] },
  {
    form: 'reversed',
    bytes: Buffer.from([...STEM].reverse().join('')),
    decode: (window) => [[...window.toString('latin1')].reverse().join('')],
  },
  { form: 'hex', bytes: Buffer.from(hex(STEM)), decode: anyOffset('hex', 2) },
  { form: 'hex, upper case', bytes: Buffer.from(hex(STEM).toUpperCase()), decode: anyOffset('hex', 2) },
  {
    form: 'UTF-16, little-endian',
    bytes: Buffer.from(STEM, 'utf16le'),
    decode: (window) => [window.toString('latin1').replaceAll('\0', '')],
  },
  {
    form: 'UTF-16, big-endian',
    bytes: Buffer.from(STEM, 'utf16le').swap16(),
    decode: (window) => [window.toString('latin1').replaceAll('\0', '')],
  },
  { form: 'percent-encoded', bytes: Buffer.from(escaped('%')), decode: (window) => [unescaped(window, '%')] },
  { form: 'JSON escapes', bytes: Buffer.from(escaped('\\u00')), decode: (window) => [unescaped(window, '\\u00')] },
  ...[0, 1, 2].map((shift) => ({ form: `base64, ${shift} before`, bytes: Buffer.from(base64At(shift)), decode: anyOffset('base64', 4) })),
];

function unescaped(window: Buffer, prefix: string): string {
  return Buffer.from(window.toString('latin1').replaceAll(prefix, ''), 'hex').toString('latin1');
}

function escaped(prefix: string): string {
  return [...STEM].map((letter) => prefix + letter.charCodeAt(0).toString(16)).join('');
}

/** The part of the stem's base64 that does not depend on what stands around it, when `shift` bytes of a group of three stand before it. */
function base64At(shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(STEM)])
    .toString('base64')
    .replace(/=+$/, '');
  const first = [0, 2, 3][shift] ?? 0;
  const whole = Math.floor((shift + STEM.length) / 3) * 4;
  return text.slice(first, whole);
}

/** A canary that was found: where, in what form, and the text around it. */
export type Sighting = { readonly where: string; readonly form: string; readonly canary: string };

/** Bytes on each side of a find that are read to name it. */
const AROUND = 100;

/** Looks for the stem in all its forms. */
export function sightingsIn(where: string, bytes: Buffer): Sighting[] {
  const found: Sighting[] = [];
  for (const { form, bytes: needle, decode } of FORMS) {
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length)) {
      const window = bytes.subarray(Math.max(0, at - 4), at + needle.length + AROUND);
      const canary = decode(window).flatMap((text) => CANARY.exec(text)?.[0] ?? [])[0] ?? STEM;
      found.push({ where: `${where}+${at}`, form, canary });
    }
  }
  return found;
}

/** Every file below a folder; sockets and what vanishes meanwhile are passed over. Answers how many bytes were searched, too. */
export function searchFolder(folder: string): { sightings: Sighting[]; bytes: number } {
  const sightings: Sighting[] = [];
  let total = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (sightingsIn('', Buffer.from(entry.name)).length > 0) sightings.push({ where: path, form: 'file name', canary: entry.name });
    if (!entry.isFile() || lstatSync(path, { throwIfNoEntry: false }) === undefined) continue;
    const bytes = readFileSync(path);
    total += bytes.length;
    sightings.push(...sightingsIn(path, bytes));
  }
  return { sightings, bytes: total };
}
