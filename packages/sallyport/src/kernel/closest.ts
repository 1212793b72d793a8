/** The longest word that is compared: what is longer is no slip of the finger, and the comparison is quadratic. */
const MAX_LENGTH = 64;

/** The one of `words` that `word` was probably meant to be (Damerau-Levenshtein distance of at most a third of its length), or undefined. */
export function closest(word: string, words: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.min(3, Math.floor(word.length / 3) + 1) + 1;
  for (const candidate of words) {
    const distance = candidate.toLowerCase() === word.toLowerCase() ? 0 : editDistance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best === word ? undefined : best;
}

/** `; did you mean x?` or nothing: the end of a sentence about an unknown word. */
export function didYouMean(word: string, words: Iterable<string>): string {
  const meant = closest(word, words);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours cost one.
function editDistance(a: string, b: string): number {
  if (a.length > MAX_LENGTH || b.length > MAX_LENGTH) return MAX_LENGTH;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(above, j) + 1, at(row, j - 1) + 1, at(above, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, at(before, j - 2) + 1);
      row.push(cost);
    }
    before = above;
    above = row;
  }
  return at(above, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? MAX_LENGTH;
}
