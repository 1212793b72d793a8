import { createGuards, type Guards } from '../../guard/index.ts';
import { readJsonc } from '../document/jsonc.ts';
import { readToml } from '../document/toml.ts';
import type { DocumentNode } from '../document/node.ts';
import type { NotScanned, ScanFinding, SourceText } from '../finding.ts';
import { Lines } from '../lines.ts';
import { AGENT_CHECKS, type AgentCheckId } from './checks.ts';
import { agentFile, type AgentFile } from './files.ts';
import type { Hit } from './hit.ts';
import { settingsHits } from './settings.ts';
import { pipedDownloads, unattendedAgents } from './shell.ts';

/** Looks through the files that agents read: rules, settings, tool servers, hooks. Other files give nothing. */
export type AgentScanner = {
  scan(file: SourceText): { readonly findings: readonly ScanFinding[]; readonly notScanned: readonly NotScanned[] };
};

/** A sentence that has the agent hide what it does from the person it works for. */
const CONCEALMENT =
  /\b(?:do not|don't|don’t|never|without)\s+(?:ever\s+)?(?:tell(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|let(?:ting)?)\s+(?:the\s+|your\s+|any\s+)?(?:users?|developers?|humans?|person|operators?|reviewers?)\s+(?:about|that|of|know|you)\b/gi;

export function createAgentScanner(): AgentScanner {
  let guards: Guards | undefined;
  return {
    scan(file) {
      const kind = agentFile(file.path);
      if (kind === undefined) return { findings: [], notScanned: [] };
      guards ??= hiddenTextGuards();
      const read = hitsOf(file, kind);
      const hidden = guards.scan(file.text, { point: 'content', origin: 'retrieved', part: 0 });
      const lines = new Lines(file.text);
      const unreadable = read === undefined ? [{ path: file.path, reason: 'agents: cannot be read as what its name says' }] : [];
      const failed = [
        ...hidden.failures.map(({ guard }) => `the detector ${guard} failed`),
        ...(hidden.unscanned === undefined ? [] : [hidden.unscanned]),
      ];
      return {
        findings: [...(read ?? []), ...hidden.findings.flatMap(({ location }) => hiddenHit(location))].map((hit) =>
          findingOf(hit, file.path, lines),
        ),
        notScanned: [...unreadable, ...failed.map((reason) => ({ path: file.path, reason: `agents: ${reason}` }))],
      };
    },
  };
}

function hiddenTextGuards(): Guards {
  const off = createGuards({ config: {}, canaries: [] })
    .describe()
    .filter(({ category }) => category !== 'hidden_text')
    .map(({ id }) => id);
  return createGuards({ config: { off }, canaries: [] });
}

/** Undefined when the file is not in the form that its name says. */
function hitsOf({ path, text }: SourceText, kind: AgentFile): Hit[] | undefined {
  if (kind === 'rules') return [...pipedDownloads(text, 0, false), ...concealments(text)];
  if (kind === 'script' || kind === 'yaml')
    return [...pipedDownloads(text, 0, true), ...unattendedAgents(text, 0), ...(kind === 'yaml' ? yesAlways(text) : [])];
  const root: DocumentNode | undefined = kind === 'toml' ? readToml(text) : readJsonc(text);
  if (root === undefined) return text.trim() === '' ? [] : undefined;
  return settingsHits(root, path);
}

function concealments(text: string): Hit[] {
  return [...text.matchAll(CONCEALMENT)].map((match) => ({
    check: 'agents.concealment',
    start: match.index,
    end: match.index + match[0].length,
    message: 'The instructions have the agent keep something from its user.',
    confidence: 0.75,
  }));
}

function yesAlways(text: string): Hit[] {
  return [...text.matchAll(/^yes-always:\s*true\b/gm)].map((match) => ({
    check: 'agents.automatic-approval',
    start: match.index,
    end: match.index + match[0].length,
    message: 'A setting lets the agent act without asking.',
  }));
}

function hiddenHit(location: ScanFinding['location']): Hit[] {
  if (location.kind !== 'text') return [];
  return [
    {
      check: 'agents.hidden-characters',
      start: location.start,
      end: location.end,
      message: 'The file holds text that a person does not see and a model reads.',
    },
  ];
}

const CATEGORY: Partial<Record<AgentCheckId, ScanFinding['category']>> = {
  'agents.hidden-characters': 'hidden_text',
  'agents.concealment': 'prompt_injection',
};

function findingOf(hit: Hit, path: string, lines: Lines): ScanFinding {
  const check = AGENT_CHECKS.find(({ id }) => id === hit.check);
  return {
    rule: hit.check,
    category: CATEGORY[hit.check] ?? 'vulnerable_code',
    type: check?.taxonomy.find((id) => id.startsWith('CWE-')) ?? 'agent_configuration',
    severity: hit.severity ?? check?.severity ?? 'medium',
    confidence: hit.confidence ?? 0.95,
    location: lines.location(path, hit.start, hit.end),
    message: hit.message,
    ...(check === undefined ? {} : { fix: check.fix, taxonomy: check.taxonomy }),
  };
}
