import { createGuards } from '../../packages/sallyport/src/guard/index.ts';
import type { SecretFormat } from '../../packages/sallyport/src/guard/detectors/secrets/format.ts';
import { FORMATS } from '../../packages/sallyport/src/guard/detectors/secrets/index.ts';
import { letters, madeUp, seeded, type Random } from '../../packages/sallyport/src/guard/detectors/secrets/made_up.ts';
import { CONTEXTS, HARMLESS, pick, uuid } from './secret_cases.ts';
import type { EvalRow, EvalTable } from './table.ts';

/** Credentials of every format in twenty-five kinds of text, credentials without a form known by their names, and what only looks like one. */
export const secrets: EvalTable = { title: 'secrets', run: async () => Promise.resolve(rows()) };

const GUARDS = createGuards({ config: {}, canaries: [], hash: () => 'h' });
const PER_FORMAT = 3;
const PER_FAMILY = 200;
/** Cases were looked at with other seeds while the rules were written. */
const SEED = Number(process.env['EVAL_SEED'] ?? 7_001);

type Tally = { right: number; all: number; readonly wrong: string[] };

function rows(): EvalRow[] {
  const known = knownFormats(seeded(SEED));
  const named = unknownFormats(seeded(SEED + 1));
  const samples = sampleValues(seeded(SEED + 2));
  const harmless = tallyAll(Object.entries(HARMLESS).map(([family, make]) => falseFamily(family, make, seeded(SEED + 3))));
  const all = tallyAll([samples, harmless]);
  if (process.env['EVAL_SHOW'] !== undefined) process.stdout.write([...known.wrong, ...named.wrong, ...all.wrong].join('\n') + '\n');
  const hit = tallyAll([known, named]);
  return [
    { what: 'formats', bar: '>= 200', figure: String(FORMATS.length), held: FORMATS.length >= 200 },
    share('hit: of known form, in context', '>= 95 %', known, (of) => of >= 0.95),
    share('hit: of no known form, by name', '>= 95 %', named, (of) => of >= 0.95),
    share('hit: all', '>= 95 %', hit, (of) => of >= 0.95),
    share('false: samples of every format', '<= 3 %', samples, (of) => of <= 0.03),
    share('false: hashes, references, ids, code', '<= 3 %', harmless, (of) => of <= 0.03),
  ];
}

function share(what: string, bar: string, { right, all }: Tally, held: (of: number) => boolean): EvalRow {
  return { what, bar, figure: `${((100 * right) / all).toFixed(1)} % of ${all}`, held: held(right / all) };
}

function tallyAll(of: readonly Tally[]): Tally {
  return {
    right: of.reduce((sum, { right }) => sum + right, 0),
    all: of.reduce((sum, { all }) => sum + all, 0),
    wrong: of.flatMap(({ wrong }) => wrong),
  };
}

/** Whether a finding of a secret covers at least four fifths of the value. */
function found(text: string, value: string): boolean {
  const at = text.indexOf(value);
  return scan(text).some(({ start, end }) => Math.min(end, at + value.length) - Math.max(start, at) >= value.length * 0.8);
}

function scan(text: string): { start: number; end: number; rule: string }[] {
  const { findings } = GUARDS.scan(text, { point: 'content', origin: 'retrieved', part: 0 });
  return findings.flatMap(({ category, location, rule }) =>
    category === 'secret' && location.kind === 'text' ? [{ start: location.start, end: location.end, rule }] : [],
  );
}

const NAMES = ['API_KEY', 'SERVICE_TOKEN', 'CLIENT_SECRET', 'ACCESS_KEY', 'AUTH_TOKEN', 'SECRET_KEY'];

function knownFormats(random: Random): Tally {
  const tally: Tally = { right: 0, all: 0, wrong: [] };
  for (const format of FORMATS) {
    for (let k = 0; k < PER_FORMAT; k++) {
      const value = madeUp(format, random);
      const [kind, context] = pick(random, Object.entries(CONTEXTS));
      const text = context(nameFor(format, random), value);
      count(tally, found(text, value), `missed ${format.id} in ${kind}: ${text}`);
    }
  }
  return tally;
}

