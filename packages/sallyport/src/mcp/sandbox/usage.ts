import { readdirSync, readFileSync } from 'node:fs';

/** What a process and all its descendants use now. */
export type Usage = { readonly processes: number; readonly memoryBytes: number; readonly cpuSeconds: number };

/** Bytes of a page and ticks of a second; the values of Linux on every platform that Node is built for but a few (then we count too little memory). */
const PAGE = 4_096;
const TICKS = 100;
/** Processes that are looked at; a machine with more is not ours alone. */
const MAX_PROCESSES = 100_000;

type Stat = { readonly parent: number; readonly ticks: number; readonly pages: number };

/** Sums over the tree below `root`, from /proc (proc(5)); zeros where there is none. Processor time of children that ended counts. */
export function usageOf(root: number): Usage {
  const stats = new Map<number, Stat>();
  const children = new Map<number, number[]>();
  for (const pid of processes()) {
    const stat = statOf(pid);
    if (stat === undefined) continue;
    stats.set(pid, stat);
    const list = children.get(stat.parent);
    if (list === undefined) children.set(stat.parent, [pid]);
    else list.push(pid);
  }
  let [count, pages, ticks] = [0, 0, 0];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const stat = stats.get(pid);
    if (stat === undefined) continue;
    stats.delete(pid);
    count++;
    pages += stat.pages;
    ticks += stat.ticks;
    open.push(...(children.get(pid) ?? []));
  }
  return { processes: count, memoryBytes: pages * PAGE, cpuSeconds: ticks / TICKS };
}

function processes(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .slice(0, MAX_PROCESSES)
      .map(Number);
  } catch {
    return [];
  }
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in brackets and may hold any character, brackets too.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (index: number): number => fields[index] ?? 0;
    return { parent: at(1), ticks: at(11) + at(12) + at(13) + at(14), pages: at(21) };
  } catch {
    return undefined;
  }
}
