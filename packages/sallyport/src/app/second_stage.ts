import { AppError, reasonOf, type Logger } from '../kernel/index.ts';
import { openSecondStage, type RunningStage } from '../guard/service.ts';
import type { Config } from './config.ts';

/** The classifier of the configuration in force. */
export type StageOf = {
  running(): RunningStage | undefined;
  /** Opens what another configuration names, beside the one in force; `use` takes its place, `drop` lets it go. */
  reload(config: Config): Promise<{ readonly ok: true; use(): void; drop(): void } | { readonly ok: false; readonly problem: string }>;
  close(): void;
};

/** Opens the second stage where one is configured, so that what is wrong with it stops the start. */
export async function openStageOf(config: Config, logger: Logger): Promise<StageOf> {
  const open = async ({ guards, gateway }: Config): Promise<RunningStage | undefined> =>
    guards?.secondStage === undefined || !gateway.guards ? undefined : openSecondStage(guards.secondStage, { logger });
  const named = ({ guards, gateway }: Config): string => JSON.stringify([guards?.secondStage, gateway.guards]);
  let running = await open(config);
  let name = named(config);
  return {
    running: () => running,
    async reload(next) {
      if (named(next) === name) return { ok: true, use() {}, drop() {} };
      try {
        const opened = await open(next);
        return {
          ok: true,
          use() {
            running?.close();
            running = opened;
            name = named(next);
          },
          drop: () => opened?.close(),
        };
      } catch (error) {
        return { ok: false, problem: error instanceof AppError ? `${error.message} ${error.fix}` : reasonOf(error) };
      }
    },
    close: () => running?.close(),
  };
}
