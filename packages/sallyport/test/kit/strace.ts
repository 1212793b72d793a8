/** One system call as strace saw it. `begins` and `ends` are lines of the trace: the order in which the kernel was entered and left. */
export type Call = {
  readonly name: string;
  /** The path or socket that stands for the first argument (`-y`). */
  readonly file: string;
  /** Arguments as strace prints them. */
  readonly text: string;
  readonly begins: number;
  readonly ends: number;
  /** Whether it returned no error. */
  readonly ok: boolean;
};

const BEGUN = /^(\d+) +(\w+)\(\d+<([^>]*)>?(.*)$/;
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/;
const RESULT = /\) += (-?\d+)[^=]*$/;

/** Reads what `strace -f -y -o FILE` wrote. A call that another thread's interrupted in the trace is put together again. */
export function readTrace(trace: string): Call[] {
  const calls: Call[] = [];
  const open = new Map<string, { name: string; file: string; text: string; begins: number }>();
  for (const [line, text] of trace.split('\n').entries()) {
    const resumed = RESUMED.exec(text);
    if (resumed !== null) {
      const begun = open.get(resumed[1] ?? '');
      open.delete(resumed[1] ?? '');
      if (begun !== undefined) calls.push({ ...begun, text: begun.text + (resumed[3] ?? ''), ends: line, ok: succeeded(text) });
      continue;
    }
    const begun = BEGUN.exec(text);
    if (begun === null) continue;
    const [, pid = '', name = '', file = '', rest = ''] = begun;
    if (text.endsWith('<unfinished ...>')) open.set(pid, { name, file, text: rest, begins: line });
    else calls.push({ name, file, text: rest, begins: line, ends: line, ok: succeeded(text) });
  }
  return calls;
}

function succeeded(line: string): boolean {
  return Number(RESULT.exec(line)?.[1] ?? -1) >= 0;
}
