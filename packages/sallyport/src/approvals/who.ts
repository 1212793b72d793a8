import { matchesGlob } from '../kernel/index.ts';
import type { Approver, Held } from './approval.ts';
import type { ApprovalsConfig } from './config.ts';

const MINUTE = 60_000;
/** What a caller may ask for: five minutes to two weeks, as the configuration. */
const LONGEST_WAIT = 20_160 * MINUTE;

/** How a held action is to be answered. `approvers` empty: whoever has the permission. */
export type Terms = {
  readonly approvers: readonly string[];
  readonly needs: number;
  readonly fresh: boolean;
  readonly waitMs: number;
};

/** The terms of the first line of the configuration that names the tool; high risk always needs a fresh proof. */
export function termsFor(config: ApprovalsConfig, { tool, risk, waitMs }: Pick<Held, 'tool' | 'risk' | 'waitMs'>): Terms {
  const rule = config.rules?.find(({ tools }) => tools.some((pattern) => matchesGlob(pattern, tool)));
  const configured = (rule?.waitMinutes ?? config.waitMinutes ?? 60) * MINUTE;
  return {
    approvers: rule?.approvers ?? [],
    needs: rule?.people ?? 1,
    fresh: rule?.fresh === true || risk === 'high',
    waitMs: Math.min(Math.max(waitMs ?? configured, MINUTE), LONGEST_WAIT),
  };
}

/** Entries that mean something else than a name, which somebody may have all the same. */
const NO_NAME = /^(?:role:|prn_|operator$)/;

/**
 * Whether the list names this approver; an empty list names everybody who has the permission. Letter for letter: people choose their names when they
 * join, and one that differs in case only is another person's.
 */
export function isNamed(approvers: readonly string[], by: Pick<Approver, 'principal' | 'name' | 'role'>): boolean {
  if (approvers.length === 0) return true;
  return approvers.some(
    (entry) =>
      entry === by.principal || (by.role !== undefined && (entry === `role:${by.role}` || (entry === by.name && !NO_NAME.test(entry)))),
  );
}
