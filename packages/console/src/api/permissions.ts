import { queryOptions } from '@tanstack/react-query';
import { call, ApiError } from './client.ts';

export type StoreRow = { readonly id: string; readonly name: string };
export type Tuple = {
  readonly user: string;
  readonly relation: string;
  readonly object: string;
  readonly condition?: { readonly name: string } | null;
};
type RelatedType = { readonly type: string; readonly relation?: string; readonly wildcard?: object };
type Rewrite = Readonly<Record<string, unknown>>;
export type Model = {
  readonly id?: string;
  readonly type_definitions: readonly {
    readonly type: string;
    readonly relations?: Readonly<Record<string, Rewrite>> | null;
    readonly metadata?: {
      readonly relations?: Readonly<Record<string, { readonly directly_related_user_types?: readonly RelatedType[] }>>;
    } | null;
  }[];
};
export type Why = {
  readonly allowed: boolean;
  readonly lines?: readonly string[];
  readonly nearest?: readonly { readonly tuples: readonly Tuple[] }[];
  readonly excluded?: readonly { readonly goal: string }[];
  readonly unmet?: readonly { readonly tuple: Tuple; readonly problem: string }[];
};

export const storesQuery = queryOptions({
  queryKey: ['fga', 'stores'],
  queryFn: async () => (await call<{ stores: readonly StoreRow[] }>('GET', '/api/fga/stores?page_size=100')).stores,
});

/** The newest model of a store with its text; null when there is none yet. */
export const modelQuery = (store: string) =>
  queryOptions({
    queryKey: ['fga', store, 'model'],
    queryFn: async () => {
      const { authorization_models: models } = await call<{ authorization_models: readonly Model[] }>(
        'GET',
        `/api/fga/stores/${store}/authorization-models?page_size=1`,
      );
      const [model] = models;
      if (model === undefined) return null;
      const { text } = await call<{ text: string }>('POST', '/api/fga/text-from-model', { model });
      return { model, text };
    },
  });

/** What a text of the model language says, or what is wrong with it. */
export async function readModel(text: string): Promise<{ model: Model } | { problem: string }> {
  try {
    return await call<{ model: Model }>('POST', '/api/fga/model-from-text', { text });
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) return { problem: error.message };
    throw error;
  }
}

export type TuplePage = {
  readonly tuples: readonly { readonly key: Tuple; readonly timestamp: string }[];
  readonly continuation_token: string;
};

/** One page of the tuples of an object, or of all. */
export const tuplesQuery = (store: string, object: string, token: string) =>
  queryOptions({
    queryKey: ['fga', store, 'tuples', object, token],
    queryFn: () =>
      call<TuplePage>('POST', `/api/fga/stores/${store}/read`, {
        ...(object === '' ? {} : { tuple_key: { object } }),
        page_size: 50,
        continuation_token: token,
      }),
  });

export const showTuple = ({ user, relation, object }: Tuple): string => `${object}#${relation}@${user}`;
