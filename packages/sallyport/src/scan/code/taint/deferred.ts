import type { Argument } from './arguments.ts';
import { nameOf, type Call } from './carry.ts';
import type { Value } from './value.ts';

/** Functions that run the function among their arguments with the arguments after it. */
const RUNNERS = new Set(
  'add_task submit run_in_executor to_thread run_sync run_in_threadpool call_soon call_soon_threadsafe sync_to_async async_to_sync partial enqueue start_new_thread nextTick setImmediate'.split(
    ' ',
  ),
);
/** The same, with a number before those arguments. */
const TIMERS = new Set(['setTimeout', 'setInterval']);
/** They get the function and its arguments by name: `Thread(target=f, args=(x,))`. */
const THREADS = new Set(['Thread', 'Process', 'Timer', 'Greenlet']);
/** Methods of a function that run it with their arguments; of tasks of Celery, RQ, Dramatiq and Huey. */
const METHODS = new Set(['delay', 'send', 's', 'si']);

/** A function that is run later, or by somebody else, with these arguments. */
export type Deferred = { readonly target: Value; readonly given: readonly Argument[] };

/** What a call runs that is handed a function and what it shall get. */
export function deferredBy(call: Call): Deferred | undefined {
  const { receiver, method, given } = call;
  if (receiver?.func !== undefined) return ofFunction(receiver, method, given);
  const name = nameOf(call);
  if (THREADS.has(name)) return ofThread(given);
  const skip = TIMERS.has(name) ? 2 : RUNNERS.has(name) ? 1 : 0;
  if (skip === 0) return undefined;
  const at = given.findIndex(({ value }) => value.func !== undefined);
  const target = given[at]?.value;
  const passed = given.slice(at + skip);
  return target === undefined || passed.length === 0 ? undefined : { target, given: passed };
}

function ofFunction(target: Value, method: string, given: readonly Argument[]): Deferred | undefined {
  if (METHODS.has(method)) return { target, given };
  // `f.bind(this)` is `f`.
  if (method === 'call' || (method === 'bind' && given.length > 1)) return { target, given: given.slice(1) };
  if (method === 'apply') return { target, given: itemsOf(given[1]) };
  if (method !== 'apply_async' && method !== 'starmap') return undefined;
  const args = given.find(({ name }) => name === 'args') ?? given.find(({ name }) => name === undefined);
  return { target, given: [...itemsOf(args), ...namedOf(given)] };
}

function ofThread(given: readonly Argument[]): Deferred | undefined {
  const target = given.find(({ name }) => name === 'target' || name === 'function') ?? given.find(({ value }) => value.func !== undefined);
  if (target?.value.func === undefined) return undefined;
  return { target: target.value, given: [...itemsOf(given.find(({ name }) => name === 'args')), ...namedOf(given)] };
}

function itemsOf(list: Argument | undefined): Argument[] {
  const found: Argument[] = [];
  for (const [key, value] of list?.value.slots ?? [])
    if (list !== undefined && typeof key === 'number') found.push({ value, name: undefined, spread: false, node: list.node });
  return found;
}

function namedOf(given: readonly Argument[]): Argument[] {
  const table = given.find(({ name }) => name === 'kwargs');
  const found: Argument[] = [];
  for (const [key, value] of table?.value.slots ?? [])
    if (table !== undefined) found.push({ value, name: String(key), spread: false, node: table.node });
  return found;
}
