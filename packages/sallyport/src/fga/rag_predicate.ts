import type { JsonObject } from '../kernel/index.ts';

/**
 * The ids that a user may read, as the metadata filter of a vector store: pushed into its query, it finds only what may be shown. An empty list
 * must match nothing in each of them; where the store's own empty list does not, the filter asks for an id that cannot exist.
 */
type Predicate = (field: string, ids: readonly string[]) => JsonObject | string;

/** No document has this id: OpenFGA's ids hold no space. */
const NOBODY = ' nothing allowed ';
const orNobody = (ids: readonly string[]): string[] => (ids.length === 0 ? [NOBODY] : [...ids]);

const among: Predicate = (field, ids) => ({ [field]: { $in: orNobody(ids) } });

/** By the name of the store. Sources: each store's documentation of metadata filters (November 2026). */
export const PREDICATES: Readonly<Record<string, Predicate>> = {
  pinecone: among,
  chroma: among,
  mongodb: among,
  qdrant: (field, ids) => ({ must: [{ key: field, match: { any: orNobody(ids) } }] }),
  weaviate: (field, ids) => ({ path: [field], operator: 'ContainsAny', valueTextArray: orNobody(ids) }),
  elasticsearch: (field, ids) => ({ terms: { [field]: [...ids] } }),
  opensearch: (field, ids) => ({ terms: { [field]: [...ids] } }),
  milvus: (field, ids) =>
    `${field} in [${orNobody(ids)
      .map((id) => JSON.stringify(id))
      .join(', ')}]`,
  /** A condition with one parameter: never the ids themselves in SQL. */
  pgvector: (field, ids) => ({
    where: `${field
      .split('.')
      .map((part) => `"${part}"`)
      .join('.')} = any ($1::text[])`,
    params: [[...ids]],
  }),
};
