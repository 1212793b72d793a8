import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { SRC, TOP } from '../top.ts';
import { cruise, orderProblems } from './order.ts';

type Rules = { readonly ORDER: readonly string[]; readonly default: { readonly forbidden: readonly { readonly name: string }[] } };
const { ORDER, default: config } = (await import(`${TOP}/.dependency-cruiser.mjs`)) as Rules;

/** One violation: the file that is planted and what stands in it. */
type Plant = { readonly file: string; readonly text: string };

const import_ = (target: string): string => `import * as planted from '${target}';\nexport const use = planted;\n`;

/** A violation of every rule, by the rule's name, each at the path where it would really stand. */
function plants(): Map<string, Plant> {
  const found = new Map<string, Plant>();
  ORDER.slice(0, -1).forEach((module, at) => {
    found.set(`order:${module}`, { file: `${SRC}/${module}/planted_order.ts`, text: import_(`../${ORDER[at + 1]}/index.ts`) });
  });
  const at = (name: string, file: string, target: string): unknown => found.set(name, { file, text: import_(target) });
  at('front-door', `${SRC}/govern/planted_door.ts`, '../guard/planted_room.ts');
  at('front-door:app', `${SRC}/app/planted_door.ts`, '../guard/planted_room.ts');
  at('listed', `${SRC}/unlisted/planted.ts`, '../kernel/index.ts');
  at('pure:io', `${SRC}/guard/planted_io.ts`, 'node:fs');
  at('pure:state', `${SRC}/guard/planted_state.ts`, '../store/service.ts');
  at('test-kit', `${SRC}/guard/planted_kit.ts`, '../../test/kit/planted.ts');
  at('tests-are-leaves', `${SRC}/guard/planted_leaf.ts`, './planted.test.ts');
  at('tools-are-apart', `${SRC}/guard/planted_tool.ts`, '../../../../tools/top.ts');
  at('resolved', `${SRC}/guard/planted_nowhere.ts`, './no_such_file.ts');
  at('no-cycles', `${SRC}/guard/planted_ring.ts`, './planted_ring_back.ts');
  return found;
}

/** What the plants point at, made where the tree does not have it yet. */
const TARGETS: readonly Plant[] = [
  ...ORDER.map((module) => ({ file: `${SRC}/${module}/index.ts`, text: 'export const made = 1;\n' })),
  { file: `${SRC}/store/service.ts`, text: 'export const made = 1;\n' },
  { file: `${SRC}/guard/planted_room.ts`, text: 'export const made = 1;\n' },
  { file: `${SRC}/guard/planted.test.ts`, text: 'export const made = 1;\n' },
  { file: `${SRC}/guard/planted_ring_back.ts`, text: import_('./planted_ring.ts') },
  { file: 'packages/sallyport/test/kit/planted.ts', text: 'export const made = 1;\n' },
];

function copyOfTree(): string {
  const top = mkdtempSync(join(tmpdir(), 'sallyport-order-'));
  for (const path of [
    '.dependency-cruiser.mjs',
    'package.json',
    'packages/sallyport/package.json',
    'packages/sallyport/src',
    'packages/sallyport/test',
    'tools',
  ]) {
    if (existsSync(join(TOP, path))) cpSync(join(TOP, path), join(top, path), { recursive: true });
  }
  symlinkSync(join(TOP, 'node_modules'), join(top, 'node_modules'));
  return top;
}

function plant(top: string, { file, text }: Plant): void {
  mkdirSync(dirname(join(top, file)), { recursive: true });
  if (!existsSync(join(top, file))) writeFileSync(join(top, file), text);
}

test('canary: one violation of each rule, planted at the real path, is reported under the name of its rule', async () => {
  const top = copyOfTree();
  try {
    const violations = plants();
    for (const target of [...TARGETS, ...violations.values()]) plant(top, target);
    const found = await cruise(top);
    for (const rule of config.forbidden) {
      const planted = violations.get(rule.name);
      assert.ok(planted, `rule ${rule.name} has no canary`);
      // A ring is reported once, from either of its files.
      const hit = found.violations.some(
        ({ rule: name, from, to }) => name === rule.name && (from === planted.file || (name === 'no-cycles' && to === planted.file)),
      );
      assert.ok(hit, `${rule.name} did not report ${planted.file}`);
    }
    assert.equal(violations.size, config.forbidden.length, 'a canary has no rule');
  } finally {
    rmSync(top, { recursive: true });
  }
});

test('near misses are not reported: to the left, through the front door, own rooms, types of a test', async () => {
  const top = copyOfTree();
  try {
    const innocent: Plant[] = [
      { file: `${SRC}/govern/planted_left.ts`, text: import_('../guard/index.ts') },
      { file: `${SRC}/govern/service.ts`, text: import_('../store/service.ts') },
      { file: `${SRC}/govern/planted.test.ts`, text: import_('../../test/kit/planted.ts') },
      { file: `${SRC}/govern/planted_own.ts`, text: import_('./planted_left.ts') },
      { file: `${SRC}/net/planted_io.ts`, text: import_('node:dns') },
      { file: `${SRC}/app/planted_routes.ts`, text: import_('../govern/routes.ts') },
      { file: `${SRC}/govern/routes.ts`, text: 'export const made = 1;\n' },
    ];
    for (const file of [...TARGETS, ...innocent]) if (!file.file.includes('planted_ring')) plant(top, file);
    const found = await cruise(top);
    const files = new Set(innocent.map((file) => file.file));
    assert.deepEqual(
      found.violations.filter((violation) => files.has(violation.from)),
      [],
    );
  } finally {
    rmSync(top, { recursive: true });
  }
});

test('a source file that the cruise did not read is a problem, and so is a cruise of nothing', () => {
  assert.deepEqual(orderProblems({ modules: ['a.ts'], violations: [] }, ['a.ts']), []);
  assert.match(orderProblems({ modules: [], violations: [] }, ['a.ts']).join(), /not read by dependency-cruiser: a\.ts/);
  assert.equal(orderProblems({ modules: [], violations: [] }, []).length, 1);
});
