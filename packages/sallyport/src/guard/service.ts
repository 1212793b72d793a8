import { closest, reasonOf, type Clock, type Logger, type TenantId } from '../kernel/index.ts';
import type { Audit } from '../audit/service.ts';
import type { Store } from '../store/service.ts';
import { INJECTION, NO_CHOICES, type GuardChoice, type GuardChoices } from './choice.ts';
import { DETECTORS } from './detectors/registry.generated.ts';
import { fail } from './errors.ts';
import { addChoice, CHOICES_CHANNEL, listChoices, loadChoices, notifyChoices, type ChoiceVersion } from './store.ts';

export type { GuardChoice, GuardChoices } from './choice.ts';
export { openSecondStage, type RunningStage } from './second_stage/service.ts';
export type { ChoiceVersion } from './store.ts';

/** What the people of each tenant decided about its detectors. */
export type ChoiceService = {
  /** Synchronous, from memory. */
  of(tenant: TenantId): GuardChoices;
  /** Every decision, newest first. */
  history(tenant: TenantId): Promise<readonly ChoiceVersion[]>;
  /**
   * Decides about a detector after version `base`, the newest about it that was read (0: none); `author` is the name that people see.
   * In force here when this resolves, in other processes within moments. Rejects GUARD_UNKNOWN, GUARD_CHOICE_CHANGED, GUARD_CHOICE_INVALID.
   */
  decide(
    tenant: TenantId,
    change: GuardChoice & { readonly detector: string; readonly base: number; readonly author: string },
    actor: string,
  ): Promise<ChoiceVersion>;
  close(): Promise<void>;
};

export type ChoiceOptions = {
  readonly store: Store;
  readonly audit: Pick<Audit, 'change'>;
  /** Called after a decision, here or in another process, was taken into memory. */
  readonly onChange: () => void;
};

/** Decisions that are listed. */
const MAX_HISTORY = 100;
/** Below it every text counts as an injection; the configuration has the same bound. */
const LEAST_INJECTION = 0.05;

export async function openChoices(
  options: ChoiceOptions,
  deps: { readonly logger: Logger; readonly clock: Clock },
): Promise<ChoiceService> {
  const { store, audit, onChange } = options;
  let tenants: ReadonlyMap<TenantId, GuardChoices> = new Map();

  const refresh = async (): Promise<void> => {
    tenants = await store.system('guard: decisions about detectors of all tenants', loadChoices);
  };
  const follow = (): void => {
    refresh()
      .then(onChange)
      .catch((error: unknown) =>
        deps.logger.error('decisions about guards not refreshed, the old ones stay in force', { reason: reasonOf(error) }),
      );
  };
  await refresh();
  const unlisten = await store.listen(CHOICES_CHANNEL, follow);

  return {
    of: (tenant) => tenants.get(tenant) ?? NO_CHOICES,
    history: (tenant) => store.tx(tenant, (sql) => listChoices(sql, MAX_HISTORY)),
    async decide(tenant, { detector, on, threshold, base, author }, actor) {
      checkDetector(detector);
      if (detector === INJECTION && threshold !== null && threshold < LEAST_INJECTION)
        throw fail('GUARD_CHOICE_INVALID', { say: `The threshold must be ${LEAST_INJECTION} at least.` });
      const made = { detector, on, threshold, author, created: deps.clock() };
      const version = await audit.change(tenant, async (sql, emit) => {
        const added = await addChoice(sql, tenant, base, made);
        if (added === undefined) throw fail('GUARD_CHOICE_CHANGED');
        await emit({
          type: on === false ? 'guard.switched_off' : 'guard.changed',
          actor,
          target: { kind: 'guard', id: detector },
          detail: { on: on ?? 'as configured', threshold: threshold ?? 'as configured' },
        });
        await notifyChoices(sql, tenant);
        return added;
      });
      await refresh();
      onChange();
      return { ...made, version };
    },
    close: unlisten,
  };
}

/** Throws GUARD_UNKNOWN, with the name that may have been meant. */
export function checkDetector(detector: string): void {
  const ids = DETECTORS.map(({ id }) => id);
  if (ids.includes(detector)) return;
  const meant = closest(detector, ids);
  throw fail('GUARD_UNKNOWN', { say: meant === undefined ? detector : `Did you mean ${meant}?` });
}
