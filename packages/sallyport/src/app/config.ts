import { readFileSync } from 'node:fs';
import { readYaml, Secret, Type, type Static, type YamlProblem } from '../kernel/index.ts';
import { CONFIG as AUDIT } from '../audit/config.ts';
import { CONFIG as GATEWAY, gatewayConfig, type GatewayConfig } from '../gateway/config.ts';
import { CONFIG as GUARDS } from '../guard/config.ts';
import { CONFIG as PROVIDERS } from '../providers/config.ts';
import { CONFIG as POLICY } from '../policy/config.ts';
import { EFFECTS } from '../policy/index.ts';
import { machineSources, type resolveProviders } from '../providers/service.ts';
import { configProblems } from './config_check.ts';
import { fail } from './errors.ts';

const TOOL = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 200 }), effect: Type.Enum([...EFFECTS]) },
  { additionalProperties: false, description: 'What a tool does, when its name does not say.' },
);

/** Everything that may stand in `sallyport.yaml`. */
export const CONFIG = Type.Object(
  {
    providers: Type.Optional(PROVIDERS),
    ...POLICY.properties,
    guards: Type.Optional(GUARDS),
    gateway: Type.Optional(GATEWAY),
    audit: Type.Optional(AUDIT),
    content: Type.Optional(
      Type.Enum(['none', 'findings', 'full'], {
        default: 'findings',
        description: 'What is kept of texts: nothing, masked excerpts around findings for 30 days, or everything for 7 days.',
      }),
    ),
    tools: Type.Optional(Type.Array(TOOL, { maxItems: 1_000, description: 'Effects of tools; what is not listed is judged by its name.' })),
    store: Type.Optional(
      Type.Object(
        {
          url: Type.String({
            pattern: '^(postgres(ql)?://|\\$\\{(env|file):[^{}\\s]+\\}$)',
            description: 'PostgreSQL 15 or newer, or a reference ${env:NAME} or ${file:PATH} to its address. Embedded when absent.',
          }),
        },
        { additionalProperties: false },
      ),
    ),
    listen: Type.Optional(
      Type.Object(
        {
          gateway: Type.Optional(
            Type.String({ pattern: '^[^\\s]+:\\d{1,5}$', description: 'HOST:PORT of the gateway; loopback port 8100 by default.' }),
          ),
          console: Type.Optional(
            Type.String({ pattern: '^[^\\s]+:\\d{1,5}$', description: 'HOST:PORT of the console; loopback port 8101 by default.' }),
          ),
          hosts: Type.Optional(
            Type.Array(Type.String({ maxLength: 253 }), {
              maxItems: 100,
              description: 'Names by which clients call the gateway, beside loopback names.',
            }),
          ),
          origins: Type.Optional(
            Type.Array(Type.String({ pattern: '^https?://[^/]+$' }), {
              maxItems: 100,
              description: 'Web origins whose pages may call the gateway.',
            }),
          ),
          plain: Type.Optional(
            Type.Boolean({
              default: false,
              description: 'Listen on addresses that others can reach without TLS: only behind a proxy that has it.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    tls: Type.Optional(
      Type.Object(
        { cert: Type.String({ description: 'PEM file.' }), key: Type.String({ description: 'PEM file.' }) },
        { additionalProperties: false },
      ),
    ),
    publicUrl: Type.Optional(Type.String({ pattern: '^https?://', description: 'The address of the console as people reach it.' })),
    telemetry: Type.Optional(
      Type.Object(
        {
          traces: Type.Optional(
            Type.Object(
              { endpoint: Type.String({ pattern: '^https?://', description: 'OTLP/HTTP collector, e.g. http://127.0.0.1:4318.' }) },
              { additionalProperties: false },
            ),
          ),
          metrics: Type.Optional(Type.Boolean({ default: false, description: 'Prometheus metrics at /metrics of the console port.' })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, description: 'sallyport.yaml' },
);

/** What references are looked up in. */
export type Sources = Parameters<typeof resolveProviders>[1];

/** A configuration as it is written. */
export type Written = Static<typeof CONFIG>;

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
