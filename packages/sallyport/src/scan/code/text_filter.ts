/** Letters that are hashed together; shorter words are searched for. */
const GRAM = 4;
const BITS = 16;
const MIX = 0x9e3779b1;

/**
 * Whether words stand in a text. Hundreds are asked for in every file and hardly any is there, so all runs of four letters are hashed into a table
 * once, and only a word whose own are all in it is searched for.
 */
export class TextFilter {
  /** By hash, the number of the text that had it last: nothing has to be cleared between two. */
  readonly #seen = new Int32Array(1 << BITS);
  #number = 0;
  #text = '';

  read(text: string): void {
    this.#text = text;
    const number = ++this.#number;
    const seen = this.#seen;
    let gram = 0;
    for (let at = 0; at < text.length; at++) {
      gram = (gram << 8) ^ text.charCodeAt(at);
      seen[Math.imul(gram, MIX) >>> BITS] = number;
    }
  }

  includes(word: string): boolean {
    let gram = 0;
    for (let at = 0; at < word.length; at++) {
      gram = (gram << 8) ^ word.charCodeAt(at);
      if (at >= GRAM - 1 && this.#seen[Math.imul(gram, MIX) >>> BITS] !== this.#number) return false;
    }
    return this.#text.includes(word);
  }
}
