import type { Clock, Secret, TenantId } from '../kernel/index.ts';
import type { StateChange } from '../audit/service.ts';
import { Fga } from './fga.ts';
import { Names } from './names.ts';
import { RemoteClient } from './remote_client.ts';
import { RemoteQueries } from './remote_queries.ts';
import { createRemoteStore } from './remote_store.ts';

export type RemoteConfig = { readonly url: string; readonly token?: Secret | undefined; readonly stores?: readonly string[] | undefined };
export type RemoteServiceDeps = { readonly clock: Clock; readonly record: (tenant: TenantId, change: StateChange) => Promise<void> };

/** The engine over an OpenFGA server: it keeps and answers, `why` and the search in documents are ours. */
export function openRemoteFga({ url, token, stores }: RemoteConfig, { clock, record }: RemoteServiceDeps): Promise<Fga> {
  const client = new RemoteClient({ url, token });
  const store = createRemoteStore({ client, stores, clock, record });
  const queries = (models: Fga['models']): RemoteQueries => new RemoteQueries(client, stores, store, models, clock);
  return new Fga({ store, names: new Names(), clock, queries }).open();
}
