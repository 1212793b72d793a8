import type { ModuleIr } from './ir.ts';
import type { SyntaxTree } from './syntax.ts';

const ranges = new WeakMap<SyntaxTree, readonly (readonly [number, number])[]>();

/** Whether a node stands in code that the language itself keeps for tests: a `_test.go` file, what `#[cfg(test)]` and `#[test]` mark. */
export function isTestCode({ path, language, tree }: ModuleIr, node: number): boolean {
  if (language === 'go') return path.endsWith('_test.go');
  if (language !== 'rust') return false;
  let found = ranges.get(tree);
  if (found === undefined) ranges.set(tree, (found = testRanges(tree)));
  return found.some(([from, to]) => from <= node && node < to);
}

function testRanges(tree: SyntaxTree): [number, number][] {
  const found: [number, number][] = [];
  if (!/#\[(?:\w+::)?(?:cfg\(test|test|rstest|bench)\b/.test(tree.text)) return found;
  for (let node = 0; node < tree.count; node++) {
    if (
      tree.kindName(node) !== 'attribute_item' ||
      !/^#\[(?:cfg\((?:all\()?test\b|(?:\w+::)*(?:test|rstest|bench)\b)/.test(tree.textOf(node))
    )
      continue;
    let at = tree.skip[node] as number;
    while (at < tree.count && tree.kindName(at) === 'attribute_item') at = tree.skip[at] as number;
    if (at < tree.count) found.push([at, tree.skip[at] as number]);
  }
  return found;
}
