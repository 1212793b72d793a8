/** What texts of one source are for: learned from, used to set the threshold, or measured with and never looked at before. */
export type Part = 'learn' | 'calibrate' | 'locked';

/** The part of a folder of files (`files/NAME`) or of an installed package (`files/packages/NAME`), by a hash of its name alone. */
export function partOf(source: string): Part {
  let hash = 17;
  for (let i = 0; i < source.length; i++) hash = (Math.imul(hash, 31) + source.charCodeAt(i)) | 0;
  const share = ((Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 8) % 1_000) / 1_000;
  if (source.startsWith('files/packages/') && share < 0.4) return 'locked';
  return share > 0.7 ? 'calibrate' : 'learn';
}
