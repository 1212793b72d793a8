import { visible } from '../../kernel/index.ts';
import {
  Lines,
  report,
  scanTexts,
  AGENT_CHECKS,
  SECRET_CHECK,
  type NotScanned,
  type ScanFinding,
  type ScanResult,
  type SourceText,
} from '../../scan/index.ts';
import {
  DEFINITION_CHECKS,
  judgeReach,
  readDefinitions,
  scanDefinitions,
  type Combination,
  type RawDefinitions,
  type ServerDefinitions,
} from '../definitions/index.ts';
import type { ConfiguredServer } from './configuration.ts';

/** A server of a configuration, with what it says about itself when it was asked. */
export type ListedServer = ConfiguredServer & {
  readonly raw: RawDefinitions | undefined;
  /** Why it was not asked, or did not answer. */ readonly reason?: string;
};

export type McpScan = { readonly result: ScanResult; readonly combinations: readonly (Combination & { readonly path: string })[] };

/** Tools of one leg that are named in a message. */
const NAMED_TOOLS = 4;

/** What is wrong with configurations and with the definitions of their servers. Pure but for its clock. */
export async function scanServers(
  files: readonly SourceText[],
  servers: readonly ListedServer[],
  unreadable: readonly NotScanned[],
): Promise<McpScan> {
  const began = performance.now();
  const scanned = await scanTexts(files, { code: undefined }, { kinds: ['secrets', 'agents'] });
  const byPath = new Map(files.map(({ path, text }) => [path, text]));
  const findings: ScanFinding[] = [...scanned.findings];
  const notScanned: NotScanned[] = [...unreadable, ...scanned.notScanned];
  const combinations: (Combination & { path: string })[] = [];
  for (const { path, text } of files) {
    const here = servers.filter((server) => server.path === path);
    const lines = new Lines(text);
    const listed = here.flatMap((server) => {
      if (server.raw === undefined) {
        notScanned.push({ path, reason: `the server ${visible(server.name)}: ${server.reason ?? 'not asked'}` });
        return [];
      }
      const { definitions, problems } = readDefinitions(server.raw);
      for (const { kind, name, reason } of problems)
        notScanned.push({ path, reason: `the server ${visible(server.name)}, ${kind} ${visible(name)}: ${reason}` });
      return [{ server, definitions }];
    });
    for (const { server, definitions } of listed) findings.push(...findingsOf(server, definitions, listed, lines));
    const reach = judgeReach(
      listed.flatMap(({ server, definitions }) => definitions.tools.map((definition) => ({ server: server.name, definition }))),
    );
    for (const combination of reach.combinations) {
      combinations.push({ ...combination, path });
      findings.push(toxicFinding(combination, path, listed[0]?.server, lines));
    }
  }
  return {
    result: {
      findings: report(findings, (path) => byPath.get(path)),
      suppressed: [],
      known: 0,
      notScanned,
      leftOut: [],
      unusedSuppressions: [],
      suppressionsWithoutReason: [],
      ran: [...scanned.ran, 'definitions'],
      files: files.length,
      characters: files.reduce((sum, { text }) => sum + text.length, 0),
      milliseconds: Math.round(performance.now() - began),
      checks: [SECRET_CHECK, ...AGENT_CHECKS, ...DEFINITION_CHECKS],
    },
    combinations,
  };
}

type Listed = { readonly server: ListedServer; readonly definitions: ServerDefinitions };

function findingsOf(server: ListedServer, definitions: ServerDefinitions, all: readonly Listed[], lines: Lines): ScanFinding[] {
  const otherServers = all.flatMap((other) =>
    other.server === server ? [] : [{ server: other.server.name, tools: other.definitions.tools }],
  );
  return scanDefinitions(definitions, { server: server.name, otherServers }).map(({ kind, name, path, message, ...finding }) => ({
    ...finding,
    location: lines.location(server.path, server.start, server.end),
    message: `${kind === 'instructions' ? `Instructions of ${visible(server.name)}` : `${kind} ${visible(name)} of ${visible(server.name)}`}, ${visible(path === '' ? '/' : path)}: ${message}`,
  }));
}

const SAYS: Readonly<Record<Combination['kind'], string>> = {
  exfiltration: 'What somebody else wrote can have private data sent out',
  sabotage: 'What somebody else wrote can have things destroyed',
};

function toxicFinding({ kind, by }: Combination, path: string, first: ListedServer | undefined, lines: Lines): ScanFinding {
  const legs = Object.entries(by).map(
    ([leg, tools]) =>
      `${leg}: ${tools.slice(0, NAMED_TOOLS).map(visible).join(', ')}${tools.length > NAMED_TOOLS ? ` and ${tools.length - NAMED_TOOLS} more` : ''}`,
  );
  const check = DEFINITION_CHECKS.find(({ id }) => id === 'mcp.toxic-combination');
  return {
    rule: 'mcp.toxic-combination',
    category: 'information_flow',
    type: kind.toUpperCase(),
    severity: kind === 'exfiltration' ? 'medium' : 'low',
    confidence: 0.7,
    location: lines.location(path, first?.start ?? 0, first?.end ?? 0),
    message: `${SAYS[kind]} (${legs.join('; ')}).`,
    ...(check === undefined ? {} : { fix: check.fix, taxonomy: check.taxonomy }),
  };
}
