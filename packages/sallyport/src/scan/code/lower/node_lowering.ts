import { NO_VALUE } from '../ir.ts';
import type { IrBuilder } from '../ir_builder.ts';
import type { SyntaxTree } from '../syntax.ts';
import type { Handler } from './table.ts';

/** What the lowerings of all languages share. `L` is the language's own class, which its handlers are given. */
export class NodeLowering<L> {
  readonly tree: SyntaxTree;
  readonly build: IrBuilder;
  readonly #table: readonly (Handler<L> | undefined)[];

  constructor(tree: SyntaxTree, build: IrBuilder, table: readonly (Handler<L> | undefined)[]) {
    this.tree = tree;
    this.build = build;
    this.#table = table;
  }

  /** Any node; unknown kinds lower their children, so that what stands in a broken part is still seen. */
  value(node: number): number {
    if (node < 0) return NO_VALUE;
    const handler = this.#table[this.tree.kind[node] as number];
    if (handler !== undefined) return handler(this as unknown as L, node);
    let last = NO_VALUE;
    for (let child = this.tree.first(node); child >= 0; child = this.tree.next(child, node)) last = this.value(child);
    return last;
  }

  /** A value where one is needed. */
  operand(node: number): number {
    const value = this.value(node);
    return value === NO_VALUE ? this.unknown(Math.max(node, 0)) : value;
  }

  unknown(node: number): number {
    return this.build.constant(undefined, node);
  }

  field(node: number, name: string): number {
    return this.tree.child(node, name);
  }
}
