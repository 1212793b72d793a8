import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanCode } from '../index.ts';

const many = (count: number, line: (at: number) => string): string => Array.from({ length: count }, (_, at) => line(at)).join('\n');

/** Shapes that would take the square of the time if a place were compared with every other one. */
const HOSTILE = {
  'a.rs': `pub fn f<T: Ord, F: Fn(T)>(v: &mut Vec<T>, g: F, n: usize) {\n${many(1500, () => 'unsafe { v.reserve(n); v.set_len(n + 1); let x = std::ptr::read(&v[0]); g(x); }')}\n}`,
  'b.rs': many(1500, (at) => `struct S${at}<T>(T);\nunsafe impl<T> Send for S${at}<T> {}\ntrait Q${at}: Send {}`),
  'c.go': `package m\nfunc f() {\n${many(6000, () => 'json.Marshal(a)')}\n}\ntype T struct { Password string }`,
  'd.go': `package m\nfunc f(ctx context.Context) {\n${many(1500, () => 'a, cancel := context.WithCancel(ctx)\nfor { g() }')}\n}`,
  'e.go': `package m\nfunc f() {\n${many(1500, (at) => `b${at} := make([]byte, 4); b${at}[3] = 1`)}\n}`,
};

test('inspections end on files with thousands of places', async () => {
  const { findings, notScanned } = await scanCode(Object.entries(HOSTILE).map(([path, text]) => ({ path, text })));
  assert.deepEqual(notScanned, []);
  assert.ok(findings.some(({ rule }) => rule === 'code.rust-unsafe-send-sync'));
});

test('cut and torn code throws nothing', async () => {
  const rust =
    'pub fn f<T>(p: *const T, v: &mut Vec<u8>) -> T { v.reserve(9); unsafe { v.set_len(9); std::ptr::read(p) } }\nunsafe impl<T> Send for S<T> where T: Clone {}\n';
  const go =
    'package m\nfunc f(ctx context.Context) { b := make([]int, 3); for i := 0; i <= 3; i++ { b[i] = 1 }; x, _ := context.WithCancel(ctx); go func() { m = append(m, x) }() }\n';
  for (let at = 0; at < 180; at += 9) {
    await scanCode([
      { path: 'a.rs', text: rust.slice(0, at) },
      { path: 'b.rs', text: rust.slice(at) },
      { path: 'a.go', text: `${go.slice(0, at)}\ud800${go.slice(at + 3)}` },
    ]);
  }
});
