import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALIKE, alikeReasons, keysOf, printsOf, strictest, type Known } from '../../../packages/sallyport/src/knowledge/service.ts';
import type { EvalRow } from '../table.ts';
import { percent } from './hidden.ts';

type Question = { readonly question: string; readonly adv_texts: readonly string[] };

/** The sets of `ml/poisonedrag`: five made-up passages for each of a hundred questions. */
const SETS = ['nq', 'hotpotqa', 'msmarco'] as const;

/** The documents of one knowledge base, compared as the service does it. */
class Base {
  readonly #known: (Known & { state: 'accepted' | 'quarantined' })[] = [];
  readonly #keys = new Map<string, Set<number>>();

  add(text: string): void {
    const prints = printsOf(text);
    const keys = keysOf(prints);
    const near = new Set(keys.flatMap((key) => [...(this.#keys.get(key) ?? [])]));
    const id = this.#known.length;
    const own = { name: `n${id}`, source: '', actor: 'x', now: id, prints };
    const reasons = alikeReasons(
      own,
      [...near].map((n) => this.#known[n] as Known),
      ALIKE,
    );
    for (const reason of reasons) if (reason.verdict !== 'note') for (const other of reason.documents ?? []) this.#take(Number(other));
    this.#known.push({ ...own, id: String(id), created: id, state: strictest(reasons) === 'accept' ? 'accepted' : 'quarantined' });
    for (const key of keys) this.#keys.set(key, (this.#keys.get(key) ?? new Set()).add(id));
  }

  #take(id: number): void {
    const one = this.#known[id];
    if (one !== undefined) one.state = 'quarantined';
  }

  get stopped(): number {
    return this.#known.filter(({ state }) => state === 'quarantined').length;
  }
}

/** Passages as the attack writes them (its question in front), and as the file has them; each set in one base, so that questions could be taken for one another. */
export function poison(data: string): readonly EvalRow[] {
  return SETS.flatMap((set) => {
    const questions = Object.values(
      JSON.parse(readFileSync(join(data, 'ml', 'poisonedrag', `${set}.json`), 'utf8')) as Record<string, Question>,
    );
    const stopped = (texts: readonly string[]): [number, number] => {
      const base = new Base();
      for (const text of texts) base.add(text);
      return [base.stopped, texts.length];
    };
    const [asked, all] = stopped(
      questions.flatMap(({ question, adv_texts }) => adv_texts.map((text) => `${question}${question.endsWith('?') ? '' : '.'} ${text}`)),
    );
    const [bare] = stopped(questions.flatMap(({ adv_texts }) => adv_texts));
    const [single] = stopped(questions.map(({ adv_texts }) => adv_texts[0] ?? ''));
    return [
      { what: `${set}: question and passage, stopped`, bar: '>= 80 %', figure: percent(asked, all), held: asked >= all * 0.8 },
      { what: `${set}: passage alone, stopped`, bar: '', figure: percent(bare, all), held: true },
      {
        what: `${set}: one passage of each question (not a flood), stopped`,
        bar: '<= 2 %',
        figure: percent(single, questions.length),
        held: single <= questions.length * 0.02,
      },
    ];
  });
}
