import { performance } from 'node:perf_hooks';
import { silentLogger } from '../kernel/index.ts';
import { openSecondStage } from '../guard/service.ts';
import type { Config } from './config.ts';
import { attempt, doubtful, good, type Check } from './doctor_check.ts';

/** Texts that each take as long as any may: a window of as many words as there are tokens. */
const WORDS = 'The parcel is at the desk. ';

/** Opens the classifier as a start would, and asks it. Nothing where none is configured. */
export async function checkSecondStage({ guards, gateway }: Config): Promise<readonly Check[]> {
  const config = guards?.secondStage;
  if (config === undefined || !gateway.guards) return [];
  const { timeoutMs = 500 } = config;
  const check = await attempt('second stage', async () => {
    const stage = await openSecondStage({ ...config, timeoutMs: Math.max(timeoutMs, 10_000) }, { logger: silentLogger });
    try {
      const text = WORDS.repeat(Math.ceil(stage.zones.characters / WORDS.length)).slice(0, stage.zones.characters);
      const asked = performance.now();
      const answer = await stage.ask([text, text, text]);
      const ms = Math.round(performance.now() - asked);
      const fix =
        'Give it more `threads`, fewer `maxTokens` or more `timeoutMs`; until then the first stage decides alone where it is late.';
      if ('silent' in answer) return doubtful('second stage', `${config.model.file} gives no answer (${answer.silent}).`, fix);
      const say = `${config.model.file} answers a long text in ${ms} ms`;
      return ms > timeoutMs ? doubtful('second stage', `${say}, and may take ${timeoutMs}.`, fix) : good('second stage', say);
    } finally {
      stage.close();
    }
  });
  return [check];
}
