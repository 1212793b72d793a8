import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { DocumentRefused, type Limits } from './document.ts';

/**
 * The wanted members of a zip package, unpacked. Sizes count as they come out, not as the directory says, so a bomb of overlapping or lying
 * entries ends at the limit (https://www.bamsoftware.com/hacks/zipbomb/).
 */
export async function unpack(bytes: Uint8Array, wanted: (name: string) => boolean, limits: Limits): Promise<Map<string, Buffer>> {
  const zip = await open(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const files = new Map<string, Buffer>();
  const most = Math.min(limits.unpackedBytes, Math.max(bytes.length, 4096) * limits.ratio);
  let total = 0;
  let members = 0;
  try {
    for await (const entry of entriesOf(zip)) {
      if (++members > limits.members) throw new DocumentRefused('over_limit', `The package has more than ${limits.members} members.`);
      if (entry.fileName.endsWith('/') || !wanted(entry.fileName)) continue;
      if (entry.isEncrypted()) throw new DocumentRefused('encrypted', 'The package is encrypted.');
      if (files.has(entry.fileName)) throw new DocumentRefused('broken', 'A member stands in the package twice.');
      const chunks: Buffer[] = [];
      for await (const chunk of await stream(zip, entry)) {
        total += (chunk as Buffer).length;
        if (total > most) throw new DocumentRefused('over_limit', `It unpacks to more than ${most} bytes.`);
        chunks.push(chunk as Buffer);
      }
      files.set(entry.fileName, Buffer.concat(chunks));
    }
  } catch (error) {
    throw error instanceof DocumentRefused ? error : new DocumentRefused('broken', 'It is no package that can be read.');
  } finally {
    zip.close();
  }
  return files;
}

function open(bytes: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true, validateEntrySizes: true }, (error, zip) => {
      if (error !== null || zip === undefined) reject(new DocumentRefused('broken', 'It is no package that can be read.'));
      else resolve(zip);
    });
  });
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  let wake: () => void = () => {};
  let next: Entry | undefined;
  let ended = false;
  let failed: unknown;
  zip.on('entry', (entry: Entry) => {
    next = entry;
    wake();
  });
  zip.on('end', () => {
    ended = true;
    wake();
  });
  zip.on('error', (error: unknown) => {
    failed = error;
    wake();
  });
  for (;;) {
    const came = new Promise<void>((resolve) => (wake = resolve));
    zip.readEntry();
    if (next === undefined && !ended && failed === undefined) await came;
    if (failed !== undefined) throw failed as Error;
    if (next === undefined) return;
    const entry: Entry = next;
    next = undefined;
    yield entry;
  }
}

function stream(zip: ZipFile, entry: Entry): Promise<NodeJS.ReadableStream> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, readable) => {
      if (error !== null || readable === undefined) reject(error ?? new Error('no stream'));
      else resolve(readable);
    });
  });
}
