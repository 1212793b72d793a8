import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { isObject, readYaml } from '../kernel/index.ts';
import type { ScanConfig } from '../scan/config.ts';
import { CONFIG } from './config_schema.ts';
import { problemLines } from './config.ts';
import { fail } from './errors.ts';

/**
 * `scan:` of sallyport.yaml. Only its form is checked: a machine that scans has neither the providers' keys nor the certificates that the
 * rest of the file may name. Rejects CONFIG_MISSING, CONFIG_INVALID.
 */
export function readScanConfig(asked: string | undefined): ScanConfig {
  const file = asked ?? resolve('sallyport.yaml');
  if (asked === undefined && !existsSync(file)) return {};
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw fail('CONFIG_MISSING', { say: file, cause: error });
  }
  if (text.split('\n').every((line) => line.trim() === '' || line.trim().startsWith('#'))) return {};
  const read = readYaml(text, CONFIG);
  const value = read.ok ? read.value : read.form?.value;
  const wrong = read.ok
    ? []
    : read.problems.filter(({ pointer }) => read.form === undefined || pointer === '' || /^\/scan(?:\/|$)/.test(pointer));
  if (wrong.length > 0) throw fail('CONFIG_INVALID', { say: `\n${problemLines(basename(file), wrong).join('\n')}\n` });
  const scan = isObject(value) ? value['scan'] : undefined;
  return (scan ?? {}) as ScanConfig;
}
