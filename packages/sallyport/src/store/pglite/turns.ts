/** A first-come-first-served lock: `take` resolves with the function that gives the turn to the next one. */
export type Turns = {
  take(): Promise<() => void>;
  /** How many wait. */
  readonly waiting: number;
};

export function createTurns(): Turns {
  const queue: (() => void)[] = [];
  let taken = false;
  const give = (): void => {
    const next = queue.shift();
    if (next === undefined) taken = false;
    else next();
  };
  const once = (): (() => void) => {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      give();
    };
  };
  return {
    get waiting() {
      return queue.length;
    },
    take() {
      if (!taken) {
        taken = true;
        return Promise.resolve(once());
      }
      return new Promise((resolve) => queue.push(() => resolve(once())));
    },
  };
}
