import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { fail } from '../errors.ts';
import type { Advisories } from '../packages/index.ts';

/** One entry; the largest of the public databases has some megabytes. */
const MAX_ENTRY = 32 * 1024 * 1024;
/** A whole export is read into memory: that of npm has about 200 MB. */
const MAX_ARCHIVE = 2_000_000_000;
const MAX_ENTRIES = 2_000_000;

/** Reads an OSV export into `advisories`: a folder of .json files, a .jsonl file, one .json file, or a .zip. Throws SCAN_ADVISORIES. */
export function loadAdvisories(path: string, advisories: Advisories): void {
  try {
    if (statSync(path).isDirectory()) readFolder(path, advisories);
    else if (path.endsWith('.zip')) readZip(readBounded(path), advisories);
    else if (path.endsWith('.jsonl')) for (const line of readBounded(path).toString('utf8').split('\n')) take(line, advisories);
    else take(readBounded(path).toString('utf8'), advisories);
  } catch (error) {
    throw fail('SCAN_ADVISORIES', { say: path, cause: error });
  }
  if (advisories.count === 0) throw fail('SCAN_ADVISORIES', { say: `${path} has no entry in the OSV format.` });
}

function readFolder(path: string, advisories: Advisories): void {
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && entry.name.endsWith('.json')) take(readBounded(join(entry.parentPath, entry.name)).toString('utf8'), advisories);
}

function readBounded(path: string): Buffer {
  if (statSync(path).size > MAX_ARCHIVE) throw new RangeError(`larger than ${MAX_ARCHIVE} bytes`);
  return readFileSync(path);
}

/** An entry that is none is left out: exports hold other files too. That none at all was read is an error. */
function take(text: string, advisories: Advisories): void {
  if (text.trim() === '') return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return;
  }
  advisories.add(value);
}

const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const END_SIZE = 22;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;
const MAX_COMMENT = 65_535;
const STORED = 0;
const DEFLATED = 8;

/** The .json entries of a ZIP archive (PKWARE APPNOTE 6.3.10, below 4 GB; entries are walked, not counted, so more than 65,535 are fine). */
function readZip(zip: Buffer, advisories: Advisories): void {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]), zip.length - END_SIZE);
  if (end < 0 || end < zip.length - END_SIZE - MAX_COMMENT || zip.readUInt32LE(end) !== END_SIGNATURE)
    throw new RangeError('no ZIP archive');
  let at = zip.readUInt32LE(end + 16);
  for (let count = 0; count < MAX_ENTRIES && at + CENTRAL_SIZE <= end && zip.readUInt32LE(at) === CENTRAL_SIGNATURE; count++) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength);
    if (name.endsWith('.json')) take(entryText(zip, at), advisories);
    at += CENTRAL_SIZE + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}

function entryText(zip: Buffer, central: number): string {
  const method = zip.readUInt16LE(central + 10);
  const size = zip.readUInt32LE(central + 20);
  const local = zip.readUInt32LE(central + 42);
  const start = local + LOCAL_SIZE + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const bytes = zip.subarray(start, start + size);
  if (method === STORED) return bytes.toString('utf8');
  if (method !== DEFLATED) throw new RangeError('unknown compression');
  return inflateRawSync(bytes, { maxOutputLength: MAX_ENTRY }).toString('utf8');
}
