import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { VERSION } from './version.ts';

/** A package that this program runs with. */
export type Component = { readonly name: string; readonly version: string; readonly license: string };

/** Far above what is installed; a folder that somebody filled must not keep the program busy. */
const MAX_PACKAGES = 5_000;

/** Every package that is installed for this program, found from its own manifest on. Sorted by name. */
export function installedComponents(root: string = packageRoot(import.meta.dirname)): readonly Component[] {
  const found = new Map<string, Component>();
  const waiting = [root];
  const seen = new Set<string>();
  for (let folder = waiting.pop(); folder !== undefined && seen.size < MAX_PACKAGES; folder = waiting.pop()) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    const manifest = readManifest(folder);
    if (folder !== root) {
      const { name, version, license } = manifest;
      if (typeof name === 'string' && typeof version === 'string')
        found.set(`${name}@${version}`, { name, version, license: typeof license === 'string' ? license : 'unknown' });
    }
    for (const list of ['dependencies', 'optionalDependencies']) {
      const wanted = manifest[list];
      if (!isObject(wanted)) continue;
      for (const name of Object.keys(wanted)) {
        const place = placeOf(name, folder);
        if (place !== undefined) waiting.push(place);
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A bill of materials, CycloneDX 1.6 (ECMA-424). `now` in milliseconds since 1970. */
export function billOfMaterials(components: readonly Component[], now: number): JsonObject {
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: {
      timestamp: new Date(now).toISOString(),
      component: {
        type: 'application',
        name: 'sallyport',
        version: VERSION,
        'bom-ref': 'sallyport',
        licenses: [{ license: { id: 'Apache-2.0' } }],
      },
    },
    components: components.map(({ name, version, license }) => ({
      type: 'library',
      name,
      version,
      'bom-ref': `pkg:npm/${name}@${version}`,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      // What is no identifier of SPDX (`SEE LICENSE IN ...`) is a name or an expression.
      licenses: [/^[\w.+-]+$/.test(license) ? { license: { id: license } } : { expression: license }],
    })),
  };
}

/** The folder of the package that a module belongs to, from `src` and from `dist` alike. */
function packageRoot(from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'package.json')) && readManifest(folder)['name'] === 'sallyport') return folder;
  return from;
}

/** Node's own way (https://nodejs.org/api/modules.html#loading-from-node_modules-folders): the nearest `node_modules` upwards that has it. */
function placeOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (folder === dirname(folder)) return undefined;
  }
}

function readManifest(folder: string): JsonObject {
  try {
    const read = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Json;
    return isObject(read) ? read : {};
  } catch {
    return {};
  }
}
