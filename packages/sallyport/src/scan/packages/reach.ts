import type { CalledSymbol } from '../code/index.ts';
import { packageRoot } from '../code/lower/go_packages.ts';
import type { FileLocation } from '../finding.ts';
import type { Affected } from './advisory.ts';
import { canonicalName, type Dependency } from './dependency.ts';
import type { Import } from './imports.ts';

/**
 * Whether the scanned code gets at what is vulnerable: calls one of the functions that the advisory names (`called`), imports the package without such a call
 * (`not-called`), imports it and the advisory names no functions (`imported`), or does not import it. `indirect`: what others bring along is not decided.
 */
export type Reach = {
  readonly kind: 'called' | 'not-called' | 'imported' | 'not-imported' | 'indirect';
  readonly says: string;
  readonly at?: FileLocation;
  readonly step?: string;
};

/** `calls`: what the scanned code calls; undefined when nobody looked. */
export function reachOf(
  { ecosystem, name, direct }: Dependency,
  affected: Affected,
  imports: readonly Import[],
  calls: readonly CalledSymbol[] | undefined,
): Reach {
  const paths = (affected.ecosystem_specific?.imports ?? []).flatMap(({ path }) => path ?? []);
  const uses = imports.filter((one) => one.ecosystem === ecosystem);
  const use =
    ecosystem === 'go'
      ? uses.find(({ module }) => (paths.length > 0 ? paths.includes(module) : module === name || module.startsWith(`${name}/`)))
      : uses.find((one) => canonicalName(ecosystem, one.name) === canonicalName(ecosystem, name));
  const functions = functionsOf(ecosystem, affected);
  const call = calls?.find(({ steps }) => functions.some((one) => isCallOf(steps, one)));
  if (call !== undefined && (use !== undefined || ecosystem === 'crates')) {
    const what = call.steps.filter((step) => step !== '()').join('.');
    const at = { kind: 'file' as const, path: call.path, line: call.line, column: call.column, endLine: call.line, endColumn: call.column };
    return {
      kind: 'called',
      says: `${what} is called by the scanned code at ${call.path}:${call.line}`,
      at,
      step: `${what} is called here`,
    };
  }
  const isLooked = calls !== undefined && functions.length > 0;
  if (use !== undefined) {
    const at = use.location;
    const step = `${name} is imported here`;
    return isLooked
      ? { kind: 'not-called', says: 'imported, and none of the affected functions is called by the scanned code', at, step }
      : { kind: 'imported', says: `imported by the scanned code at ${at.path}:${at.line}`, at, step };
  }
  if (isLooked && direct && ecosystem === 'crates')
    return { kind: 'not-called', says: 'declared, and none of the affected functions is called by the scanned code' };
  if (direct && ecosystem !== 'crates') return { kind: 'not-imported', says: 'declared, and imported by no scanned file' };
  return { kind: 'indirect', says: 'brought along by another package' };
}

/** A function of a package; `isMethod`: of a type, whose objects may be anything here. */
type Named = { readonly root: string; readonly name: string; readonly isMethod: boolean };

/** The functions that an advisory names, of Go (https://go.dev/security/vuln/database) and Rust (https://github.com/rustsec/advisory-db). */
export function functionsOf(ecosystem: Dependency['ecosystem'], { ecosystem_specific: specific }: Affected): readonly Named[] {
  if (ecosystem === 'go')
    return (specific?.imports ?? []).flatMap(({ path = '', symbols = [] }) =>
      symbols.map((symbol) => ({ root: packageRoot(path), name: symbol.split('.').at(-1) ?? '', isMethod: symbol.includes('.') })),
    );
  if (ecosystem !== 'crates') return [];
  return (specific?.affects?.functions ?? []).map((path) => {
    const steps = path.split('::');
    return { root: steps[0] ?? '', name: steps.at(-1) ?? '', isMethod: /^[A-Z]/.test(steps.at(-2) ?? '') };
  });
}

/** A method counts on any object whose type is not known: to say too much costs a look, to say too little an attack. */
function isCallOf(steps: readonly string[], { root, name, isMethod }: Named): boolean {
  const last = steps.findLast((step) => step !== '()');
  if (last !== name) return false;
  return steps[0] === root || (isMethod && steps.length > 1);
}
