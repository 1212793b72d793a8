import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { displayWidth } from '../../kernel/index.ts';
import { AGENT_CHECKS } from '../agents/index.ts';
import type { Reported, ScanResult } from '../result.ts';
import { draw } from './index.ts';
import { MAX_GZIP_BYTES, MAX_RESULTS } from './sarif.ts';

const EVIL = '</pre><script>alert(1)</script>\u001b[2J\u202e"\'&[x](http://evil)\ud800';

function finding(number: number, more: Partial<Reported> = {}): Reported {
  return {
    rule: `python.rule-${number % 7}`,
    category: 'vulnerable_code',
    type: 'CWE-78',
    severity: (['critical', 'high', 'medium', 'low', 'info'] as const)[number % 5]!,
    confidence: 0.9,
    taxonomy: ['CWE-78', 'LLM05:2025'],
    location: { kind: 'file', path: `src/${EVIL}/a b.py`, line: 3, column: 5, endLine: 3, endColumn: 9 },
    message: `Text from outside is run ${EVIL}.`,
    fix: 'Do not run it.',
    fingerprint: number.toString(16).padStart(16, '0'),
    frame: [
      { number: 2, text: `\tx = ${EVIL}` },
      { number: 3, text: `    eval(${EVIL})`, mark: { start: 4, end: 8 } },
    ],
    trace: [
      { path: 'src/a.py', line: 1, column: 1, what: `read here ${EVIL}` },
      { path: 'src/b.py', line: 3, column: 5, what: 'run here' },
    ],
    autofix: { start: 10, end: 14, text: 'literal_eval' },
    ...more,
  };
}

function result(findings: readonly Reported[]): ScanResult {
  const mark = { path: `a${EVIL}.py`, line: 4, by: 'sallyport-ignore', rules: ['x'], reason: '' } as const;
  return {
    findings,
    suppressed: [finding(3, { suppressed: { ...mark, reason: `known ${EVIL}` } })],
    known: 2,
    notScanned: [{ path: `b${EVIL}.bin`, reason: 'binary' }],
    leftOut: ['node_modules'],
    unusedSuppressions: [mark],
    suppressionsWithoutReason: [mark],
    ran: ['secrets'],
    files: 3,
    characters: 300,
    milliseconds: 1234,
    checks: AGENT_CHECKS,
  };
}

const options = { version: '1.2.3', width: 80, colour: false };
// oxlint-disable-next-line no-control-regex -- control characters are what must not be there
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

type Sarif = {
  runs: {
    tool: { driver: { rules: { id: string; properties: { tags: string[]; 'security-severity': string } }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      partialFingerprints: Record<string, string>;
      suppressions?: { kind: string; justification: string }[];
      locations: { physicalLocation: { artifactLocation: { uri: string } } }[];
      codeFlows?: { threadFlows: { locations: unknown[] }[] }[];
    }[];
    invocations: { toolExecutionNotifications: { message: { text: string } }[] }[];
  }[];
};
const sarif = (one: ScanResult): Sarif => JSON.parse(draw(one, 'sarif', options)) as Sarif;

/** The schema of OASIS for SARIF 2.1.0, as the package of Microsoft's SDK has it. */
const schemaFile = createRequire(import.meta.url)
  .resolve('@microsoft/jest-sarif')
  .replace(/index\.js$/, 'schemas/sarif-2.1.0-rtm.5.json');
// Its keywords mean the same in the newer drafts that the validator knows; only the draft's own name is taken off.
const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as Record<string, unknown>;
delete schema['$schema'];
delete schema['id'];
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);

