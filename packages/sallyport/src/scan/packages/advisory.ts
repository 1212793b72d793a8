import { parser, Type, type Severity, type Static } from '../../kernel/index.ts';
import { canonicalName, type Ecosystem } from './dependency.ts';
import { compareVersions } from './version.ts';

const EVENT = Type.Object({
  introduced: Type.Optional(Type.String()),
  fixed: Type.Optional(Type.String()),
  last_affected: Type.Optional(Type.String()),
});
const AFFECTED = Type.Object({
  package: Type.Optional(Type.Object({ ecosystem: Type.String(), name: Type.String() })),
  ranges: Type.Optional(Type.Array(Type.Object({ type: Type.String(), events: Type.Array(EVENT) }))),
  versions: Type.Optional(Type.Array(Type.String())),
  ecosystem_specific: Type.Optional(
    Type.Object({
      imports: Type.Optional(
        Type.Array(Type.Object({ path: Type.Optional(Type.String()), symbols: Type.Optional(Type.Array(Type.String())) })),
      ),
      affects: Type.Optional(Type.Object({ functions: Type.Optional(Type.Array(Type.String())) })),
    }),
  ),
});
/** What is read of an entry in the OSV format (https://ossf.github.io/osv-schema/). */
const ADVISORY = Type.Object({
  id: Type.String({ maxLength: 200 }),
  summary: Type.Optional(Type.String()),
  aliases: Type.Optional(Type.Array(Type.String())),
  withdrawn: Type.Optional(Type.String()),
  severity: Type.Optional(Type.Array(Type.Object({ type: Type.String(), score: Type.String() }))),
  affected: Type.Optional(Type.Array(AFFECTED)),
  database_specific: Type.Optional(
    Type.Object({ severity: Type.Optional(Type.String()), cwe_ids: Type.Optional(Type.Array(Type.String())) }),
  ),
});
export type Advisory = Static<typeof ADVISORY>;
export type Affected = Static<typeof AFFECTED>;
const parse = parser(ADVISORY);

const NAMES: Readonly<Record<string, Ecosystem>> = { npm: 'npm', PyPI: 'pypi', 'crates.io': 'crates', Go: 'go' };

/** Advisories by package, those of wanted packages alone. */
export class Advisories {
  readonly #wanted: ReadonlySet<string>;
  readonly #known = new Map<string, { readonly advisory: Advisory; readonly affected: Affected }[]>();
  #count = 0;

  /** `wanted`: keys of the packages (see `keyOf`). */
  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  /** Entries that were read. */
  get count(): number {
    return this.#count;
  }

