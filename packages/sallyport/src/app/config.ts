import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { readYaml, Secret, type YamlProblem } from '../kernel/index.ts';
import { gatewayConfig, type GatewayConfig } from '../gateway/config.ts';
import { machineSources } from '../providers/service.ts';
import { configProblems, type Sources } from './config_check.ts';
import { CONFIG, type Written } from './config_schema.ts';
import { fail } from './errors.ts';

export { CONFIG };

export type Config = Omit<Written, 'gateway'> & { readonly gateway: GatewayConfig };

export type LoadedConfig =
  | { ok: true; config: Config; /** Nothing was written: the defaults. */ empty: boolean }
  | { ok: false; problems: readonly YamlProblem[] };

/** Reads a configuration text and checks everything in it that can be checked without starting: form, references, rules with their tests. All problems at once. */
export function readConfig(text: string, sources: Sources): LoadedConfig {
  if (text.trim() === '' || isOnlyComments(text)) return { ok: true, config: { gateway: gatewayConfig() }, empty: true };
  const read = readYaml(text, CONFIG);
  const form = read.ok ? [] : read.problems;
  const whole = read.ok ? read : read.form;
  const meaning =
    whole === undefined ? [] : configProblems(whole.value, form, sources).map((one) => ({ ...whole.lineOf(one.pointer), ...one }));
  const problems = [...form, ...meaning].sort((one, other) => one.line - other.line || one.column - other.column);
  if (!read.ok || problems.length > 0) return { ok: false, problems };
  const value = read.value as Written;
  return { ok: true, config: { ...value, gateway: gatewayConfig(value.gateway) }, empty: false };
}

/** Reads the file; a file that is not there is the default configuration unless it was asked for. Rejects CONFIG_MISSING. */
export function readConfigFile(path: string, asked: boolean): LoadedConfig {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (asked || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw fail('CONFIG_MISSING', { say: path, cause: error });
  }
  return readConfig(text, machineSources);
}

/** The configuration of a command: the file that was named, or `sallyport.yaml` of the working folder. Rejects CONFIG_MISSING and CONFIG_INVALID with all problems. */
export function configOf(named: string | undefined): { readonly file: string; readonly config: Config } {
  const file = named ?? resolve('sallyport.yaml');
  const loaded = readConfigFile(file, named !== undefined);
  if (!loaded.ok) throw fail('CONFIG_INVALID', { say: `\n${problemLines(basename(file), loaded.problems).join('\n')}` });
  return { file, config: loaded.config };
}

function isOnlyComments(text: string): boolean {
  return text.split('\n').every((line) => line.trim() === '' || line.trim().startsWith('#'));
}

/** Problems as a person reads them: `sallyport.yaml:12:3  providers/0/kind  must be one of ...`. */
export function problemLines(file: string, problems: readonly YamlProblem[]): string[] {
  return problems.map((p) => `${file}:${p.line}:${p.column}  ${p.pointer === '' ? '' : `${p.pointer.slice(1)}  `}${p.message}`);
}

/** The value that a reference `${env:NAME}` or `${file:PATH}` names, or the text itself. */
export function resolveReference(text: string, env: Readonly<Record<string, string | undefined>>): Secret {
  const reference = /^\$\{(env|file):([^{}\s]+)\}$/.exec(text);
  if (reference === null) return new Secret(text);
  const name = reference[2] as string;
  const value = reference[1] === 'env' ? env[name] : readFileSync(name, 'utf8').trim();
  if (value === undefined || value === '') throw fail('CONFIG_INVALID', { say: `${text} is not set.` });
  return new Secret(value);
}
