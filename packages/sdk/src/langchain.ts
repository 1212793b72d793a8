import type { DocumentInterface } from '@langchain/core/documents';
import { BaseRetriever, type BaseRetrieverInterface } from '@langchain/core/retrievers';
import { ensureConfig, type RunnableConfig } from '@langchain/core/runnables';
import { permitted, type Permission } from './permitted.ts';

/** What `user` is asked with: the query, and the metadata of the run (`retriever.invoke(query, {metadata: {user}})`). */
export type RetrieverCall = { readonly query: string; readonly metadata: Readonly<Record<string, unknown>> };

type Options = Permission<DocumentInterface, RetrieverCall>;
const NAMESPACE = ['sallyport', 'retrievers'];

/** A LangChain retriever that gives of another's documents only those that the user may read. The id is `metadata.id` unless `id` says otherwise. */
export class PermittedRetriever extends BaseRetriever {
  override readonly lc_namespace = NAMESPACE;
  readonly #retriever: BaseRetrieverInterface;
  readonly #options: Options;

  constructor(retriever: BaseRetrieverInterface, options: Options) {
    super();
    this.#retriever = retriever;
    this.#options = { id: 'metadata.id', ...options };
  }

  override async invoke(query: string, options?: RunnableConfig): Promise<DocumentInterface[]> {
    const config = ensureConfig(options);
    return new Run(this.#retriever, this.#options, config.metadata ?? {}).invoke(query, config);
  }
}

/** One retrieval: LangChain gives the metadata of a run to who has callbacks only. */
class Run extends BaseRetriever {
  override readonly lc_namespace = NAMESPACE;
  readonly #retriever: BaseRetrieverInterface;
  readonly #options: Options;
  readonly #metadata: Readonly<Record<string, unknown>>;

  constructor(retriever: BaseRetrieverInterface, options: Options, metadata: Readonly<Record<string, unknown>>) {
    super();
    this.#retriever = retriever;
    this.#options = options;
    this.#metadata = metadata;
  }

  override async _getRelevantDocuments(query: string): Promise<DocumentInterface[]> {
    // Without the callbacks of the run: what is not allowed must not show in streamed events or traces either.
    const found = await this.#retriever.invoke(query, { callbacks: [], metadata: this.#metadata });
    return permitted(found, { query, metadata: this.#metadata }, this.#options);
  }
}
