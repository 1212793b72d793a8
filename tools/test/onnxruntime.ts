import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TOP } from '../top.ts';
import type { Service } from './service.ts';

const VARIABLE = 'SALLYPORT_TEST_ONNXRUNTIME';
const PACKAGE = 'onnxruntime-node@1.30.0';

/**
 * The runtime of the guards' second stage, an optional peer. Not among the packages of the house: 110 MB that every installation would fetch and
 * hardly any needs.
 */
export const onnxRuntime: Service = {
  name: 'onnxruntime-node',
  async start(note) {
    const folder = process.env[VARIABLE] ?? join(TOP, '.cache/onnxruntime');
    if (!isThere(folder)) {
      note(`installing ${PACKAGE} into ${folder} (once, about 110 MB)`);
      mkdirSync(folder, { recursive: true });
      const options = ['--prefix', folder, '--ignore-scripts', '--no-save', '--no-package-lock', '--loglevel=error'];
      spawnSync('npm', ['install', ...options, PACKAGE], { cwd: folder, stdio: 'ignore' });
    }
    return isThere(folder) ? { env: { [VARIABLE]: folder }, stop: async () => {} } : undefined;
  },
};

function isThere(folder: string): boolean {
  return existsSync(join(folder, 'node_modules/onnxruntime-node/package.json'));
}
