import { permitted, type Permission } from './permitted.ts';

// The shapes of LlamaIndex (@llamaindex/core) that are needed, so that no version of it is: a postprocessor is an interface there.

type Node = {
  readonly node: { readonly id_?: string; readonly metadata: Readonly<Record<string, unknown>> };
  readonly score?: number | undefined;
};

/**
 * A postprocessor for LlamaIndex's query engines and retrievers: of the nodes that were found, those that the user may read. `user` is asked with
 * the query. The id is `node.metadata.id` unless `id` says otherwise.
 */
export class PermittedNodes {
  readonly #options: Permission<Node, unknown>;

  constructor(options: Permission<Node, unknown>) {
    this.#options = { id: 'node.metadata.id', ...options };
  }

  async postprocessNodes<N extends Node>(nodes: readonly N[], query?: unknown): Promise<N[]> {
    return permitted<N, unknown>(nodes, query, this.#options);
  }
}

type Retriever = { retrieve(params: never): Promise<readonly Node[]> };

/** The same retriever, whose `retrieve` gives only what the user may read; everything else of it stays. */
export function permittedRetriever<R extends Retriever>(retriever: R, options: Permission<Node, unknown>): R {
  const nodes = new PermittedNodes(options);
  return new Proxy(retriever, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== 'function') return value;
      if (name !== 'retrieve') return value.bind(target) as unknown;
      return async (params: unknown) => nodes.postprocessNodes(await target.retrieve(params as never), params);
    },
  });
}
