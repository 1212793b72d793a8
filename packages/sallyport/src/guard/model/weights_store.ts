import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fail } from '../errors.ts';
import { decodeModel, type Model } from './model.ts';
import { WEIGHTS_SHA256 } from './weights.generated.ts';

/** Beside this file, also where the package is built. */
const FILE = fileURLToPath(new URL('weights.bin', import.meta.url));

let loaded: Model | undefined;

/**
 * The weights that ship, read once a process. They decide what passes, so a file that is not the published one stops the start.
 * @throws AppError GUARD_MODEL_BROKEN
 */
export function shippedModel(): Model {
  return (loaded ??= readModel(FILE, WEIGHTS_SHA256));
}

/** Reads a model whose hash is known beforehand. @throws AppError GUARD_MODEL_BROKEN */
export function readModel(path: string, sha256: string): Model {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (error) {
    throw fail('GUARD_MODEL_BROKEN', { detail: 'the file cannot be read', cause: error });
  }
  if (createHash('sha256').update(file).digest('hex') !== sha256) throw fail('GUARD_MODEL_BROKEN', { detail: 'hash differs' });
  const model = decodeModel(file);
  if (model === undefined) throw fail('GUARD_MODEL_BROKEN', { detail: 'not a model of this version' });
  return model;
}
