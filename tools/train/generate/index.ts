import { Random } from '../random.ts';
import type { Row } from '../rows.ts';
import { ABOUT, ABROAD, PROMPT_LISTS, PROMPTS, WORK, WORK_LISTS } from './benign.ts';
import { ACTS, BURIED, PLANTED, PLANTED_CODE, PLANTED_LISTS, SNIPPETS } from './buried.ts';
import { CHAT } from './chat.ts';
import { namedAsOrders } from './code.ts';
import { carrier, everydayOf, insert, mailListsOf, orderListsOf, plant, type Everyday } from './everyday.ts';
import { expand, variants, type Lists } from './grammar.ts';
import { DIRECT, DIRECT_LISTS } from './direct.ts';
import { HARMFUL, PIECES, SCENES } from './jailbreaks.ts';
import { MAILS, META, ABOUT as MORE_ABOUT, RULES, RULE_LISTS } from './ordinary.ts';
import { LANGUAGES } from './languages.ts';
import { linesOf } from './lines.ts';
import { ORDERS } from './orders.ts';
import { DEEDS, OVERRIDE_LISTS, OVERRIDES } from './overrides.ts';
import { OTHER_SCENES } from './scenes.ts';
import { DIRECT_REGISTERS, ORDER_REGISTERS, ORDINARY_REGISTERS } from './registers.ts';
import { selection } from './selection.ts';
import { layered, slots, sloppy } from './slots.ts';
import { CODE, CODE_LISTS, TASK_LISTS, TASKS } from './tasks.ts';

/**
 * All that we write ourselves, the same for the same seed and documents. Sources are named `own/<generator>`, what thresholds are chosen by
 * `selection/<kind>`: it stands in documents of its own.
 */
export function generate(seed: number, documents: readonly Row[], held: readonly Row[]): Row[] {
  const random = new Random(seed);
  const attacks = overrides(random);
  const acts = variants(BURIED, ACTS, 2_000, random);
  const everyday = everydayOf(
    documents.filter(({ kind }) => kind === 'benign_document'),
    'learn',
    random,
  );
  return [
    ...composed(random, documents, everyday),
    ...attacks.map(({ text, lang }) => row(text, 1, 'direct_injection', 'own/override', lang)),
    ...times(1_200, () => row(scene(random), 1, 'jailbreak', 'own/scene')),
    ...times(700, () => ({
      ...row(`${harmful(random)} ${suffix(random, documents)}`, 1, 'jailbreak', 'own/suffix'),
      only: 'prompt' as const,
    })),
    ...planted(
      random,
      attacks.map(({ text }) => text),
      acts,
      documents,
      everyday,
    ),
    ...variants(PROMPTS, PROMPT_LISTS, 2_600, random).map((text) => row(text, 0, 'benign_hard_negative', 'own/prompt')),
    ...Object.entries(ABROAD).flatMap(([lang, templates]) =>
      variants(templates, {}, 40, random).map((text) => row(text, 0, 'benign_hard_negative', 'own/abroad', lang)),
    ),
    ...times(900, () => row(about(random, attacks), 0, 'benign_hard_negative', 'own/about')),
    ...times(1_200, () => row(several(WORK, WORK_LISTS, 1 + random.below(3), random, '\n\n'), 0, 'benign_document', 'own/work')),
    ...times(8_000, () => row(ordinary(random, everyday), 0, 'benign_document', 'own/carrier')),
    ...selection(seed, held),
  ];
}

