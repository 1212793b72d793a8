import { AppError, reasonOf } from '../kernel/index.ts';

/** One line of the doctor's report. `fix` is what to do next; a check that is `ok` has none. */
export type Check =
  | { readonly name: string; readonly state: 'ok'; readonly say: string }
  | { readonly name: string; readonly state: 'warn' | 'fail'; readonly say: string; readonly fix: string };

export const good = (name: string, say: string): Check => ({ name, state: 'ok', say });
export const doubtful = (name: string, say: string, fix: string): Check => ({ name, state: 'warn', say, fix });
export const bad = (name: string, say: string, fix: string): Check => ({ name, state: 'fail', say, fix });

/** A check that could not be made is one that failed: with the error's own advice where it has some. */
export function broken(name: string, thrown: unknown): Check {
  if (thrown instanceof AppError) return bad(name, `${thrown.message} (${thrown.code})`, thrown.fix);
  return bad(
    name,
    `This could not be checked: ${reasonOf(thrown)}.`,
    'Run it again with SALLYPORT_DEBUG=1, as the user that runs the server.',
  );
}

/** Runs a check; what it throws is its result. */
export async function attempt(name: string, check: () => Promise<Check> | Check): Promise<Check> {
  try {
    return await check();
  } catch (thrown) {
    return broken(name, thrown);
  }
}
