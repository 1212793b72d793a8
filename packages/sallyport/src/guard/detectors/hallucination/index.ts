import { judgePackage, type PackageVerdict } from '../../package_names/index.ts';
import type { Detector, FindingFacts, Scanner } from '../../detector.ts';
import { readCode, languageOf, type Language, type Section } from './code.ts';
import { readCommands } from './commands.ts';
import { MAX_LINE, MAX_MENTIONS, type Mention } from './mention.ts';

/** Packages in a reply that probably do not exist under that name: whoever registers them gets their code run (slopsquatting, typosquatting). */
export const detector: Detector = {
  id: 'hallucination',
  category: 'hallucination',
  points: { response: 'allow', tool_call: 'allow' },
  version: 1,
  describe: {
    finds: 'Packages in code and installation commands that are on no list and resemble a popular name, or look invented.',
    example: 'pip install reqeusts',
    passes: 'pip install requests',
    measured: {
      precision: 1,
      recall: 0.97,
      on: 'one-edit slips of the top 1,000 names, and 8,000 replies with real ones; in 247 unseen manifests 1 real name is flagged',
    },
  },
  stream: { form: 'whole' },
  setUp: () => SCANNER,
};

const SCANNER: Scanner = {
  scan({ plain }, _at, sink) {
    if (!mayName(plain.text)) return;
    const verdicts = new Map<string, PackageVerdict>();
    for (const { ecosystem, name, start, end, local } of mentionsOf(plain.text)) {
      const key = `${ecosystem} ${name}`;
      const verdict = verdicts.get(key) ?? judgePackage(ecosystem, name);
      verdicts.set(key, verdict);
      const facts = factsOf(verdict, local ? name.length : undefined, ecosystem);
      if (facts !== undefined) sink.add(plain, start, end, facts);
    }
  },
};

/** What every form of mention has in it: most replies have none. */
function mayName(text: string): boolean {
  return (
    text.includes('```') ||
    /\b(?:pip|npm|pnpm|yarn|bun|npx|uv|cargo|go|poetry|pipx|pdm) (?:\w+ )?(?:install|i|add|get|exec|run|dlx)\b|\b(?:npx|bunx|uvx) /.test(
      text,
    )
  );
}

/** Mentions in the order of the text: commands anywhere, imports and manifests in fenced code. */
function mentionsOf(text: string): Mention[] {
  const mentions: Mention[] = [];
  let fence: Language | undefined | null = null;
  let section: Section = 'none';
  for (let start = 0; start <= text.length && mentions.length < MAX_MENTIONS;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, Math.min(end, start + MAX_LINE));
    const lineStart = start;
    const found = (ecosystem: Mention['ecosystem'], name: string, at: number, local = false): void => {
      if (mentions.length < MAX_MENTIONS)
        mentions.push({ ecosystem, name, start: lineStart + at, end: lineStart + at + name.length, local });
    };
    const mark = /^\s{0,12}```(.*)$/.exec(line);
    if (mark === null) {
      readCommands(line, found);
      if (fence !== null && fence !== undefined) section = readCode(fence, line, section, found);
    } else {
      fence = fence === null ? languageOf(mark[1] ?? '') : null;
      section = 'none';
    }
    start = end + 1;
  }
  return mentions;
}

/** A module of the program itself may have any name; shorter ones are one edit from something by chance. */
const MIN_LOCAL = 5;

/** How sure a kind of likeness is that the name is wrong: an edit is mostly a slip, an affix or a generic tail mostly a guess. */
const CONFIDENCE: Readonly<Record<string, number>> = { edit: 0.8, separator: 0.7, affix: 0.5, tail: 0.4 };

function factsOf({ verdict, like, how }: PackageVerdict, local: number | undefined, ecosystem: string): FindingFacts | undefined {
  if (verdict === 'known' || verdict === 'unknown' || like === undefined || how === undefined) return undefined;
  if (local !== undefined && (how !== 'edit' || local < MIN_LOCAL)) return undefined;
  return {
    rule: `hallucination.${verdict.replace('_', '-')}`,
    category: 'hallucination',
    type: `PACKAGE_${verdict.toUpperCase()}`,
    severity: verdict === 'near_twin' ? 'medium' : 'low',
    confidence: local === undefined ? (CONFIDENCE[how] ?? 0.5) : 0.6,
    evidence: `on no list of ${ecosystem}; ${how === 'edit' ? 'one edit from' : how in CONFIDENCE ? `by its ${how} like` : `a name of ${how}:`} ${like}`,
    fix: 'Look the package up in its registry before installing it.',
    taxonomy: ['LLM09:2025', 'LLM03:2025', 'CWE-1357'],
  };
}
