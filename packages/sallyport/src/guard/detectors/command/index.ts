import type { Severity } from '../../../kernel/index.ts';
import type { Detector, Scanner } from '../../detector.ts';
import { ownCases } from '../measured.ts';

/** SQL and shell in the arguments of a tool that do more than the argument was for (CWE-89, CWE-78): what an injected model asks tools to run. */
export const detector: Detector = {
  id: 'command',
  category: 'active_content',
  points: { tool_call: 'deny' },
  version: 1,
  describe: {
    finds:
      'In arguments of tool calls: stacked and destructive SQL statements, conditions that are always true, UNION SELECT, commented-out rests; command substitution, downloads piped into a shell, reverse shells, destructive commands.',
    example: '{"id": "1 OR 1=1; DROP TABLE users; --"}',
    passes: '{"query": "SELECT name FROM users WHERE id = 7"}',
    measured: ownCases(13, 11),
  },
  stream: { form: 'whole' },
  setUp: () => SCANNER,
};

type Rule = {
  readonly id: string;
  /** Lower-case texts of which one must stand there. */
  readonly signs: readonly string[];
  readonly pattern: RegExp;
  readonly severity: Severity;
  readonly confidence: number;
  readonly cwe: 'CWE-89' | 'CWE-78';
};

const sql = (id: string, signs: readonly string[], pattern: RegExp, severity: Severity, confidence: number): Rule => ({
  id: `sql-${id}`,
  signs,
  pattern,
  severity,
  confidence,
  cwe: 'CWE-89',
});
const shell = (id: string, signs: readonly string[], pattern: RegExp, severity: Severity, confidence: number): Rule => ({
  id: `shell-${id}`,
  signs,
  pattern,
  severity,
  confidence,
  cwe: 'CWE-78',
});

