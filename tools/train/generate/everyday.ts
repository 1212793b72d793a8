import type { Random } from '../random.ts';
import type { Row } from '../rows.ts';
import { CARRIERS, PROSE } from './carriers.ts';
import { expand, type Lists } from './grammar.ts';
import { linesOf, type Use } from './lines.ts';
import { MAIL_LISTS } from './ordinary.ts';
import { ORDER_LISTS } from './orders.ts';
import { slots } from './slots.ts';

/** What an attacker wants done, and whom it tells; what is for choosing shares no deed with what is learned. */
export function orderListsOf(use: Use): Lists {
  const own = use === 'learn' ? ORDER_LISTS.deed : [];
  return { ...ORDER_LISTS, deed: [...own, ...linesOf('deeds', use)] };
}

/** What people ask of each other. */
export function mailListsOf(use: Use): Lists {
  const own = use === 'learn' ? MAIL_LISTS.humandeed : [];
  return { ...MAIL_LISTS, humandeed: [...own, ...linesOf('humandeeds', use)] };
}

/** Documents of every day: shapes, and what stands in them. */
export type Everyday = { readonly shapes: readonly string[]; readonly lists: Lists };

/** People, and sentences of every day, some ours and some of real documents, so that no sentence is a sign of what stands beside it. */
export function everydayOf(documents: readonly Row[], use: Use, random: Random): Everyday {
  const slot = slots(random);
  const real = Array.from({ length: SENTENCES }, () => sentenceOf(random.of(documents).text, random)).filter((found) => found !== '');
  const lists = {
    ...PROSE,
    ...mailListsOf(use),
    ...slot,
    name: [...PROSE.name, ...(slot['name'] ?? [])],
    mail: [...PROSE.mail, ...(slot['mail'] ?? [])],
    ours: [...(use === 'learn' ? PROSE.prose : []), ...linesOf('prose', use)],
    real,
    asked: ASKED,
    talk: linesOf('talk', use),
    prose: ['$ours', '$real', '$real', '$talk'],
  };
  return { shapes: [...(use === 'learn' ? CARRIERS : []), ...linesOf('carriers', use)], lists };
}

const SENTENCES = 12_000;

/** What people ask each other in the middle of a document. */
const ASKED = [
  '{Could|Can|Would|Will} {you|somebody|one of you|$first} {please |}$humandeed{?| when you can?| while I am away?}',
  '{Please|Kindly|Do|$first, please|And please} $humandeed{.| and $humandeed.| before {noon|you go}.|, {thanks|will you}?}',
  '{Whoever|Who} {comes first|is on duty|has time} {has to|must|should|will} $humandeed.',
  '{I|We} {have|need|forgot} to $humandeed{.|; can you do it?}',
];

/** A sentence from somewhere in a document, as the grammar takes it; empty when there is none. */
function sentenceOf(document: string, random: Random): string {
  const at = random.below(document.length);
  const found = /(?<=[.!?]\s|\n)[\p{L}"'(][^\n.!?<>]{20,170}[.!?](?=\s|$)/u.exec(document.slice(at, at + 600))?.[0] ?? '';
  return found.replaceAll(/[{}|$\\]/g, (c) => `\\${c}`);
}

/** A document with a place for a text. */
export function carrier({ shapes, lists }: Everyday, random: Random): string {
  return expand(random.of(shapes), lists, random);
}

/** Puts a text into a carrier. */
export function plant(document: string, text: string): string {
  return document.replace('%%', () => text);
}

/** How much of a real document carries something: an attack in a longer one is found by the same window. */
const PARTS = [300, 600, 1_000, 1_500, 3_000];

/** Puts a text between two lines or sentences of a document. */
export function insert(document: string, text: string, random: Random): string {
  const length = random.of(PARTS);
  const from = random.below(Math.max(1, document.length - length));
  const part = document.slice(from, from + length);
  const cuts = [0, part.length, ...[...part.matchAll(/\n|[.!?] /g)].map(({ index, 0: cut }) => index + cut.length)];
  const at = random.of(cuts);
  const between = random.of(['\n', ' ', '\n\n']);
  return `${part.slice(0, at).trimEnd()}${between}${text}${between}${part.slice(at)}`.trim();
}
