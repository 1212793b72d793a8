import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPrinter, wantsColour, type Printer } from './terminal.ts';

type Shown = { printer: Printer; text: string[]; now: number };

/** Everything that is written, in order; stderr marked by `!`. */
function shown({ tty, quiet = false, columns = 20 }: { tty: boolean; quiet?: boolean; columns?: number }): Shown {
  const result: Shown = { text: [], now: 0, printer: { out() {}, note() {}, end() {} } };
  const terminal = (mark: string) => ({ write: (text: string) => void result.text.push(mark + text), isTTY: tty, columns });
  result.printer = createPrinter({ stdout: terminal(''), stderr: terminal('!'), clock: () => result.now, colour: tty, quiet });
  return result;
}

test('on a terminal a progress line is drawn in place, cut to the width, cleared before a result and ended at the end', () => {
  const screen = shown({ tty: true });
  screen.printer.note('one');
  screen.now = 100;
  screen.printer.note(`two ${'x'.repeat(40)}`);
  screen.printer.out('result');
  screen.now = 200;
  screen.printer.note('three');
  screen.printer.end();
  screen.printer.end();
  assert.deepEqual(screen.text, [
    '!\r\u001b[Kone',
    `!\r\u001b[Ktwo ${'x'.repeat(14)}…`,
    '!\r\u001b[K',
    'result\n',
    '!\r\u001b[Kthree',
    '!\n',
  ]);
});

test('a fast sequence is thinned out, but its last state is shown', () => {
  const screen = shown({ tty: true });
  for (let at = 0; at < 1000; at++) screen.printer.note(`row ${at}`);
  screen.printer.end();
  assert.deepEqual(screen.text, ['!\r\u001b[Krow 0', '!\r\u001b[Krow 999', '!\n']);
});

test('elsewhere progress is plain lines, one a second at most', () => {
  const log = shown({ tty: false });
  for (let at = 0; at <= 2500; at += 500) {
    log.now = at;
    log.printer.note(`at ${at}`);
  }
  log.printer.end();
  assert.deepEqual(log.text, ['!at 0\n', '!at 1000\n', '!at 2000\n', '!at 2500\n']);
});

test('a note that ends in a line feed stays, and is never dropped', () => {
  const log = shown({ tty: false });
  log.printer.note('warning: one\n');
  log.printer.note('warning: two\n');
  assert.deepEqual(log.text, ['!warning: one\n', '!warning: two\n']);
});

test('with --json nothing but the result; data in a note cannot act on the terminal', () => {
  const quiet = shown({ tty: true, quiet: true });
  quiet.printer.note('one');
  quiet.printer.note('two\n');
  quiet.printer.out('{}\n');
  quiet.printer.end();
  assert.deepEqual(quiet.text, ['{}\n']);
  const screen = shown({ tty: true, columns: 80 });
  screen.printer.note('x\u001b[2J\r\u202e');
  assert.deepEqual(screen.text, ['!\r\u001b[Kx\\u001b[2J\\u000d\\u202e']);
});

test('colour is for terminals that can, unless NO_COLOR is set', () => {
  const terminal = (isTTY: boolean) => ({ write() {}, isTTY, columns: 80 });
  assert.equal(wantsColour(terminal(true), {}), true);
  assert.equal(wantsColour(terminal(true), { NO_COLOR: '' }), true);
  assert.equal(wantsColour(terminal(true), { NO_COLOR: '1' }), false);
  assert.equal(wantsColour(terminal(true), { TERM: 'dumb' }), false);
  assert.equal(wantsColour(terminal(false), {}), false);
});
