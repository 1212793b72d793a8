import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifierOf, ONNX_RUNTIME } from '../../test/kit/onnx_made.ts';
import { silentLogger } from '../kernel/index.ts';
import type { Config } from './config.ts';
import { openStageOf } from './second_stage.ts';

// A new configuration takes its classifier into service, or leaves the old one there and says why.

const skip = ONNX_RUNTIME === undefined ? 'needs onnxruntime-node, which ./test installs' : false;

test('a classifier comes, stays when the next one is wrong, and goes', { skip }, async () => {
  const files = classifierOf({ umbrella: [0, 9] });
  const part = { ...files, labels: ['benign', 'attack'], greyZone: { prompt: [0.1, 0.9] }, timeoutMs: 5_000, runtime: ONNX_RUNTIME };
  const configOf = (secondStage?: object): Config => ({ gateway: { guards: true }, guards: { secondStage } }) as unknown as Config;
  const stage = await openStageOf(configOf(), silentLogger);
  assert.equal(stage.running(), undefined);

  const came = await stage.reload(configOf(part));
  assert.ok(came.ok);
  assert.equal(stage.running(), undefined, 'not before the rest of the configuration is in order');
  came.use();
  const first = stage.running();
  assert.ok(first !== undefined && 'probability' in (await first.ask(['umbrella'])));

  const wrong = await stage.reload(configOf({ ...part, model: { ...files.model, sha256: '0'.repeat(64) } }));
  assert.ok(!wrong.ok && wrong.problem.includes('not the one that is pinned'));
  const dropped = await stage.reload(configOf({ ...part, timeoutMs: 4_000 }));
  assert.ok(dropped.ok);
  dropped.drop();
  const same = await stage.reload(configOf(part));
  assert.ok(same.ok);
  same.use();
  assert.equal(stage.running(), first);
  assert.equal(first.state().running, true);

  const gone = await stage.reload(configOf());
  assert.ok(gone.ok);
  gone.use();
  assert.equal(stage.running(), undefined);
  assert.equal(first.state().running, false);
});
