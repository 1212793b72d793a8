import { Random } from '../random.ts';
import type { Row } from '../rows.ts';
import { DIRECT_LISTS } from './direct.ts';
import { carrier, everydayOf, insert, mailListsOf, orderListsOf, plant } from './everyday.ts';
import { variants, type Lists } from './grammar.ts';
import { SCENES } from './jailbreaks.ts';
import { linesOf } from './lines.ts';
import { layered, slots } from './slots.ts';
import { CODE_LISTS, TASK_LISTS } from './tasks.ts';

/** Texts of each kind. */
const COUNT = 400;

/**
 * Attacks and near misses by which thresholds are chosen: voices, deeds, shapes and documents that nothing is learned from. Sources are named
 * `selection/<kind>`.
 */
export function selection(seed: number, documents: readonly Row[]): Row[] {
  const random = new Random(seed + 1);
  const everyday = everydayOf(documents, 'select', random);
  const slot = slots(random);
  const of = (name: Parameters<typeof linesOf>[0], lists: Lists): string[] =>
    variants(linesOf(name, 'select'), { ...slot, ...lists }, COUNT, random);
  const into = (text: string): string =>
    random.chance(0.6) ? plant(carrier(everyday, random), text) : insert(random.of(documents).text, layered(text, random), random);
  const orders = orderListsOf('select');
  const mails = mailListsOf('select');
  const quotes = of('overrides', DIRECT_LISTS).filter((text) => text.length < 120 && !/["`$\\{}|]/.test(text));
  const kinds: readonly (readonly [name: string, label: 0 | 1, only: 'prompt' | 'content', texts: readonly string[]])[] = [
    ['override', 1, 'prompt', of('overrides', DIRECT_LISTS)],
    ['scene', 1, 'prompt', of('jailbreaks', SCENES)],
    ['order', 1, 'content', of('orders', orders).map(into)],
    ['task', 1, 'content', of('tasks', TASK_LISTS).map(into)],
    ['code', 1, 'content', of('planted_code', { ...TASK_LISTS, ...CODE_LISTS }).map(into)],
    ['asked', 0, 'prompt', of('benign_prompts', mails)],
    ['chat', 0, 'prompt', of('chat', mails)],
    ['about', 0, 'content', of('about', { ...mails, quote: quotes })],
    ['mail', 0, 'content', [...of('mails', mails), ...of('benign_content', mails)].map(into)],
    ['manual', 0, 'content', of('manuals', mails).map(into)],
    ['talk', 0, 'content', of('talk', mails).map(into)],
    ['ordinary', 0, 'content', variants(['$prose', '$talk', '$asked', '$real'], everyday.lists, COUNT, random).map(into)],
  ];
  return kinds.flatMap(([name, label, only, texts]) =>
    texts.map((text) => ({ text, label, kind: name, source: `selection/${name}`, lang: 'en', only, calibrates: true })),
  );
}
