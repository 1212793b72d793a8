import { createHash } from 'node:crypto';
import { placeOf, type ScanFinding } from './finding.ts';
import type { Lines } from './lines.ts';

/** Hexadecimal digits that are kept: 64 bits tell the findings of any repository apart. */
const DIGITS = 16;
/** Lines of a finding that count; a longer one is known by its beginning. */
const MAX_LINES = 20;

/**
 * Names findings so that they are found again when lines above them come and go: by rule, path and the text of their lines without white
 * space, and by their number among equal ones. `lines` answers the lines of the masked text: no hash is made over a secret, because short
 * ones could be guessed from it; the secret's length counts.
 */
export class Fingerprints {
  readonly #seen = new Map<string, number>();

  of(finding: ScanFinding, lines: Lines | undefined): string {
    const { path, line, endLine, column, endColumn } = placeOf(finding);
    const text: string[] = [];
    const last = lines === undefined ? 0 : Math.min(endLine, line + MAX_LINES);
    for (let at = line; at <= last; at++) text.push(lines?.text(at).replace(/\s+/g, '') ?? '');
    const length = finding.category === 'secret' ? endColumn - column : 0;
    const key = [finding.rule, path, ...text, length].join('\0');
    const number = this.#seen.get(key) ?? 0;
    this.#seen.set(key, number + 1);
    return createHash('sha256').update(`${key}\0${number}`).digest('hex').slice(0, DIGITS);
  }
}
