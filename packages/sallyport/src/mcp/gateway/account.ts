import type { AppError } from '../../kernel/index.ts';
import type { KeyRecord } from '../../identity/service.ts';
import { fail } from '../errors.ts';
import type { McpDeps } from './context.ts';

/** Somebody's account at a connection of the vault cannot be used: what is missing, and where a person connects one. */
export type AccountProblem = { readonly error: AppError; readonly code: string; readonly url: string };

const problems = new WeakMap<AppError, AccountProblem>();

/** What an error says about an account; undefined for all other errors. */
export function accountProblem(error: unknown): AccountProblem | undefined {
  return typeof error === 'object' && error !== null ? problems.get(error as AppError) : undefined;
}

/** The account of one caller, as one server gets to see it. */
export class Account {
  readonly #deps: Pick<McpDeps, 'lend'>;
  readonly #key: KeyRecord;
  /** Why there is no credential, when there was none the last time. */
  problem: AppError | undefined;

  constructor(deps: Pick<McpDeps, 'lend'>, key: KeyRecord) {
    this.#deps = deps;
    this.#key = key;
  }

  /** Headers for one request. Rejects MCP_NO_ACCOUNT, and MCP_ACCOUNT_REFUSED when a server takes none of what there is. */
  async headers(connection: string, refused?: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
    this.problem = undefined;
    const lent = await this.#deps.lend(connection, this.#key, refused);
    if (lent.ok && JSON.stringify(lent.headers) !== JSON.stringify(refused)) return lent.headers;
    const [code, url] = lent.ok ? ['account_refused', ''] : [lent.problem, lent.url];
    const error = fail(
      refused === undefined ? 'MCP_NO_ACCOUNT' : 'MCP_ACCOUNT_REFUSED',
      url === '' ? {} : { say: `Connect it here: ${url}` },
    );
    problems.set(error, { error, code, url });
    this.problem = error;
    throw error;
  }
}
