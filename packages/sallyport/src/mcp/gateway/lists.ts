import { isObject, type JsonObject } from '../../kernel/index.ts';
import { fail } from '../errors.ts';

/** What a server defines, as it came. */
export type Lists = {
  readonly instructions: string | undefined;
  readonly tools: readonly JsonObject[];
  readonly prompts: readonly JsonObject[];
  /** Templates too. */
  readonly resources: readonly JsonObject[];
};

/** Definitions of one kind that are read at all. */
const MAX_DEFINITIONS = 2_000;
/** Characters of all definitions of a server as JSON. */
const MAX_DEFINITIONS_LENGTH = 4 * 1024 * 1024;
/** Pages of one list. */
const MAX_PAGES = 50;

/** Reads the lists of one server, page by page, within one bound for all of them. */
export class ListReader {
  readonly #request: (method: string, params: JsonObject) => Promise<JsonObject>;
  readonly #emptyIsCursor: boolean;
  #length = 0;

  /** `emptyIsCursor`: an empty cursor is one like any other (2026-07-28); servers before it end their lists so, too. */
  constructor(request: (method: string, params: JsonObject) => Promise<JsonObject>, emptyIsCursor: boolean) {
    this.#request = request;
    this.#emptyIsCursor = emptyIsCursor;
  }

  /** Rejects MCP_DEFINITIONS_REFUSED: a server is taken whole or not at all, since what is left out could be what matters. */
  async read(method: string, member: string): Promise<readonly JsonObject[]> {
    const all: JsonObject[] = [];
    const seen = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const result = await this.#request(method, cursor === undefined ? {} : { cursor });
      const items = result[member];
      if (!Array.isArray(items)) throw fail('MCP_DEFINITIONS_REFUSED', { detail: `${method} without ${member}` });
      for (const item of items) {
        if (!isObject(item)) throw fail('MCP_DEFINITIONS_REFUSED', { detail: `${method} with something else than objects` });
        all.push(item);
      }
      this.#length += JSON.stringify(items).length;
      if (all.length > MAX_DEFINITIONS) throw fail('MCP_DEFINITIONS_REFUSED', { say: `It has more than ${MAX_DEFINITIONS} ${member}.` });
      if (this.#length > MAX_DEFINITIONS_LENGTH) throw fail('MCP_DEFINITIONS_REFUSED', { say: 'They are too long.' });
      const next = result['nextCursor'];
      if (typeof next !== 'string' || (next === '' && !this.#emptyIsCursor)) return all;
      if (seen.has(next)) throw fail('MCP_DEFINITIONS_REFUSED', { say: 'Its pages go in a circle.' });
      seen.add(next);
      cursor = next;
    }
    throw fail('MCP_DEFINITIONS_REFUSED', { say: `It has more than ${MAX_PAGES} pages.` });
  }
}
