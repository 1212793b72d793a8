import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { silentLogger, systemClock, type Command } from '../kernel/index.ts';
import { allCommands } from './commands.ts';
import { upCommand } from './up.ts';

// What the help says reads as one hand wrote it, and what documentation, console and error texts tell people to type exists.

const TOP = resolve(import.meta.dirname, '../../../..');
const SENTENCE = /^[A-Z`].*[.]$/s;
/** `./run words --flags` or `sallyport words --flags` in a text, up to what ends the command there. */
const TYPED = /(?:\.\/run|\bsallyport) ([a-z][a-z-]*(?:\|[a-z-]+)*)(?: ([a-z][a-z-]*(?:\|[a-z-]+)*))?([^`'"#\n|]*)/g;
const EVERYWHERE = new Set(['json', 'data', 'config', 'tenant', 'help']);

const commands = new Map<string, Command>();
for (const command of [...allCommands(silentLogger), upCommand({ env: {}, clock: systemClock, logger: silentLogger })])
  commands.set(command.name, command);

test('every command and flag says in a sentence what it does', () => {
  for (const { name, summary, flags } of commands.values()) {
    assert.match(summary, SENTENCE, name);
    assert.match(summary, /^\w+s\b/, `${name}: what it does, not what to do`);
    for (const flag of flags) assert.match(flag.summary, SENTENCE, `${name} --${flag.name}`);
    assert.equal(new Set(flags.map((flag) => flag.name)).size, flags.length, name);
  }
});

test('every command and flag that a text names exists', () => {
  const listed = execFileSync('git', ['ls-files', '*.md', 'deploy/*', 'action.yml', 'packages/console/src/*.tsx', '*/errors.ts'], {
    cwd: TOP,
  });
  const wrong: string[] = [];
  let seen = 0;
  for (const file of listed.toString('utf8').trim().split('\n')) {
    for (const [, first = '', second = '', rest = ''] of readFileSync(join(TOP, file), 'utf8').matchAll(TYPED)) {
      for (const [one, two] of first.split('|').flatMap((word) => second.split('|').map((other) => [word, other] as const))) {
        const command = commands.get(`${one} ${two}`) ?? commands.get(one);
        const group = [...commands.keys()].some((name) => name.startsWith(`${one} `));
        if (command === undefined && group && two !== '') wrong.push(`${file}: ${one} ${two}`);
        if (command === undefined) continue;
        seen++;
        for (const [, flag = ''] of rest.matchAll(/ --([a-z][a-z-]*)/g))
          if (!EVERYWHERE.has(flag) && !command.flags.some(({ name }) => name === flag)) wrong.push(`${file}: ${command.name} --${flag}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(seen > 100, `${seen} commands were read`);
});
