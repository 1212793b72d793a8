import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanCode } from '../index.ts';

const GO = `package main
import ("net/http"; "os/exec")
type box struct { name string }
func (b *box) run() { exec.Command("sh", "-c", b.name).Run() }
func h(w http.ResponseWriter, r *http.Request) {
	b := &box{name: r.FormValue("n")}
	switch x := r.FormValue("k"); x { case "a", "b": b.run(); default: for i := range []int{1} { b.run(); _ = i } }
}
`;
const RUST = `use std::process::Command;
struct Tool { name: String }
impl Tool { fn new(name: String) -> Self { Tool { name } } fn run(&self) { Command::new(&self.name).spawn().unwrap(); } }
fn main() { let t = match std::env::args().nth(1) { Some(n) => Tool::new(n), None => return }; t.run(); }
`;

async function rules(path: string, text: string): Promise<string[]> {
  const { findings } = await scanCode([{ path, text }]);
  return findings.map(({ rule }) => rule);
}

test('data goes through a struct and its method', async () => {
  assert.ok((await rules('a.go', GO)).includes('code.command-injection'));
  assert.ok((await rules('a.rs', RUST)).includes('code.command-injection'));
});

test('cut and torn code throws nothing', async () => {
  for (const [path, text] of [
    ['a.go', GO],
    ['a.rs', RUST],
  ] as const) {
    for (let at = 0; at < text.length; at += 7) {
      await scanCode([{ path, text: text.slice(0, at) }]);
      await scanCode([{ path, text: `${text.slice(0, at)}\ud800{((${text.slice(at + 5)}` }]);
    }
  }
});

test('a switch of thousands of cases is scanned', async () => {
  const arms = Array.from({ length: 4000 }, (_, at) => at);
  const go = `package m\nfunc f(x int) {\nswitch x {\n${arms.map((at) => `case ${at}: g()`).join('\n')}\n}\n}\n`;
  const rust = `fn f(x: u32) {\nmatch x {\n${arms.map((at) => `${at} => g(),`).join('\n')}\n_ => {}\n}\n}\n`;
  const { notScanned } = await scanCode([
    { path: 'a.go', text: go },
    { path: 'a.rs', text: rust },
  ]);
  assert.deepEqual(notScanned, []);
});
