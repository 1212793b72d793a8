import type { NotScanned } from '../finding.ts';
import type { Dependency, Ecosystem } from './dependency.ts';
import type { Import } from './imports.ts';

/** What a project says of packages, and what its code imports. */
export type PackageInventory = {
  readonly dependencies: readonly Dependency[];
  readonly imports: readonly Import[];
  /** Canonical names that may be imported, by ecosystem: declared, locked, or of the project itself. */
  readonly declared: Readonly<Record<Ecosystem, ReadonlySet<string>>>;
  readonly notScanned: readonly NotScanned[];
};
