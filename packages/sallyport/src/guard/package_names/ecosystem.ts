/** The package ecosystems whose names are judged. */
export const ECOSYSTEMS = ['npm', 'pypi', 'crates', 'go'] as const;
export type Ecosystem = (typeof ECOSYSTEMS)[number];

/** Longer names exist in no registry (npm allows 214 characters, the others fewer; Go paths are judged by their first elements). */
export const MAX_NAME = 214;

/**
 * The form in which two names of an ecosystem are the same package: PEP 503 for PyPI (case, runs of `-_.`), `_` as `-` for crates, lower case for
 * npm and for Go paths, whose major version suffix (`/v2`, `.v3`) is dropped.
 */
export function normalName(ecosystem: Ecosystem, name: string): string {
  const lower = name.toLowerCase();
  if (ecosystem === 'pypi') return lower.replace(/[-_.]+/g, '-');
  if (ecosystem === 'crates') return lower.replaceAll('_', '-');
  if (ecosystem === 'go') return lower.replace(/\/$/, '').replace(/[/.]v\d{1,4}$/, '');
  return lower;
}
