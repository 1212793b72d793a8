import type { Random } from '../random.ts';
import type { Lists } from './grammar.ts';

const split = (words: string): string[] => words.split(' ');
const FIRST = split(
  'Anna Luis Wei Sara Tom Fatima Ivan Julia Omar Grace Nina Pavel Aiko Kofi Lena Marco Priya Sven Ines Ravi Maya Hugo Elif Noah Zoe Dmitri Clara Yusuf Olga Ben Amara Felix Leila Jonas Mei Carlos Ewa Samir Ida Paul',
);
const LAST = split(
  'Berg Ortega Chen Cohen Hughes Haddad Petrov Klein Lee Novak Mori Reyes Nair Becker Silva Kowalski Okafor Lindqvist Moreau Rossi Yilmaz Park Schmidt Alvarez Dubois Tanaka Murphy Costa Weber Khan Svensson Popescu Adeyemi Fischer Marino',
);
const HOST = split(
  'mailbox outpost partner-desk backup-team fastpost corp-mail dropzone freebox quick-share datahub north-office relaypoint helpline inboxes archive-it collector cloudbin files-now postino openforms secure-check paylink verify-me bonus-shop updates-cdn',
);
const TLD = split('com net org io co info example dev biz me');
const BRANDS = split(
  'Solvex Brightly Nordica Zentro Lumio Pikko Averra Castello Mirava Quantix Belluno Ferrix Ostara Tivoli Kelva Rondo Sunda Velmo Arcadia Polaris',
);
const THINGS = split(
  'blender hotel phone bank VPN fund coat airline course laptop restaurant mattress insurance camera bike cream headset app clinic bakery',
);

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const digits = (random: Random, count: number): string => times(count, () => random.below(10)).join('');

/** Names, addresses, accounts, links and amounts, another set for each seed: none of them is a sign of anything. */
export function slots(random: Random): Lists {
  const lower = (text: string): string => text.toLowerCase();
  const host = (): string => `${random.of(HOST)}.${random.of(TLD)}`;
  const ip = (): string => `${1 + random.below(222)}.${random.below(256)}.${random.below(256)}.${1 + random.below(254)}`;
  const mail = (): string =>
    `${lower(random.of(FIRST))}${random.of(['.', '_', ''])}${lower(random.of(LAST))}${random.chance(0.3) ? digits(random, 2) : ''}@${host()}`;
  const link = (): string =>
    random.of([
      () =>
        `https://${host()}/${random.of(split('a login start join u verify claim reset in doc form'))}${random.chance(0.3) ? digits(random, 2) : ''}`,
      () => `http://${ip()}/${random.of(split('x in go run p.sh s k log a'))}`,
      () => `www.${host()}`,
      () => `https://${random.of(HOST)}-${random.of(HOST)}.${random.of(TLD)}`,
    ])();
  const account = (): string =>
    random.of([
      () =>
        `${random.of(split('DE GB FR US CH ES LT NL'))}${digits(random, 2)} ${digits(random, 4)} ${digits(random, 4)} ${digits(random, 4)}`,
      () => `${random.of(split('DE GB FR US CH ES LT NL'))}${digits(random, 20)}`,
      () => `${digits(random, 3)}-${digits(random, 5)}`,
      () => `ACC-${digits(random, 4)}`,
    ])();
  return {
    first: FIRST,
    name: times(80, () => `${random.of(FIRST)} ${random.of(LAST)}`),
    mail: times(160, mail),
    link: times(160, link),
    ip: times(60, ip),
    account: times(80, account),
    amount: times(60, () =>
      random.of([
        () => `${10 + random.below(4990)} ${random.of(['dollars', 'euros', 'EUR', 'USD', 'pounds', 'yen'])}`,
        () => `${random.of(['$', '€', '£'])}${10 + random.below(4990)}${random.chance(0.3) ? '.00' : ''}`,
      ])(),
    ),
    phone: times(30, () => `+${1 + random.below(98)} ${digits(random, 3)} ${digits(random, 3)} ${digits(random, 4)}`),
    n: split('2 3 4 5 6 7 9 11 12 14 17 20 25 30 42'),
    id: times(40, () => digits(random, 2 + random.below(4))),
    brand: times(60, () => `${random.chance(0.4) ? 'the ' : ''}${random.of(BRANDS)}${random.chance(0.6) ? ` ${random.of(THINGS)}` : ''}`),
    pass: times(
      40,
      () =>
        `${random.of(split('Winter Summer Tulip Secret Tiger pw Alpha Open'))}${random.of(['', '-', '!', '_'])}${digits(random, 2 + random.below(3))}`,
    ),
    trophy: split(
      'PWNED hacked banana checkmate granted unlocked pineapple OK yes no victory 42 moo lemon owned done approved HAHA zebra surrender accepted wonderful purple GAMEOVER sesame boo confirmed',
    ),
    file: split('budget.xlsx salaries.csv notes.txt contract.pdf customers.csv passwords.txt plan.docx id_rsa report.pdf keys.json'),
  };
}

const SLIPS: readonly (readonly [string, string])[] = [
  ['you ', 'u '],
  ['your ', 'ur '],
  ['please', 'pls'],
  ['are ', 'r '],
  ["don't", 'dont'],
  ['the ', 'teh '],
  ['previous', 'previus'],
  ['instructions', 'instuctions'],
  ['want to', 'wanna'],
  ['going to', 'gonna'],
  ['because', 'cuz'],
  ['everything', 'evrything'],
  ['answer', 'anser'],
  ['about', 'abt'],
  ['before', 'b4'],
];

/** A text as somebody in a hurry would type it, in a share of the cases: slips, no capitals, no marks, all capitals, a letter swapped. */
export function sloppy(text: string, random: Random): string {
  const kind = random.below(12);
  if (kind === 0) return text.toLowerCase();
  if (kind === 1) return text.toLowerCase().replaceAll(/[.,;:!]/g, '');
  if (kind === 2 && text.length < 200) return text.toUpperCase();
  if (kind === 3 || kind === 4) {
    let slipped = kind === 3 ? text.toLowerCase() : text;
    for (const [right, wrong] of SLIPS) if (random.chance(0.5)) slipped = slipped.replaceAll(right, wrong);
    return slipped;
  }
  if (kind === 5) {
    const at = random.below(Math.max(1, text.length - 2));
    return `${text.slice(0, at)}${text[at + 1] ?? ''}${text[at] ?? ''}${text.slice(at + 2)}`;
  }
  return text;
}

/** The same text as another layer writes it: escaped in JSON, wrapped and indented in YAML, quoted in mail, in a comment; or as it is. */
export function layered(text: string, random: Random): string {
  const kind = random.below(14);
  if (kind === 0) return JSON.stringify(text).slice(1, -1);
  if (kind === 1) return wrapped(text, 60 + random.below(30)).join('\n    ');
  if (kind === 2) return wrapped(text, 72).join('\n\n    ');
  if (kind === 3)
    return wrapped(text, 70)
      .map((line) => `> ${line}`)
      .join('\n');
  if (kind === 4) return `\n\n${text}\n\n`;
  if (kind === 5) return text.replaceAll(/[<>&"]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[c] ?? '&quot;');
  return text;
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? '';
    if (last.length + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
