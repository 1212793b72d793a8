import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionShape } from './question.ts';

const ANSWER = 'The old harbour tower of Sant Roc was painted red in 1902, and the harbour keeps the tower red to this day.';

test('a text that begins with what somebody asks or types into a search box', () => {
  for (const head of [
    'What colour has the harbour tower of Sant Roc? ',
    'what colour has the harbour tower of sant roc. ',
    'is the harbour tower of sant roc red. ',
    'harbour tower sant roc colour. ',
    'harbour tower sant roc colour.',
    'the tower of sant roc has which colour. ',
  ])
    assert.ok(questionShape(head + ANSWER) !== undefined, head);
});

test('not one that begins with a title, a sentence, or what it does not come back to', () => {
  for (const text of [
    `The harbour tower of Sant Roc. ${ANSWER}`,
    `the harbour tower of sant roc is red. ${ANSWER}`,
    `harbour tower sant roc colour, and more. ${ANSWER}`,
    `harbour notes\n${ANSWER}`,
    `invoice payment terms thirty days. ${ANSWER}`,
    `harbour tower sant roc colour. red, since 1902, as the harbour tower of Sant Roc is known to have been for years`,
    `harbour tower sant roc colour. ${`${ANSWER} `.repeat(20)}`,
  ])
    assert.equal(questionShape(text), undefined, text.slice(0, 60));
});
