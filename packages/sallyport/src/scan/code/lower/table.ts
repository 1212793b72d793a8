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