/** A format that only words explain stands where they do. */
function nameFor(format: SecretFormat, random: Random): string {
  const by = format.near?.[0]?.replace(/[^a-z0-9]+/gi, '_').toUpperCase();
  const name = pick(random, NAMES);
  return by === undefined ? name : `${by}_${name}`;
}

/** Values without a form of their own: hexadecimal, base62, base64, UUIDs, and passwords that people make. */
function unknownFormats(random: Random): Tally {
  const tally: Tally = { right: 0, all: 0, wrong: [] };
  const signs = '!#%*-_=+';
  const values: readonly (readonly [string, () => string])[] = [
    ['ACME_API_KEY', () => letters(random, 24 + random(30))],
    ['ACME_SECRET_KEY', () => letters(random, 32 + 8 * random(4), '0123456789abcdef')],
    ['JWT_SECRET', () => letters(random, 44, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')],
    ['CLIENT_SECRET', () => uuid(random)],
    ['ACCESS_TOKEN', () => letters(random, 20 + random(40), 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-')],
    ['DB_PASSWORD', () => `${letters(random, 8)}${signs.charAt(random(signs.length))}${random(100)}`],
    [
      'ADMIN_PASSWORD',
      () => `${letters(random, 5, 'abcdefghijkmnopqrstuvwxyz')}${letters(random, 4, 'ABCDEFGH23456789')}${10 + random(90)}`,
    ],
  ];
  for (let k = 0; k < PER_FAMILY * 3; k++) {
    const [name, make] = pick(random, values);
    const value = make();
    // A bare value in an Authorization header has no name of its own.
    const [kind, context] = pick(
      random,
      Object.entries(CONTEXTS).filter(([key]) => key !== 'bearer' || !name.includes('PASSWORD')),
    );
    const text = context(name, value);
    count(tally, found(text, value), `missed ${name} in ${kind}: ${text}`);
  }
  return tally;
}

/** Every format with its random part replaced as documentation does. */
function sampleValues(random: Random): Tally {
  const tally: Tally = { right: 0, all: 0, wrong: [] };
  const fillers: readonly ((body: string) => string)[] = [
    (body) => 'x'.repeat(body.length),
    (body) => 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(9).slice(0, body.length),
    (body) => 'YOUR_API_KEY_HERE_'.repeat(40).slice(0, body.length),
    (body) => '0'.repeat(body.length),
    () => '...',
    (body) => `EXAMPLE${body.slice(7)}`,
  ];
  for (const format of FORMATS) {
    const value = madeUp(format, random);
    const head = /^[A-Za-z]{2,8}[-_.]|^[A-Za-z]{3,4}/.exec(value)?.[0] ?? '';
    const sample = head + pick(random, fillers)(value.slice(head.length));
    const [, context] = pick(random, Object.entries(CONTEXTS));
    const text = context(nameFor(format, random), sample);
    const seen = scan(text);
    count(tally, seen.length > 0, undefined, seen.length > 0 ? `false ${seen[0]?.rule ?? ''}: ${text}` : undefined);
  }
  return tally;
}

function falseFamily(family: string, make: (random: Random) => string, random: Random): Tally {
  const tally: Tally = { right: 0, all: 0, wrong: [] };
  for (let k = 0; k < PER_FAMILY; k++) {
    const text = make(random);
    const seen = scan(text);
    count(
      tally,
      seen.length > 0,
      undefined,
      seen.length > 0 ? `false ${seen[0]?.rule ?? ''} in ${family}: ${text.slice(0, 200)}` : undefined,
    );
  }
  return tally;
}

function count(tally: Tally, yes: boolean, ifNot?: string, ifYes?: string): void {
  tally.all++;
  if (yes) tally.right++;
  const line = yes ? ifYes : ifNot;
  if (line !== undefined) tally.wrong.push(line);
}
