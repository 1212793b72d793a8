import type { ModuleIr } from './ir.ts';
import type { SyntaxTree } from './syntax.ts';

const ranges = new WeakMap<SyntaxTree, readonly (readonly [number, number])[]>();

/** Files of tests of Python and JavaScript, by where they stand and how they are called. */
const TESTS =
  /(?:^|\/)(?:tests?|__tests__|testing|specs?|fixtures|__mocks__|e2e)\/|(?:^|\/)(?:test_[^/]*|conftest|[^/]*_test)\.py$|[._-](?:test|spec)\.[cm]?[jt]sx?$/;

/** Whether a file of Python or JavaScript is one of tests. */
export function isTestPath(path: string): boolean {
  return TESTS.test(path);
}

/** Whether a node stands in code that is kept for tests: a `_test.go` file, what `#[cfg(test)]` and `#[test]` mark, files of tests elsewhere. */
export function isTestCode({ path, language, tree }: ModuleIr, node: number): boolean {
  if (language === 'go') return path.endsWith('_test.go');
  if (language !== 'rust') return TESTS.test(path);
  let found = ranges.get(tree);
  if (found === undefined) ranges.set(tree, (found = testRanges(tree)));
  let low = 0;
  let high = found.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((found[middle]?.[0] ?? 0) <= node) low = middle;
    else high = middle - 1;
  }
  const [from, to] = found[low] ?? [0, 0];
  return from <= node && node < to;
}

/** Ranges of nodes, in order and apart from each other. */
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
    const last = found.at(-1)?.[1] ?? 0;
    if (at < tree.count && at >= last) found.push([at, tree.skip[at] as number]);
  }
  return found;
}
