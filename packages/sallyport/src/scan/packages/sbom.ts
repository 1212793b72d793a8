import type { JsonObject } from '../../kernel/index.ts';
import { compare } from '../finding.ts';
import { canonicalName, purlOf, type Dependency } from './dependency.ts';

export type SbomOptions = { readonly version: string; readonly name: string; readonly serial: string; readonly now: string };

/**
 * A bill of materials, CycloneDX 1.6 (ECMA-424): every package with its version where a lock file or an exact range says it, and where it is named.
 * A range without a version is left out when a lock file has the package. `serial` is a UUID, `now` a time in ISO 8601.
 */
export function sbomOf(dependencies: readonly Dependency[], { version, name, serial, now }: SbomOptions): string {
  const groups = new Map<string, Dependency[]>();
  for (const one of dependencies) groups.set(purlOf(one), [...(groups.get(purlOf(one)) ?? []), one]);
  const versioned = new Set(dependencies.filter((one) => one.version !== undefined).map((one) => purlOf({ ...one, version: undefined })));
  const shown = [...groups]
    .filter(([purl, [first]]) => first?.version !== undefined || !versioned.has(purl))
    .sort(([a], [b]) => compare(a, b));
  const directNames = new Set(dependencies.filter(({ direct }) => direct).map((one) => purlOf({ ...one, version: undefined })));
  const sbom: JsonObject = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${serial}`,
    version: 1,
    metadata: {
      timestamp: now,
      tools: { components: [{ type: 'application', name: 'sallyport', version }] },
      component: { type: 'application', name, 'bom-ref': 'project' },
    },
    components: shown.map(([purl, found]) => componentOf(purl, found)),
    dependencies: [
      {
        ref: 'project',
        dependsOn: shown.flatMap(([purl, [first]]) =>
          first !== undefined && directNames.has(purlOf({ ...first, version: undefined })) ? [purl] : [],
        ),
      },
    ],
  };
  return `${JSON.stringify(sbom, undefined, 2)}\n`;
}

function componentOf(purl: string, found: readonly Dependency[]): JsonObject {
  const { ecosystem, name, version } = found[0] ?? { ecosystem: 'npm', name: '', version: undefined };
  const places = [...new Set(found.map(({ location }) => `${location.path}#${location.line}`))].slice(0, 10);
  return {
    type: 'library',
    'bom-ref': purl,
    name: canonicalName(ecosystem, name).toWellFormed(),
    ...(version === undefined ? {} : { version: version.toWellFormed() }),
    purl,
    evidence: { occurrences: places.map((location) => ({ location: location.toWellFormed() })) },
  };
}
