/** Milliseconds since 1970. Pure code takes one instead of calling `Date.now`. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
