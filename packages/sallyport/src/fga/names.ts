import { randomInt } from 'node:crypto';

/**
 * Names of types and relations as small numbers, shared by the models and tuple tables of one engine. They come from models, which are bounded
 * in number and size, and from tuples, which must fit a model; nothing of a tenant's data is kept here. 0 is the empty name.
 */
export class Names {
  /** Where the hashes of this engine's tables begin: nobody outside knows it. Drawn once, for a table is made for each question. */
  readonly seed: number = randomInt(2 ** 32);
  readonly #ids = new Map<string, number>([['', 0]]);
  readonly #texts: string[] = [''];

  /** The number of a name, made when it is new. At most `MAX_NAMES`, so that two of them fit one 32-bit word. */
  id(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.#texts.length;
    if (id > MAX_NAMES) throw new RangeError('too many different names of types and relations');
    this.#ids.set(name, id);
    this.#texts.push(name);
    return id;
  }

  text(id: number): string {
    return this.#texts[id] ?? '';
  }
}

export const MAX_NAMES = 0xffff;
