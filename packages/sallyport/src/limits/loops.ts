/** Cuts off a caller that sends the same request again and again. */
export type Loops = {
  /** Counts one call; true when it is one too many within a minute. `call` is a keyed hash of the request. */
  looping(key: string, call: string, most: number, now: number): boolean;
};

const MINUTE = 60_000;
/** Calls remembered, the oldest forgotten first: a loop is seen as long as not so many others pass between two of its turns. */
const REMEMBERED = 20_000;

export function createLoops(): Loops {
  const seen = new Map<string, { first: number; count: number }>();
  return {
    looping(key, call, most, now) {
      if (most === 0) return false;
      const id = `${key} ${call}`;
      const known = seen.get(id);
      if (known !== undefined && now - known.first < MINUTE && now >= known.first) return ++known.count > most;
      seen.delete(id);
      seen.set(id, { first: now, count: 1 });
      if (seen.size > REMEMBERED) {
        const oldest = seen.keys().next();
        if (oldest.done !== true) seen.delete(oldest.value);
      }
      return false;
    },
  };
}
