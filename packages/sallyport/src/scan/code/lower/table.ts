import type { GrammarNames } from '../syntax.ts';

/** Lowers one node; answers its value, or `NO_VALUE` for a statement. */
export type Handler<L> = (lowering: L, node: number) => number;

/** Handlers by the name of a node's kind, as a table by its number. Built once a grammar. */
export function handlerTable<L>(
  handlers: Readonly<Record<string, Handler<L>>>,
): (names: GrammarNames) => readonly (Handler<L> | undefined)[] {
  const built = new WeakMap<GrammarNames, readonly (Handler<L> | undefined)[]>();
  return (names) => {
    let table = built.get(names);
    if (table === undefined) {
      table = names.kindNames.map((name) => handlers[name]);
      built.set(names, table);
    }
    return table;
  };
}

/** Cases of one chain of branches: a switch of thousands (generated, or hostile) must not nest as deep. */
const MAX_CHAIN = 40;

/** A long list of cases as chains that run one after the other. */
export function chains(cases: readonly number[]): number[][] {
  const found: number[][] = [];
  for (let at = 0; at < cases.length; at += MAX_CHAIN) found.push(cases.slice(at, at + MAX_CHAIN));
  return found;
}
