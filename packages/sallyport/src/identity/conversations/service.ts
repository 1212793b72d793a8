import type { Clock, Json, TenantId } from '../../kernel/index.ts';
import { subjectHash } from '../../audit/index.ts';
import type { Change } from '../../audit/service.ts';
import type { Keyring } from '../../keyring/service.ts';
import type { Store } from '../../store/service.ts';
import * as rows from './store.ts';
import type { ConversationRow, Owner } from './store.ts';

export type { Owner } from './store.ts';

/** One conversation, or the facts that an application keeps about a person. Times in milliseconds since 1970. */
export type Kept = {
  readonly client: string;
  readonly id: string;
  readonly value: Json;
  readonly created: number;
  readonly updated: number;
};

/** What applications keep of a person, each for itself; sealed, and opened for that person's own token alone. */
export type Conversations = {
  list(owner: Owner): Promise<readonly Omit<Kept, 'value'>[]>;
  get(owner: Owner, id: string): Promise<Kept | undefined>;
  /** False when there are too many already. */
  put(owner: Owner, id: string, value: Json): Promise<boolean>;
  /** Everything of a person, of one application or of all; an event. */
  export(tenant: TenantId, person: string, client: string | undefined): Promise<readonly Kept[]>;
  /** Answers how many; an event. */
  erase(tenant: TenantId, person: string, client: string | undefined, id: string | undefined): Promise<number>;
};

const PURPOSE = 'conversation';
/** Of one person and application. */
const MAX_KEPT = 1_000;
const DAY = 86_400_000;

export function openConversations(
  store: Store,
  deps: {
    readonly keyring: Pick<Keyring, 'tenant' | 'sealFor' | 'openFor'>;
    readonly change: Change;
    readonly clock: Clock;
    readonly days: number;
  },
): Conversations {
  const { keyring, clock } = deps;
  const place = (client: string, id: string): string => JSON.stringify([client, id]);

  /** The name under which everything of a person is sealed, so that one erasure reaches it. */
  const subjectOf = async (tenant: TenantId, person: string): Promise<string> => subjectHash(await keyring.tenant(tenant), person);

  /** Undefined when the person's key was erased. */
  async function opened(tenant: TenantId, person: string, row: ConversationRow): Promise<Kept | undefined> {
    const bytes = await keyring.openFor(tenant, await subjectOf(tenant, person), PURPOSE, place(row.client, row.id), row.sealed);
    const { client, id, created, updated } = row;
    return bytes === undefined ? undefined : { client, id, created, updated, value: JSON.parse(Buffer.from(bytes).toString()) as Json };
  }

  return {
    async list({ tenant, person, client }) {
      const found = await store.tx(tenant, (sql) => rows.selectConversations(sql, person, client, clock()));
      return found.map(({ client, id, created, updated }) => ({ client, id, created, updated }));
    },
    async get(owner, id) {
      const row = await store.tx(owner.tenant, (sql) => rows.selectConversation(sql, owner, id, clock()));
      return row === undefined ? undefined : opened(owner.tenant, owner.person, row);
    },
    async put(owner, id, value) {
      const { tenant, person, client } = owner;
      const sealed = Buffer.from(
        await keyring.sealFor(tenant, await subjectOf(tenant, person), PURPOSE, place(client, id), Buffer.from(JSON.stringify(value))),
      );
      return store.tx(tenant, async (sql) => {
        const { n, known } = await rows.countConversations(sql, owner, id);
        if (n >= MAX_KEPT && !known) return false;
        await rows.upsertConversation(sql, owner, id, sealed, clock(), clock() + deps.days * DAY);
        return true;
      });
    },
    async export(tenant, person, client) {
      const found = await store.tx(tenant, (sql) => rows.selectConversations(sql, person, client, clock()));
      const kept = (await Promise.all(found.map((row) => opened(tenant, person, row)))).filter((one) => one !== undefined);
      await deps.change(tenant, (_sql, emit) =>
        emit({
          type: 'conversation.exported',
          actor: person,
          target: { kind: 'person', id: person },
          detail: { conversations: kept.length },
        }),
      );
      return kept;
    },
    erase: (tenant, person, client, id) =>
      deps.change(tenant, async (sql, emit) => {
        const erased = await rows.deleteConversations(sql, person, client, id);
        await emit({
          type: 'conversation.erased',
          actor: person,
          target: { kind: 'person', id: person },
          detail: { conversations: erased },
        });
        return erased;
      }),
  };
}