/** What is put together of clauses: every text another wording, with names and addresses that come once. */
function composed(random: Random, documents: readonly Row[], everyday: Everyday): Row[] {
  const slot = slots(random);
  const of = (templates: readonly string[], lists: Lists, count: number): string[] =>
    variants(templates, { ...slot, ...lists }, count, random);
  const orderLists = orderListsOf('learn');
  const mailLists = mailListsOf('learn');
  const direct = of(DIRECT, DIRECT_LISTS, 6_000).map((text) => sloppy(text, random));
  const orders = of(ORDERS, orderLists, 6_000).map((text) => layered(random.chance(0.15) ? sloppy(text, random) : text, random));
  const tasks = [...of(TASKS, TASK_LISTS, 2_000), ...of(linesOf('tasks'), TASK_LISTS, 3_000)];
  const codeLists = { ...TASK_LISTS, ...CODE_LISTS };
  const code = [...of(CODE, codeLists, 1_800), ...of(linesOf('planted_code'), codeLists, 2_200)];
  const mails = of(MAILS, mailLists, 4_000);
  const rules = of(RULES, RULE_LISTS, 2_000);
  const told = [...MORE_ABOUT, ...linesOf('about')];
  const quotes = [...direct, ...orders, ...of(linesOf('overrides'), DIRECT_LISTS, 1_500), ...of(linesOf('orders'), orderLists, 1_500)]
    .filter((text) => text.length < 120)
    .map((text) => text.replaceAll(/["`$\\{}|]/g, ''));
  const prose = documents.filter(({ kind }) => kind === 'benign_document');
  const sources = documents.filter(({ kind }) => kind === 'benign_code');
  const into = (texts: readonly Row[], text: string): string =>
    random.chance(0.4) ? plant(carrier(everyday, random), text) : insert(random.of(texts).text, text, random);
  return [
    ...direct.map((text) => row(text, 1, 'direct_injection', 'own/direct')),
    ...of(DIRECT_REGISTERS, DIRECT_LISTS, 4_000).map((text) => row(sloppy(text, random), 1, 'direct_injection', 'own/register')),
    ...of(ORDER_REGISTERS, orderLists, 4_000).map((text) => ({
      ...order(random.chance(0.15) ? text : into(documents, layered(text, random))),
      source: 'own/register-order',
    })),
    ...of(ORDINARY_REGISTERS, mailLists, 2_500).map((text) =>
      row(random.chance(0.4) ? text : into(documents, layered(text, random)), 0, 'benign_document', 'own/mail'),
    ),
    ...orders.map((text) => ({ ...order(random.chance(0.15) ? text : into(documents, text)), source: 'own/order' })),
    ...direct.slice(0, 1_500).map((text) => row(into(documents, text), 1, 'indirect_injection', 'own/order-direct')),
    ...tasks.map((text) => row(into(prose, text), 1, 'indirect_task', 'own/plain-task')),
    ...code.map((text) => row(into(random.chance(0.7) ? sources : prose, text), 1, 'indirect_task', 'own/plain-code')),
    ...of(OTHER_SCENES, SCENES, 2_000).map((text) => row(sloppy(text, random), 1, 'jailbreak', 'own/other-scene')),
    ...mails.map((text) => row(random.chance(0.3) ? text : into(documents, layered(text, random)), 0, 'benign_document', 'own/mail')),
    ...rules.map((text) => row(random.chance(0.6) ? text : into(documents, layered(text, random)), 0, 'benign_document', 'own/rules')),
    ...Object.entries(LANGUAGES).flatMap(([lang, { direct: said, order: planted, benign }]) => [
      ...of(said, {}, 220).map((text) => row(text, 1, 'direct_injection', 'own/language', lang)),
      ...of(planted, {}, 120).map((text) => ({ ...order(into(prose, text)), source: 'own/language-order', lang })),
      ...of(benign, {}, 160).map((text) => row(text, 0, 'benign_hard_negative', 'own/language', lang)),
      ...of(benign, {}, 60).map((text) => row(into(prose, text), 0, 'benign_document', 'own/mail', lang)),
    ]),
    ...of(linesOf('orders'), orderLists, 6_000).map((text) => ({
      ...order(random.chance(0.2) ? text : into(documents, layered(text, random))),
      source: 'own/line-order',
    })),
    ...of(linesOf('overrides'), DIRECT_LISTS, 4_500).map((text) => row(sloppy(text, random), 1, 'direct_injection', 'own/line')),
    ...of(linesOf('jailbreaks'), SCENES, 1_500).map((text) => row(sloppy(text, random), 1, 'jailbreak', 'own/line-scene')),
    // In text from outside most of these would be orders that were planted.
    ...of(linesOf('benign_prompts'), mailLists, 6_000).map((text) => ({
      ...row(sloppy(text, random), 0, 'benign_hard_negative', 'own/line-prompt'),
      only: 'prompt' as const,
    })),
    ...of(linesOf('chat'), mailLists, 4_000).map((text) => ({
      ...row(sloppy(text, random), 0, 'benign_hard_negative', 'own/chat'),
      only: 'prompt' as const,
    })),
    ...of(linesOf('talk'), mailLists, 2_500).map((text) =>
      row(random.chance(0.3) ? text : into(documents, layered(text, random)), 0, 'benign_document', 'own/talk'),
    ),
    ...of(linesOf('benign_content'), mailLists, 5_000).map((text) =>
      row(random.chance(0.5) ? text : into(documents, layered(text, random)), 0, 'benign_document', 'own/mail-line'),
    ),
    ...of(linesOf('mails'), mailLists, 2_500).map((text) =>
      row(random.chance(0.6) ? text : into(documents, layered(text, random)), 0, 'benign_document', 'own/mail-kind'),
    ),
    ...of(linesOf('manuals'), mailLists, 4_000).map((text) =>
      row(random.chance(0.6) ? text : into(documents, layered(text, random)), 0, 'benign_document', 'own/rules-line'),
    ),
    ...of(META, {}, 4_000).map((text) => ({
      ...row(sloppy(text, random), 0, 'benign_hard_negative', 'own/meta'),
      only: 'prompt' as const,
    })),
    ...times(6_000, () => {
      const lists = { ...slot, ...mailLists, quote: times(8, () => random.of(quotes)) };
      const text = several(told, lists, 1 + random.below(6), random, random.of([' ', '\n', '\n\n']));
      return row(random.chance(0.7) ? text : insert(random.of(prose).text, text, random), 0, 'benign_hard_negative', 'own/writing');
    }),
    ...of([...TASKS, ...CHAT], TASK_LISTS, 5_000).map((text) => ({
      ...row(sloppy(text, random), 0, 'benign_hard_negative', 'own/asked'),
      only: 'prompt' as const,
    })),
    ...times(800, () => row(namedAsOrders(random), 0, 'benign_code', 'own/code-names')),
    ...times(3_500, () => row(salad(random.of(prose).text, random), 0, 'benign_hard_negative', 'own/salad')),
  ];
}

/** Some words of a text over and over, in no order: filler, keywords, made-up test data. What stands beside what means nothing there. */
function salad(text: string, random: Random): string {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const few = times(20 + random.below(60), () => random.of(words));
  return times(60 + random.below(240), () => random.of(few)).join(' ');
}

function row(text: string, label: 0 | 1, kind: string, source: string, lang = 'en'): Row {
  return { text, label, kind, source, lang };
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function overrides(random: Random): { text: string; lang: string }[] {
  return Object.entries(OVERRIDES).flatMap(([lang, templates]) =>
    variants(templates, { ...OVERRIDE_LISTS, do: DEEDS[lang] ?? DEEDS['en'] ?? [] }, lang === 'en' ? 1_500 : 110, random).map((text) => ({
      text,
      lang,
    })),
  );
}

/** Some sentences of a list. */
function several(
  templates: readonly string[],
  lists: Parameters<typeof expand>[1],
  count: number,
  random: Random,
  between: string,
): string {
  return times(count, () => expand(random.of(templates), lists, random)).join(between);
}

/** Who, two to eight rules, and the first question; one persona throughout. */
function scene(random: Random): string {
  const persona = random.of(SCENES.persona);
  const lists = { ...SCENES, persona: [persona] };
  const between = random.of([' ', '\n', '\n\n']);
  return [
    expand(random.of(SCENES.opening), lists, random),
    several(SCENES.rules, lists, 2 + random.below(7), random, between),
    expand(random.of(SCENES.question), lists, random),
  ].join(between);
}

function harmful(random: Random): string {
  return expand(random.of(HARMFUL), SCENES, random);
}

/** What a search by gradient leaves: pieces of words, markup and code, ours and those of any document, glued at random. */
function suffix(random: Random, documents: readonly Row[]): string {
  let text = '';
  const glued = 0.2 + random.below(50) / 100;
  const foreign = random.below(100) / 100;
  for (let left = 12 + random.below(14); left > 0; left--) {
    let piece = random.chance(foreign) ? fragment(random.of(documents).text, random) : random.of(PIECES);
    if (random.chance(0.2)) piece = piece.charAt(0).toUpperCase() + piece.slice(1);
    text += random.chance(glued) ? piece : ` ${piece}`;
  }
  return text.trim();
}

/** A token as a model has it: some letters of a word, or a few signs. */
function fragment(document: string, random: Random): string {
  const at = random.below(document.length);
  return /[\p{L}\p{N}_]{2,7}|[^\p{L}\p{N}\s]{1,3}/u.exec(document.slice(at, at + 80))?.[0] ?? 'Sure';
}

/** A document of every day; one in two has somebody asking for something in it. */
function ordinary(random: Random, everyday: Everyday): string {
  const text = several(['$prose', '$talk', '$asked', '$real'], everyday.lists, 1 + random.below(3), random, ' ');
  return plant(carrier(everyday, random), text);
}

/** Orders to the model in documents, and plain tasks that stand where they do not belong. */
function planted(
  random: Random,
  attacks: readonly string[],
  acts: readonly string[],
  documents: readonly Row[],
  everyday: Everyday,
): Row[] {
  const tasks = variants(PLANTED, PLANTED_LISTS, 700, random);
  const code = variants(PLANTED_CODE, SNIPPETS, 300, random);
  const prose = documents.filter(({ kind }) => kind === 'benign_document');
  const sources = documents.filter(({ kind }) => kind === 'benign_code');
  const real = (into: readonly Row[], text: string): string => insert(random.of(into).text, text, random);
  return [
    ...times(1_000, () => order(real(documents, random.of(acts)))),
    ...times(600, () => row(real(documents, random.of(attacks)), 1, 'indirect_injection', 'own/buried-override')),
    ...times(900, () => row(real(prose, random.of(tasks)), 1, 'indirect_task', 'own/task')),
    ...times(700, () => row(real(random.chance(0.7) ? sources : prose, random.of(code)), 1, 'indirect_task', 'own/code')),
    ...acts.map((text) => order(random.chance(0.15) ? text : plant(carrier(everyday, random), text))),
    ...times(1_200, () => row(plant(carrier(everyday, random), random.of(attacks)), 1, 'indirect_injection', 'own/buried-override')),
    ...times(900, () => row(plant(carrier(everyday, random), random.of(tasks)), 1, 'indirect_task', 'own/task')),
    ...times(500, () => row(plant(carrier(everyday, random), random.of(code)), 1, 'indirect_task', 'own/code')),
  ];
}

/** An article of a few sentences about attacks, which quotes them. */
function about(random: Random, attacks: readonly { text: string; lang: string }[]): string {
  const quoted = times(6, () => random.of(attacks)).map(({ text }) => text.replaceAll(/["`$\\{}|]/g, ''));
  const text = several(ABOUT, { attack: quoted, n: '123456789'.split('') }, 2 + random.below(5), random, random.of([' ', '\n', '\n\n']));
  return random.chance(0.5)
    ? text
    : `# ${random.of(['Security of LLM apps', 'Prompt injection explained', 'Notes on jailbreaks', 'Guardrails', 'Red team diary'])}\n\n${text}`;
}

/** A user may order what an agent can do; in text from outside the same order is an attack. */
function order(text: string): Row {
  return { ...row(text, 1, 'indirect_injection', 'own/buried'), only: 'content' };
}
