import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '../../kernel/index.ts';
import type { Sql, Store } from '../../store/service.ts';
import { artifactsOf, consumeArtifact, deleteArtifacts, selectArtifact, upsertArtifact, type Artifact, type ArtifactRow } from './store.ts';

/** What the library asks of a place to keep its artifacts, one for each model. Times in seconds since 1970. */
export type Adapter = {
  upsert(id: string, payload: Payload, expiresIn?: number): Promise<void>;
  find(id: string): Promise<Payload | undefined>;
  findByUserCode(code: string): Promise<Payload | undefined>;
  findByUid(uid: string): Promise<Payload | undefined>;
  consume(id: string): Promise<void>;
  destroy(id: string): Promise<void>;
  revokeByGrantId(grant: string): Promise<void>;
};
export type Payload = Artifact;

/** Their id is the secret that its holder presents: kept as a hash, so that who reads the database can use none. */
const SECRET = new Set([
  'AuthorizationCode',
  'RefreshToken',
  'DeviceCode',
  'Session',
  'InitialAccessToken',
  'RegistrationAccessToken',
  'AccessToken',
]);

export type ArtifactDeps = {
  readonly clock: Clock;
  /** What the library understands as "this was used already". */
  readonly used: () => Error;
  /** The metadata of a client that is registered; clients that registered themselves are artifacts. */
  readonly client: (id: string) => Payload | undefined;
};

/** A request that waits for a person's decision on another device, as its row stands. */
export type WaitingRow = { readonly id: string; readonly payload: Payload };

export type Artifacts = {
  adapter(model: string): Adapter;
  /** Rows of a model that belong to an account and are not used yet. */
  ofAccount(model: string, account: string): Promise<WaitingRow[]>;
  /** Deletes a row that `ofAccount` answered. */
  forget(model: string, id: string): Promise<void>;
  /** Deletes what has expired. */
  sweep(): Promise<void>;
};

/** Keeps the library's artifacts in `identity_oidc`. */
export function createArtifacts(store: Store, deps: ArtifactDeps): Artifacts {
  // What is found by another name than its id carries its hash, marked so that nobody outside can present one.
  const mark = `${randomBytes(16).toString('base64url')}.`;
  const idOf = (model: string, id: string): string => {
    if (!SECRET.has(model)) return id;
    return id.startsWith(mark) ? id.slice(mark.length) : hash('sha256', id, 'base64url');
  };
  const query = <T>(fn: (sql: Sql) => Promise<T>): Promise<T> => store.system('identity: an artifact of the authorization server', fn);

  const found = (model: string, row: ArtifactRow | undefined, jti: string | undefined): Payload | undefined => {
    if (row === undefined) return undefined;
    const id = jti ?? (SECRET.has(model) ? mark + row.id : row.id);
    return { ...row.payload, jti: id, ...(row.consumed === null ? {} : { consumed: row.consumed }) };
  };

  function adapter(model: string): Adapter {
    const own: Adapter = {
      async upsert(id, payload, expiresIn) {
        const kept = { ...payload };
        if (SECRET.has(model)) delete kept['jti'];
        delete kept['consumed'];
        const done = await query((sql) => upsertArtifact(sql, model, idOf(model, id), kept, expiresIn, deps.clock()));
        if (!done) throw deps.used();
      },
      find: async (id) => found(model, await query((sql) => selectArtifact(sql, model, 'id', idOf(model, id))), id),
      findByUserCode: async (code) => found(model, await query((sql) => selectArtifact(sql, model, 'user_code', code)), undefined),
      findByUid: async (uid) => found(model, await query((sql) => selectArtifact(sql, model, 'uid', uid)), undefined),
      async consume(id) {
        if (!(await query((sql) => consumeArtifact(sql, model, idOf(model, id), deps.clock())))) throw deps.used();
      },
      destroy: (id) => query((sql) => deleteArtifacts(sql, { model, id: idOf(model, id) })),
      revokeByGrantId: (grant) => query((sql) => deleteArtifacts(sql, { model, grant })),
    };
    if (model !== 'Client') return own;
    return { ...own, find: async (id) => deps.client(id) ?? (await own.find(id)) };
  }

  return {
    adapter,
    ofAccount: (model, account) => query((sql) => artifactsOf(sql, model, account, deps.clock())),
    forget: (model, id) => query((sql) => deleteArtifacts(sql, { model, id })),
    sweep: () => query((sql) => deleteArtifacts(sql, { before: deps.clock() })),
  };
}
