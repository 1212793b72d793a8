import type { AppendFile, FilePort } from '../file_port.ts';

type Content = { bytes: Buffer; synced: number; created: boolean };
/** What a test makes the disk do. */
export type Fault = { on: 'write' | 'sync' | 'truncate'; code: string; take?: number };

/**
 * A disk in memory that tells what was synced, fails on demand, and can lose its power: then each file keeps what was synced and, as a disk may,
 * a beginning of the rest.
 */
export class MemoryFiles implements FilePort {
  readonly contents = new Map<string, Content>();
  /** Every operation in order: `write PATH N`, `sync PATH SIZE`, … */
  readonly trace: string[] = [];
  readonly faults: Fault[] = [];
  /** Bytes of free space; writes beyond take what fits, then fail with ENOSPC. */
  free = Number.MAX_SAFE_INTEGER;
  /** Most bytes that one write takes. */
  most = Number.MAX_SAFE_INTEGER;
  syncs = 0;
  open = 0;

  folder(): void {}

  list(path: string): string[] {
    const names = [...this.contents.keys()]
      .filter((name) => name.startsWith(`${path}/`))
      .map((name) => name.slice(path.length + 1).split('/')[0] as string);
    return [...new Set(names)].sort();
  }

  size(path: string): number | undefined {
    return this.contents.get(path)?.bytes.length;
  }

  append(path: string): AppendFile {
    const content = this.contents.get(path) ?? { bytes: Buffer.alloc(0), synced: 0, created: false };
    this.contents.set(path, content);
    this.open++;
    return {
      write: (bytes) => {
        const fault = this.#take('write');
        const fits = Math.min(bytes.length, this.most, this.free, fault?.take ?? bytes.length);
        if (fault !== undefined && fault.take === undefined) throw Object.assign(new Error(fault.code), { code: fault.code });
        if (fits === 0 && bytes.length > 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        content.bytes = Buffer.concat([content.bytes, bytes.subarray(0, fits)]);
        this.free -= fits;
        this.trace.push(`write ${path} ${fits}`);
        return fits;
      },
      sync: (done) => {
        const size = content.bytes.length;
        const fault = this.#take('sync');
        setImmediate(() => {
          if (fault !== undefined) return done(Object.assign(new Error(fault.code), { code: fault.code }));
          content.synced = Math.max(content.synced, size);
          this.syncs++;
          this.trace.push(`sync ${path} ${size}`);
          done(null);
        });
      },
      truncate: (size) => {
        const fault = this.#take('truncate');
        if (fault !== undefined) throw Object.assign(new Error(fault.code), { code: fault.code });
        this.free += content.bytes.length - size;
        content.bytes = content.bytes.subarray(0, size);
        content.synced = Math.min(content.synced, size);
        this.trace.push(`truncate ${path} ${size}`);
      },
      close: () => {
        this.open--;
      },
    };
  }

  read(path: string): { read(at: number, into: Uint8Array): number; close(): void } {
    const content = this.contents.get(path);
    if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return {
      read: (at, into) => {
        const part = content.bytes.subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
      close: () => {},
    };
  }

  syncFolder(path: string): void {
    this.trace.push(`sync-folder ${path}`);
    for (const [name, content] of this.contents) if (name.startsWith(`${path}/`)) content.created = true;
  }

  lock(): () => void {
    return () => {};
  }

  remove(path: string): void {
    for (const name of this.contents.keys()) if (name === path || name.startsWith(`${path}/`)) this.contents.delete(name);
  }

  /** The disk after a power cut. `kept` gives for each file how many of its unsynced bytes happened to reach it. */
  afterPowerCut(kept: (unsynced: number) => number): MemoryFiles {
    const after = new MemoryFiles();
    for (const [name, content] of this.contents) {
      if (!content.created) continue;
      const size = content.synced + kept(content.bytes.length - content.synced);
      after.contents.set(name, { bytes: Buffer.from(content.bytes.subarray(0, size)), synced: size, created: true });
    }
    return after;
  }

  copy(): MemoryFiles {
    return this.afterPowerCut((unsynced) => unsynced);
  }

  #take(on: Fault['on']): Fault | undefined {
    const at = this.faults.findIndex((fault) => fault.on === on);
    return at < 0 ? undefined : this.faults.splice(at, 1)[0];
  }
}
