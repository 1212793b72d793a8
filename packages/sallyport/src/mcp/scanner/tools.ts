import { realpathSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { parser, reasonOf, Type, type JsonObject, type Static, type TSchema } from '../../kernel/index.ts';
import {
  AGENT_CHECKS,
  checkOf,
  ECOSYSTEMS,
  judged,
  PACKAGE_CHECKS,
  report,
  scanTexts,
  SECRET_CHECK,
  type CodeEngine,
  type JudgePackage,
  type Reported,
} from '../../scan/index.ts';
import { scanPackages, scanPaths } from '../../scan/service.ts';

/** What the tools work with. `root`: the one folder that paths may lie in. */
export type ScannerDeps = { readonly root: string; readonly code: CodeEngine | undefined; readonly judge: JudgePackage | undefined };

/** What a tool answers: a value that becomes structured content, or why not. */
export type ToolAnswer = { readonly ok: true; readonly value: JsonObject } | { readonly ok: false; readonly refused: string };

/** A tool: its schema is what the protocol shows and what is checked. */
export type ScannerTool = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: TSchema;
  run(input: unknown): Promise<ToolAnswer>;
};

/** A file that an assistant writes is far smaller. UTF-16 code units. */
const MAX_TEXT = 1_048_576;
/** More would fill the assistant's context, and the worst come first. */
const MAX_FINDINGS = 50;

const PATH = Type.String({ minLength: 1, maxLength: 4_096 });
const CODE = Type.Object(
  {
    code: Type.String({ maxLength: MAX_TEXT, description: 'The text of the file.' }),
    path: Type.String({
      minLength: 1,
      maxLength: 400,
      description: 'Where it will stand, e.g. src/app.py: tells the language and the kind of file.',
    }),
  },
  { additionalProperties: false },
);
const WHERE = Type.Object(
  {
    path: Type.Optional(PATH),
    since: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Git reference: only what was added since.' })),
    packages: Type.Optional(Type.Boolean({ description: 'Look at manifests, lock files and imports instead.' })),
  },
  { additionalProperties: false },
);
const PACKAGE = Type.Object(
  { ecosystem: Type.Enum([...ECOSYSTEMS]), name: Type.String({ minLength: 1, maxLength: 214 }) },
  { additionalProperties: false },
);
const RULE = Type.Object({ rule: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false });

/** The tools of the scanner. */
export function scannerTools(deps: ScannerDeps): readonly ScannerTool[] {
  return [
    tool(
      'scan_code',
      'Check a text before it is written',
      'Finds vulnerable code, credentials and dangerous agent configurations in one file that is not written yet. Use it before showing code.',
      CODE,
      (input) => scanCode(input, deps),
    ),
    tool(
      'scan_path',
      'Check files of the project',
      'Checks a file or folder of the project, or what changed since a git reference.',
      WHERE,
      (input) => scanPath(input, deps),
    ),
    tool(
      'check_package',
      'Check the name of a package',
      'Says whether the name of a package is well known, almost that of a known one, or looks made up. Nothing is looked up elsewhere. Use it before adding a dependency.',
      PACKAGE,
      (input) => checkPackage(input, deps),
    ),
    tool('explain_finding', 'Explain a rule', 'Why a finding of a rule matters and what to do.', RULE, explain),
  ];
}

function tool<S extends TSchema>(
  name: string,
  title: string,
  description: string,
  input: S,
  run: (input: Static<S>) => Promise<ToolAnswer>,
): ScannerTool {
  const parse = parser(input);
  return {
    name,
    title,
    description,
    input,
    async run(value) {
      const parsed = parse(value);
      if (!parsed.ok)
        return { ok: false, refused: parsed.problems.map(({ pointer, message }) => `${pointer} ${message}`.trim()).join('; ') };
      try {
        return await run(parsed.value);
      } catch (error) {
        return { ok: false, refused: reasonOf(error).slice(0, 400) };
      }
    },
  };
}

async function scanCode({ code, path }: Static<typeof CODE>, { code: engine }: ScannerDeps): Promise<ToolAnswer> {
  const { findings, notScanned, ran } = await scanTexts([{ path, text: code }], { code: engine }, { kinds: ['code', 'secrets', 'agents'] });
  return answer(
    report(findings, () => code),
    notScanned,
    ran,
  );
}

async function scanPath({ path = '.', since, packages }: Static<typeof WHERE>, deps: ScannerDeps): Promise<ToolAnswer> {
  const real = below(path, deps.root);
  if (real === undefined) return { ok: false, refused: 'the path is not there, or leads out of the project' };
  const request = { paths: [real], cwd: deps.root, config: {} };
  const { findings, notScanned, ran } =
    packages === true
      ? (await scanPackages(request, deps.judge)).result
      : await scanPaths({ ...request, ...(since === undefined ? {} : { since }) }, deps.code);
  return answer(findings, notScanned, ran);
}

/** The real path, when it lies in the root. */
function below(path: string, root: string): string | undefined {
  try {
    const real = realpathSync(resolve(root, path));
    const way = relative(realpathSync(root), real);
    return way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way ? undefined : real;
  } catch {
    return undefined;
  }
}

function answer(
  findings: readonly Reported[],
  notScanned: readonly { path: string; reason: string }[],
  ran: readonly string[],
): ToolAnswer {
  const shown = findings.slice(0, MAX_FINDINGS).map(({ rule, severity, type, message, fix, location, trace }): JsonObject => {
    const place =
      location.kind === 'file' ? { path: location.path, line: location.line, column: location.column, endLine: location.endLine } : {};
    return {
      rule,
      severity,
      type,
      message,
      ...(fix === undefined ? {} : { fix }),
      ...place,
      ...(trace === undefined ? {} : { trace: trace.map((step) => ({ ...step })) }),
    };
  });
  const value = {
    findings: shown,
    total: findings.length,
    notScanned: notScanned.slice(0, MAX_FINDINGS).map((one) => ({ ...one })),
    ran: [...ran],
  };
  return { ok: true, value };
}

function checkPackage({ ecosystem, name }: Static<typeof PACKAGE>, { judge }: ScannerDeps): Promise<ToolAnswer> {
  if (judge === undefined) return Promise.resolve({ ok: false, refused: 'names of packages cannot be judged in this build' });
  const finding = judged(judge, ecosystem, name, { kind: 'file', path: '', line: 1, column: 1, endLine: 1, endColumn: 1 });
  return Promise.resolve({
    ok: true,
    value: {
      ...judge(ecosystem, name),
      ...(finding === undefined
        ? {}
        : { rule: finding.rule, severity: finding.severity, message: finding.message, fix: finding.fix ?? '' }),
    },
  });
}

function explain({ rule }: Static<typeof RULE>): Promise<ToolAnswer> {
  const check = checkOf(rule, [SECRET_CHECK, ...AGENT_CHECKS, ...PACKAGE_CHECKS]);
  if (check === undefined) return Promise.resolve({ ok: false, refused: 'there is no such rule' });
  return Promise.resolve({
    ok: true,
    value: {
      id: check.id,
      title: check.title,
      why: check.why,
      fix: check.fix,
      severity: check.severity,
      taxonomy: [...check.taxonomy],
    },
  });
}