  /** Takes one entry; false when it is none. Withdrawn ones say nothing. */
  add(value: unknown): boolean {
    const parsed = parse(value);
    if (!parsed.ok) return false;
    this.#count++;
    if (parsed.value.withdrawn !== undefined) return true;
    for (const affected of parsed.value.affected ?? []) {
      const ecosystem = NAMES[affected.package?.ecosystem ?? ''];
      if (ecosystem === undefined) continue;
      const key = keyOf(ecosystem, affected.package?.name ?? '');
      if (!this.#wanted.has(key)) continue;
      this.#known.set(key, [...(this.#known.get(key) ?? []), { advisory: parsed.value, affected }]);
    }
    return true;
  }

  /** Those that a version is affected by. Without a version, those alone that affect every version. */
  of(ecosystem: Ecosystem, name: string, version: string | undefined): { advisory: Advisory; affected: Affected }[] {
    return (this.#known.get(keyOf(ecosystem, name)) ?? []).filter(({ affected }) => isAffected(ecosystem, version, affected));
  }
}

export function keyOf(ecosystem: Ecosystem, name: string): string {
  return `${ecosystem} ${canonicalName(ecosystem, name)}`;
}

/** The evaluation of the OSV schema: listed versions, or between events of a range, in the ecosystem's own order. */
function isAffected(ecosystem: Ecosystem, version: string | undefined, { versions = [], ranges = [] }: Affected): boolean {
  if (version !== undefined && versions.includes(version)) return true;
  // Nothing is known of a version that is none; what affects all affects it.
  if (version === undefined || compareVersions(ecosystem, version, version) === undefined)
    return ranges.some(({ type, events }) => type !== 'GIT' && events.length === 1 && events[0]?.introduced === '0');
  return ranges.some(({ type, events }) => type !== 'GIT' && inRange(ecosystem, version, events));
}

function inRange(ecosystem: Ecosystem, version: string, events: readonly Static<typeof EVENT>[]): boolean {
  const order = (text: string): number | undefined => (text === '0' ? 1 : compareVersions(ecosystem, version, text));
  let affected = false;
  const sorted = [...events].sort((a, b) => sortEvents(ecosystem, a, b));
  for (const { introduced, fixed, last_affected: last } of sorted) {
    if (introduced !== undefined && (order(introduced) ?? -1) >= 0) affected = true;
    if (fixed !== undefined && (order(fixed) ?? -1) >= 0) affected = false;
    if (last !== undefined && (order(last) ?? -1) > 0) affected = false;
  }
  return affected;
}

function sortEvents(ecosystem: Ecosystem, a: Static<typeof EVENT>, b: Static<typeof EVENT>): number {
  const of = ({ introduced, fixed, last_affected: last }: Static<typeof EVENT>): string => introduced ?? fixed ?? last ?? '0';
  if (of(a) === of(b)) return 0;
  if (of(a) === '0') return -1;
  if (of(b) === '0') return 1;
  return compareVersions(ecosystem, of(a), of(b)) ?? 0;
}

/** The first version after the affected ones, when an advisory names it. */
export function fixedIn(ecosystem: Ecosystem, version: string, { ranges = [] }: Affected): string | undefined {
  const fixes = ranges.flatMap(({ type, events }) => (type === 'GIT' ? [] : events.flatMap(({ fixed }) => fixed ?? [])));
  const newer = fixes.filter((fixed) => (compareVersions(ecosystem, fixed, version) ?? -1) > 0);
  return newer.sort((a, b) => compareVersions(ecosystem, a, b) ?? 0)[0];
}

const WORDS: Readonly<Record<string, Severity>> = { low: 'low', moderate: 'medium', medium: 'medium', high: 'high', critical: 'critical' };

/** By the database's word, else by the CVSS 3 vector; `high` when neither says. Malicious packages are critical. */
export function severityOf(advisory: Advisory): Severity {
  if (isMalicious(advisory)) return 'critical';
  const word = WORDS[advisory.database_specific?.severity?.toLowerCase() ?? ''];
  if (word !== undefined) return word;
  const score = (advisory.severity ?? []).flatMap(({ type, score: vector }) => (type === 'CVSS_V3' ? (cvss3(vector) ?? []) : []))[0];
  if (score === undefined) return 'high';
  return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
}

/** The whole package is an attack (OpenSSF malicious packages: MAL-YYYY-N). */
export function isMalicious({ id }: Advisory): boolean {
  return id.startsWith('MAL-');
}

const WEIGHTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
};
const PRIVILEGES: Readonly<Record<string, readonly [unchanged: number, changed: number]>> = {
  N: [0.85, 0.85],
  L: [0.62, 0.68],
  H: [0.27, 0.5],
};

/** Base score of a CVSS 3.x vector (FIRST, CVSS v3.1 specification, section 7.1), or undefined when it is none. */
export function cvss3(vector: string): number | undefined {
  const parts = new Map(vector.split('/').map((part) => part.split(':') as [string, string]));
  const weight = (name: string): number => WEIGHTS[name]?.[parts.get(name) ?? ''] ?? Number.NaN;
  const changed = parts.get('S') === 'C';
  const privileges = PRIVILEGES[parts.get('PR') ?? '']?.[changed ? 1 : 0] ?? Number.NaN;
  const loss = 1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A'));
  const impact = changed ? 7.52 * (loss - 0.029) - 3.25 * (loss - 0.02) ** 15 : 6.42 * loss;
  const base = impact + 8.22 * weight('AV') * weight('AC') * privileges * weight('UI');
  if (Number.isNaN(base)) return undefined;
  return impact <= 0 ? 0 : Math.ceil(Math.min((changed ? 1.08 : 1) * base, 10) * 10 - 1e-6) / 10;
}
