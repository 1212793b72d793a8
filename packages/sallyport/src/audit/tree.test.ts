import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import {
  consistencyPath,
  EMPTY_ROOT,
  inclusionPath,
  isConsistent,
  nodeHash,
  peakCount,
  rootFromInclusion,
  rootOf,
  Tree,
  type NodeReader,
} from './tree.ts';

// Leaves, roots and proofs of the reference implementation of RFC 6962:
// https://github.com/google/certificate-transparency/blob/master/cpp/merkletree/merkle_tree_test.cc
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const INCLUSION: [index: number, size: number, path: string[]][] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];
const CONSISTENCY: [first: number, second: number, path: string[]][] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [
    2,
    5,
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];

const leafOf = (data: Uint8Array): Buffer => hash('sha256', Buffer.concat([Buffer.from([0]), data]), 'buffer');
const VECTOR_LEAVES = LEAVES.map((leaf) => leafOf(Buffer.from(leaf, 'hex')));
const hex = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('hex'));

/** Complete subtrees by brute force. */
function nodesOf(leaves: readonly Buffer[]): NodeReader {
  return (level, index) =>
    level === 0 ? (leaves[index] as Buffer) : nodeHash(nodesOf(leaves)(level - 1, index * 2), nodesOf(leaves)(level - 1, index * 2 + 1));
}
/** The definition of RFC 6962 section 2.1, word for word. */
function definedRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Buffer;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)));
}

test('roots are those of the reference implementation', () => {
  const tree = new Tree();
  assert.equal(tree.root().toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  VECTOR_LEAVES.forEach((leaf, at) => {
    tree.append(leaf);
    assert.equal(tree.root().toString('hex'), ROOTS[at]);
    assert.equal(tree.peaks().length, peakCount(at + 1));
  });
});

test('audit paths and consistency proofs are those of the reference implementation', () => {
  for (const [index, size, path] of INCLUSION) assert.deepEqual(hex(inclusionPath(index, size, nodesOf(VECTOR_LEAVES))), path);
  for (const [first, second, path] of CONSISTENCY) assert.deepEqual(hex(consistencyPath(first, second, nodesOf(VECTOR_LEAVES))), path);
});

const leaves = fc.integer({ min: 1, max: 70 }).map((size) => Array.from({ length: size }, (_, at) => leafOf(Buffer.from(`${size} ${at}`))));

test('a tree goes on from its peaks at any size', () => {
  fc.assert(
    fc.property(leaves, fc.nat(), (all, cut) => {
      const first = new Tree();
      const at = cut % (all.length + 1);
      for (const leaf of all.slice(0, at)) first.append(leaf);
      const second = new Tree({ size: at, peaks: first.peaks() });
      for (const leaf of all.slice(at)) second.append(leaf);
      assert.ok(second.root().equals(definedRoot(all)));
      assert.ok(rootOf(second.peaks()).equals(definedRoot(all)));
    }),
    { numRuns: 60 },
  );
});

test('every leaf is proved, and nothing else is', () => {
  fc.assert(
    fc.property(leaves, fc.nat(), fc.nat(), (all, pick, other) => {
      const index = pick % all.length;
      const path = inclusionPath(index, all.length, nodesOf(all));
      const root = definedRoot(all);
      assert.ok(rootFromInclusion(all[index] as Buffer, index, all.length, path)?.equals(root));
      const wrong = other % all.length;
      if (wrong !== index) {
        assert.ok(!rootFromInclusion(all[wrong] as Buffer, index, all.length, path)?.equals(root));
        assert.ok(!rootFromInclusion(all[index] as Buffer, wrong, all.length, path)?.equals(root));
      }
      assert.equal(rootFromInclusion(all[index] as Buffer, index, all.length, [...path, root]), undefined);
      if (path.length > 0) assert.equal(rootFromInclusion(all[index] as Buffer, index, all.length, path.slice(1)), undefined);
      for (const bad of [-1, 0.5, all.length]) assert.equal(rootFromInclusion(root, bad, all.length, path), undefined);
    }),
    { numRuns: 60 },
  );
});

test('a prefix is consistent, and a rewritten one is not', () => {
  fc.assert(
    fc.property(leaves, fc.nat(), fc.nat(), (all, pick, flip) => {
      const first = pick % (all.length + 1);
      const path = consistencyPath(first, all.length, nodesOf(all));
      const [before, after] = [definedRoot(all.slice(0, first)), definedRoot(all)];
      assert.ok(isConsistent(first, before, all.length, after, path));
      const rewritten = all.map((leaf, at) => (at === flip % all.length ? leafOf(leaf) : leaf));
      if (flip % all.length < first) assert.ok(!isConsistent(first, before, all.length, definedRoot(rewritten), path));
      assert.ok(!isConsistent(first, leafOf(before), all.length, after, path));
      if (path.length > 0) assert.ok(!isConsistent(first, before, all.length, after, path.slice(1)));
      assert.ok(!isConsistent(first, before, all.length, after, [...path, after]));
      assert.ok(!isConsistent(all.length + 1, before, all.length, after, path));
    }),
    { numRuns: 60 },
  );
});

test('impossible sizes are refused', () => {
  assert.throws(() => inclusionPath(3, 3, nodesOf(VECTOR_LEAVES)), TypeError);
  assert.throws(() => consistencyPath(4, 3, nodesOf(VECTOR_LEAVES)), TypeError);
  assert.throws(() => new Tree({ size: 3, peaks: [] }), TypeError);
});
