import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ApiClient, Json, JsonObject, Route } from '../kernel/index.ts';
import { billOfMaterials, installedComponents, type Component } from './components.ts';
import type { Config } from './config.ts';
import { attempt, type Check } from './doctor_check.ts';
import { checkSwitches } from './doctor_config.ts';
import { checkClock, checkDataFolder, checkDisk, checkKeyFolder, checkNode } from './doctor_machine.ts';
import { checkServer } from './doctor_server.ts';
import { VERSION } from './version.ts';

export type SettingsDeps = {
  readonly dataDir: string;
  readonly clock: () => number;
  readonly config: () => Config;
  /** The control API in this process, as the operator. */
  readonly api: () => ApiClient;
};

/** How this installation is set up and how it is: what `sallyport doctor` sees from inside, and what the program is made of. */
export function settingsRoutes(deps: SettingsDeps): Route[] {
  let components: readonly Component[] | undefined;
  const parts = (): readonly Component[] => (components ??= installedComponents());
  return [
    {
      method: 'GET',
      path: '/api/settings',
      summary: 'How this installation is set up, and the checks of `sallyport doctor`, as far as the server can make them.',
      authority: { permission: 'health:read' },
      async handler() {
        const config = deps.config();
        return {
          json: {
            health: (await health(deps)) as unknown as Json,
            storage: { kind: config.store === undefined ? 'embedded' : 'postgresql', folder: deps.dataDir, keys: `${deps.dataDir}.keys` },
            content: config.content ?? 'findings',
            witness: config.audit?.witness?.kind ?? null,
            tls: tlsOf(config),
            publicUrl: config.publicUrl ?? null,
            telemetry: { traces: config.telemetry?.traces !== undefined, metrics: config.telemetry?.metrics ?? false },
          },
        };
      },
    },
    {
      method: 'GET',
      path: '/api/about',
      summary: 'The version of the program, of what it runs on, and the packages that it is made of with their licences.',
      authority: { permission: 'health:read' },
      handler: () => ({
        json: { version: VERSION, license: 'Apache-2.0', node: process.versions.node, components: parts() as unknown as Json },
      }),
    },
    {
      method: 'GET',
      path: '/api/about/sbom',
      summary: 'The bill of materials of the program, CycloneDX 1.6.',
      authority: { permission: 'health:read' },
      handler: () => ({ json: billOfMaterials(parts(), deps.clock()) }),
    },
  ];
}

async function health({ dataDir, clock, config, api }: SettingsDeps): Promise<readonly Check[]> {
  return [
    checkNode(process.versions.node),
    await attempt('data folder', () => checkDataFolder(dataDir)),
    await attempt('key folder', () => checkKeyFolder(`${dataDir}.keys`, dataDir)),
    await attempt('disk', () => checkDisk(dataDir)),
    await attempt('clock', () => checkClock(clock(), dataDir)),
    ...checkSwitches(config()),
    ...(await checkServer(api())),
  ];
}

/** Whose certificate it is and until when; null without TLS. */
function tlsOf({ tls }: Config): JsonObject | null {
  if (tls === undefined) return null;
  try {
    const { subject, issuer, validToDate } = new X509Certificate(readFileSync(tls.cert));
    return { subject, issuer, until: validToDate.getTime() };
  } catch {
    return { subject: 'The file cannot be read.', issuer: '', until: null };
  }
}