/** Blanks of SQL: also comments, by which filters are passed. */
const RULES: readonly Rule[] = [
  sql(
    'stacked',
    [';'],
    /;(?:\s|\\n|\/\*[^*]{0,40}\*\/){0,20}(?:drop\s{1,4}(?:table|database|schema|view|user|role|index)|truncate\s{1,4}(?:table\s{1,4})?[\w.]{1,60}\s{0,4}[;"]|alter\s{1,4}(?:table|user|role|database|system)|delete\s{1,4}from|insert\s{1,4}into|update\s{1,4}[\w."`]{1,60}\s{1,4}set|create\s{1,4}(?:or\s{1,4}replace\s{1,4})?(?:table|user|role|view|function|procedure|trigger|database|extension)|grant\s{1,4}\w{1,20}\s{1,4}(?:on|to)|exec(?:ute)?\s{1,4}(?:immediate|xp_|sp_|master)|copy\s{1,4}[\w.]{1,60}\s{1,4}(?:to|from))[^;"]{0,200}/gi,
    'high',
    0.85,
  ),
  sql(
    'destructive',
    ['drop', 'truncate', 'delete'],
    /\b(?:drop\s{1,4}(?:table|database|schema|view|user|role|index)\b|truncate\s{1,4}table\b|delete\s{1,4}from\s{1,4}[\w."`]{1,60}\s{0,4}(?:;|"|$|\bwhere\s{1,4}(?:1\s{0,2}=\s{0,2}1|true)))[^;"]{0,120}/gi,
    'high',
    0.7,
  ),
  sql(
    'tautology',
    ['or ', '||', 'or(', "or'", 'or/'],
    /(?:['")\d]|\\")(?:\s|\/\*[^*]{0,40}\*\/){0,6}(?:or|\|\|)(?:\s|\/\*[^*]{0,40}\*\/|\(){0,6}(?:(['"]?)(\w{1,20})\1\s{0,4}(?:=|like|>=|<=)\s{0,4}(['"]?)\2\3?(?![\w.])|true\b|not\s{1,4}false)/gi,
    'high',
    0.9,
  ),
  sql(
    'union',
    ['union'],
    /\bunion(?:\s|\/\*[^*]{0,40}\*\/|\+){1,10}(?:all(?:\s|\/\*[^*]{0,40}\*\/|\+){1,10}|distinct\s{1,4})?\(?\s{0,4}select\b[^;"]{0,200}/gi,
    'medium',
    0.6,
  ),
  sql('comment', ['--', '#', '/*'], /(?:['"]|\\")\s{0,6}(?:\)|;){0,3}\s{0,6}(?:--(?=\s|["']|$)|#(?=\s{0,4}["']|$)|\/\*)/g, 'medium', 0.6),
  sql(
    'timing',
    ['sleep', 'waitfor', 'benchmark', 'xp_cmdshell', 'outfile', 'load_file'],
    /\b(?:(?:pg_)?sleep\s{0,2}\(\s{0,2}\d|waitfor\s{1,4}delay\b|benchmark\s{0,2}\(\s{0,2}\d{4,}|xp_cmdshell\b|into\s{1,4}(?:out|dump)file\b|load_file\s{0,2}\()[^"]{0,80}/gi,
    'high',
    0.8,
  ),
  shell(
    'substitution',
    ['$(', '`'],
    /\$\((?!\()\s{0,4}[a-z/.][^()]{1,200}\)|(?<!`)`[a-z/.][\w./-]{0,40}\s[^`\n]{1,200}`(?!`)/gi,
    'medium',
    0.6,
  ),
  shell(
    'pipe',
    ['curl', 'wget', 'fetch', 'base64', 'iwr', 'irm'],
    /\b(?:curl|wget|fetch|base64\s{1,4}(?:-d|--decode)|iwr|irm|invoke-webrequest)\b[^|"\n]{0,300}\|\s{0,4}(?:sudo\s{1,4})?(?:\/(?:usr\/)?bin\/)?(?:ba|z|da|k)?(?:sh|python3?|perl|ruby|node|php|iex|invoke-expression)\b/gi,
    'critical',
    0.9,
  ),
  shell(
    'destructive',
    ['rm ', 'mkfs', 'dd ', ':()', 'shred', 'chmod', 'format ', 'del ', '> /dev/'],
    /\brm\s{1,4}(?:-[a-z]{1,8}\s{1,4}|--[a-z-]{1,30}\s{1,4}){0,4}-(?:[a-z]{0,6}r[a-z]{0,6}f|[a-z]{0,6}f[a-z]{0,6}r|-recursive)[a-z]{0,6}\s{1,4}[^\s"';|&]{1,200}|\bmkfs(?:\.\w{2,8})?\s{1,4}\/dev|\bdd\s{1,4}[^"\n]{0,80}of=\/dev\/|:\(\)\s{0,4}\{\s{0,4}:\|:&|\bshred\s{1,4}-|\bchmod\s{1,4}-R\s{1,4}777\s{1,4}\/|>\s{0,4}\/dev\/(?:sd|nvme|hd)[a-z0-9]/gi,
    'critical',
    0.85,
  ),
  shell(
    'reverse',
    ['/dev/tcp', 'nc ', 'ncat', 'socat', 'mkfifo', 'socket'],
    /\/dev\/(?:tcp|udp)\/[\w.-]{1,80}\/\d{1,5}|\b(?:nc|ncat|netcat)\s[^"\n|;]{0,80}-[a-z]{0,4}[ec]\s{1,4}(?:\/bin\/)?\w{0,3}sh\b|\bsocat\b[^"\n]{0,120}exec:|\bmkfifo\b[^"\n]{0,120}\|\s{0,4}nc\b|socket\.socket\([^"]{0,200}(?:subprocess|dup2|pty\.spawn)/gi,
    'critical',
    0.95,
  ),
  shell(
    'chained',
    [';', '&&', '|'],
    /(?:;|&&|\|\|?)\s{0,4}(?:sudo\s{1,4})?(?:cat\s{1,4}(?:\/etc\/(?:passwd|shadow)|~?\/?[\w./-]{0,80}\.(?:ssh|aws|env|netrc|kube))|(?:curl|wget)\s[^"\n]{0,200}(?:-d|--data|-T|-F|--upload-file|--post-file)|nc\s{1,4}-|chmod\s{1,4}\+x|crontab\b|useradd\b|whoami\b|id(?=\s|"|;|$)|uname\s{1,4}-a)/gi,
    'high',
    0.75,
  ),
];

const SCANNER: Scanner = {
  scan({ plain, decoded }, _at, sink) {
    for (const view of decoded === undefined ? [plain] : [plain, decoded]) {
      const { text } = view;
      const lower = text.toLowerCase();
      for (const { id, signs, pattern, severity, confidence, cwe } of RULES) {
        if (!signs.some((sign) => lower.includes(sign))) continue;
        for (const match of text.matchAll(pattern)) {
          sink.add(view, match.index, match.index + match[0].length, {
            rule: `command.${id}`,
            category: 'active_content',
            type: id.replaceAll('-', '_').toUpperCase(),
            severity,
            confidence,
            evidence: view.name === 'plain' ? 'in the arguments' : `inside ${view.name}`,
            fix: 'Pass values as parameters, and let the tool accept only the statements or commands it is for.',
            taxonomy: [cwe, 'LLM05:2025', 'LLM06:2025'],
          });
        }
      }
    }
  },
};
