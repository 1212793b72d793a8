import { SEVERITIES, Type, type Static } from '../kernel/index.ts';
import { SUPPRESSIONS } from './suppress.ts';
import { SCAN_KINDS } from './result.ts';

const IGNORE = Type.Object(
  {
    rule: Type.String({ minLength: 1, maxLength: 200, description: 'A rule, `prefix.*`, or a CWE id.' }),
    paths: Type.Optional(
      Type.Array(Type.String({ maxLength: 400 }), { maxItems: 100, description: 'Patterns of paths; everywhere when absent.' }),
    ),
    reason: Type.String({ minLength: 4, maxLength: 400, description: 'Why this is no problem here.' }),
  },
  { additionalProperties: false },
);

const REGISTRY = Type.String({ pattern: '^https?://', maxLength: 400, description: 'Address of a registry.' });

/** The part `scan:` of sallyport.yaml. It is read from the working folder or `--config` alone, never from what is scanned elsewhere. */
export const CONFIG = Type.Object(
  {
    failOn: Type.Optional(
      Type.Enum([...SEVERITIES], { default: 'low', description: 'Severity from which findings make the exit code 1.' }),
    ),
    only: Type.Optional(
      Type.Array(Type.Enum([...SCAN_KINDS]), { maxItems: 3, description: 'What is looked for; everything when absent.' }),
    ),
    exclude: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 400 }), {
        maxItems: 200,
        description: 'Patterns of paths that are left out, e.g. `test/fixtures/**`.',
      }),
    ),
    suppressions: Type.Optional(
      Type.Enum([...SUPPRESSIONS], {
        default: 'all',
        description:
          'Comments that are obeyed: `sallyport-ignore` and those of other scanners (`nosec`, `nosemgrep`, `noqa: S…`), `own` alone, or none.',
      }),
    ),
    ignore: Type.Optional(Type.Array(IGNORE, { maxItems: 500, description: 'Findings that are known, for files that have no comments.' })),
    maxFileBytes: Type.Optional(
      Type.Integer({ minimum: 1_024, maximum: 16_777_216, default: 1_048_576, description: 'Larger files are listed as not scanned.' }),
    ),
    baseline: Type.Optional(
      Type.String({ maxLength: 4_096, description: 'File of findings that were there before (see --write-baseline).' }),
    ),
    registries: Type.Optional(
      Type.Object(
        {
          npm: Type.Optional(REGISTRY),
          pypi: Type.Optional(REGISTRY),
          crates: Type.Optional(REGISTRY),
          go: Type.Optional(REGISTRY),
        },
        {
          additionalProperties: false,
          description: 'Registries that `scan packages --online` asks in place of the public ones; they may be private.',
        },
      ),
    ),
    advisories: Type.Optional(
      Type.String({ maxLength: 4_096, description: 'OSV export for `scan packages`: a folder, a .jsonl or a .zip file.' }),
    ),
  },
  { additionalProperties: false },
);

export type ScanConfig = Static<typeof CONFIG>;

/** A file of code that people write is far smaller; what is larger is generated or an attack. Bytes. */
export const MAX_FILE_BYTES = 1_048_576;
