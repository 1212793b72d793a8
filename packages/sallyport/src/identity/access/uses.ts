import type { Permission, TenantId } from '../../kernel/index.ts';
import type { KeyRecord } from '../key.ts';

/** What may be used: a permission, or the models or tools of the gateway port. */
export type Used = Permission | 'models' | 'tools';
export type Use = { readonly tenant: TenantId; readonly holder: string; readonly permission: Used; readonly at: number };

/** Different uses between two writings; more are of no interest for "used when", and come again. */
const MAX_USES = 50_000;

/** When each permission was last used, kept until it is written down: a review asks for days, so one row a permission is enough, and no request waits for it. */
export class Uses {
  #uses = new Map<string, Use>();

  note(tenant: TenantId, holder: string, permission: Used, at: number): void {
    const name = `${tenant}\n${holder}\n${permission}`;
    if (this.#uses.size < MAX_USES || this.#uses.has(name)) this.#uses.set(name, { tenant, holder, permission, at });
  }

  /** By a key or token: whoever holds it, each agent that acts in it, and the grant that it comes from. A key is the only one of its principal. */
  noteKey(key: KeyRecord, permission: Used, at: number): void {
    for (const holder of [key.principal, ...key.actors, ...(key.grant === undefined ? [] : [key.grant])])
      this.note(key.tenant, holder, permission, at);
  }

  take(): readonly Use[] {
    const taken = [...this.#uses.values()];
    this.#uses = new Map();
    return taken;
  }

  /** What could not be written down. */
  putBack(uses: readonly Use[]): void {
    for (const { tenant, holder, permission, at } of uses)
      if (!this.#uses.has(`${tenant}\n${holder}\n${permission}`)) this.note(tenant, holder, permission, at);
  }
}
