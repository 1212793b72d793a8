import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Which forms of code make old objects of what should die young: `node bench/old_objects.ts`. Each form is made a hundred thousand times around something of
// three kilobytes that is dropped at once; printed is how much of that became old. A form that is not at zero has no place on the way of a request: what is
// old, and all that it reaches, stays until the next full collection, which is what the tail of latency is made of.

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const ROUNDS = 100_000;

type Load = readonly { readonly x: number; readonly y: readonly number[] }[];
const load = (): Load => Array.from({ length: 20 }, (_, x) => ({ x, y: [x, x + 1] }));

class WithGetter {
  readonly #load: Load;
  constructor(held: Load) {
    this.#load = held;
  }
  get size(): number {
    return this.#load.length;
  }
}
const set = new Set<object>();
const list: object[] = [];
const weak = new WeakMap<object, object>();
function* steps(held: Load): Generator<number> {
  yield held.length;
}

const FORMS: Readonly<Record<string, (held: Load, i: number) => unknown>> = {
  'an object with a closure': (held) => ({ size: () => held.length }),
  'an object of a class with a getter': (held) => new WithGetter(held),
  'a generator of the module, begun': (held) => steps(held).next(),
  'a list: pushed, and taken out again': (held) => {
    if (list.length >= 8) list.splice(0, 1);
    return list.push(held);
  },
  'an object literal with a getter': (held) => ({
    get size() {
      return held.length;
    },
  }),
  'a closure that is a generator, begun': (held) => {
    const own = function* (): Generator<number> {
      yield held.length;
    };
    return own().next();
  },
  'a closure set to a member': (held) => {
    const made: { size?: () => number } = {};
    made.size = () => held.length;
    return made;
  },
  'a class made in a function': (held) =>
    new (class {
      readonly size = held.length;
      all(): Load {
        return held;
      }
    })(),
  'a value of a WeakMap, its key of the request': (held) => weak.set(held, { held }),
  'a Set that outlives it: added, and deleted again': (held, i) => {
    const oldest = set.values().next();
    if (set.size >= 8 && oldest.done !== true) set.delete(oldest.value);
    return i < 0 ? undefined : set.add(held);
  },
};

const old = (): number =>
  getHeapSpaceStatistics().reduce((sum, { space_name: name, space_used_size: used }) => sum + (name === 'old_space' ? used : 0), 0);

let kept: unknown;
for (const [name, make] of Object.entries(FORMS)) {
  for (let i = 0; i < 1_000; i++) kept = make(load(), i);
  // Whatever lives now is old from here on, as it is in a server after a while.
  collect();
  let before = old();
  let grown = 0;
  for (let i = 0; i < ROUNDS; i++) {
    kept = make(load(), i);
    if (i % 500 !== 0) continue;
    const now = old();
    // Less than before: there was a full collection.
    grown += Math.max(0, now - before);
    before = now;
  }
  console.log(`${(grown / ROUNDS / 1024).toFixed(2).padStart(6)} KB a time  ${name}`);
}
if (kept === undefined) throw new Error('nothing was made');