suite('SARIF', () => {
  const many = result(Array.from({ length: 30 }, (_, at) => finding(at)));

  test('is valid by the schema of the standard', () => {
    assert.ok(validate(sarif(many)), JSON.stringify(validate.errors?.slice(0, 3)));
    assert.ok(validate(sarif(result([]))));
    assert.ok(!validate({ ...sarif(many), runs: [{}] }));
  });

  test('rules are found by index, have a CWE tag and a severity', () => {
    const [run] = sarif(many).runs;
    for (const { ruleId, ruleIndex } of run!.results) assert.equal(run!.tool.driver.rules[ruleIndex]?.id, ruleId);
    for (const { properties } of run!.tool.driver.rules) {
      assert.ok(properties.tags.includes('external/cwe/cwe-078') && properties.tags.includes('security') && properties.tags.length <= 20);
      assert.ok(Number(properties['security-severity']) > 0);
    }
  });

  test('paths are encoded, findings have fingerprints, flows and suppressions', () => {
    const { results } = sarif(many).runs[0]!;
    assert.match(results[0]!.locations[0]!.physicalLocation.artifactLocation.uri, /^[\w/%.()!'*~-]+$/);
    assert.equal(new Set(results.map((one) => one.partialFingerprints['primaryLocationLineHash'])).size, 30);
    assert.equal(results[0]!.codeFlows?.[0]?.threadFlows[0]?.locations.length, 2);
    assert.deepEqual(
      results.at(-1)!.suppressions?.map(({ kind }) => kind),
      ['inSource'],
    );
  });

  test('stays inside of the limits of GitHub and says what did not fit', () => {
    const text = draw(result(Array.from({ length: MAX_RESULTS + 10 }, (_, at) => finding(at, { trace: [], frame: [] }))), 'sarif', options);
    const { results, invocations } = (JSON.parse(text) as Sarif).runs[0]!;
    assert.ok(results.length <= MAX_RESULTS);
    assert.ok(gzipSync(text).length <= MAX_GZIP_BYTES);
    assert.match(invocations[0]!.toolExecutionNotifications[0]!.message.text, /^\d+ further findings/);
    const long = sarif(
      result([finding(1, { trace: Array.from({ length: 5_000 }, () => ({ path: 'a', line: 1, column: 1, what: 'x' })) })]),
    );
    assert.equal(long.runs[0]!.results[0]!.codeFlows?.[0]?.threadFlows[0]?.locations.length, 1_000);
  });
});

suite('every form', () => {
  const one = result([finding(0)]);
  for (const format of ['table', 'json', 'sarif', 'html'] as const) {
    test(`${format}: nothing of a scanned file acts`, () => {
      const text = draw(one, format, options);
      assert.doesNotMatch(text, CONTROL);
      assert.ok(text.isWellFormed() || format === 'json' || format === 'table');
    });
  }

  test('JSON has everything', () => {
    const json = JSON.parse(draw(one, 'json', options)) as { findings: Reported[]; notScanned: unknown[]; tool: { version: string } };
    assert.equal(json.findings[0]?.message, one.findings[0]?.message);
    assert.equal(json.notScanned.length, 1);
    assert.equal(json.tool.version, '1.2.3');
  });

  test('HTML holds no element of the scanned text and loads nothing', () => {
    const html = draw(one, 'html', options);
    assert.doesNotMatch(html, /<script|<img|<link|javascript:|src=|href=/i);
    assert.match(html, /&lt;script&gt;/);
    assert.match(html, /Content-Security-Policy/);
  });

  for (const width of [80, 120]) {
    test(`the table fits into ${width} columns`, () => {
      const long = finding(1, {
        message: 'word '.repeat(60),
        frame: [{ number: 9, text: 'x'.repeat(160), mark: { start: 10, end: 150 }, cut: true }],
      });
      const lines = draw(result([long]), 'table', { ...options, width }).split('\n');
      for (const line of lines.filter((line) => !line.includes('src/'))) assert.ok(displayWidth(line) <= width, line);
    });
  }

  test('the marks stand under the text', () => {
    const frame = [{ number: 7, text: '\tkey = bad(x)', mark: { start: 7, end: 10 } }];
    const lines = draw(result([finding(1, { frame })]), 'table', options).split('\n');
    const at = lines.findIndex((line) => line.includes('^^^'));
    assert.equal(lines[at - 1]!.slice(lines[at]!.indexOf('^'), lines[at]!.length), 'bad');
  });
});

test('files not scanned for one reason are one row of the table, counted by kind', () => {
  const binaries = ['a.bin', 'b.bin', 'c.pdf', 'd.bin', 'e'].map((path) => ({ path, reason: 'binary' }));
  const drawn = draw({ ...result([]), notScanned: [...binaries, { path: 'f.py', reason: 'too long' }] }, 'table', options);
  assert.match(drawn, /not scanned \(6\):\n {2}5 files: binary \(\.bin 3, \.pdf 1, no extension 1\)\n {2}f\.py: too long\n/);
});
