import assert from 'node:assert/strict';
import test from 'node:test';
import { hiddenCases } from '../../test/kit/hidden_cases.ts';
import { withConcealedCharacters } from './characters.ts';
import { LIMITS } from './document.ts';
import { readDocument } from './read.ts';

// Every way to hide a text that we know of, in every format: the text must come out, told as hidden in one of the ways that fit.

test('hidden text of every kind is found and told apart from what is seen', async () => {
  const wrong: string[] = [];
  for (const { name, how, file, bytes, hidden } of hiddenCases()) {
    const read = await readDocument({ bytes, name: file }, LIMITS);
    if (!read.ok) {
      wrong.push(`${name}: ${read.refusal}`);
      continue;
    }
    const { parts } = withConcealedCharacters(read);
    const words = (text: string): string => text.replace(/[\s\u200b]+/g, ' ').replace(/[()]/g, '');
    const found = parts.filter((part) => words(part.text).includes(words(hidden)));
    const told = found.some(({ shown }) => how.includes(shown));
    if (!told) wrong.push(`${name}: ${parts.map((part) => `${part.shown}=${JSON.stringify(part.text.slice(0, 60))}`).join(' ')}`);
    else if (!['md', 'txt'].includes(file.slice(2)) && found.some(({ shown }) => shown === 'visible')) wrong.push(`${name}: also visible`);
  }
  assert.deepEqual(wrong, []);
});
