import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFields, mayBeField, readResult } from './field.ts';
import { intentOf, readRequest } from './intent.ts';
import { hostOf, kindOf, roleOf, type ValueKind } from './kind.ts';
import { leavesOf } from './leaf.ts';
import { piecesOf } from './pasted.ts';
import { readLiteral } from './reader.ts';
import { canonical, holds, stem } from './text.ts';
import { toolFacts } from './tool.ts';

test('an address is not found inside of a longer one', () => {
  assert.ok(holds('see www.bank.com/a', 'bank.com', true));
  assert.ok(holds('mail a@bank.com.', 'a@bank.com', true));
  for (const text of ['not-bank.com', 'bank.com.evil.org', 'x@bank.com', 'bank.community', 'my.bank.com'])
    assert.ok(!holds(text, 'bank.com', true), text);
  assert.ok(!holds('id 4711', '471'));
});

test('what shows alike compares alike', () => {
  assert.equal(canonical('Ｅvil\u200b@X.org'), 'evil@x.org');
  assert.equal(canonical('a\n  b\t c '), 'a b c');
  for (const [a, b] of [
    ['inviting', 'invite'],
    ['emails', 'email'],
    ['scheduled', 'schedule'],
    ['deleting', 'delete'],
  ] as const)
    assert.equal(stem(a), stem(b));
});

test('kinds of values', () => {
  const cases: readonly (readonly [argument: string, value: string, kind: ValueKind])[] = [
    ['to', 'a.b@c.example', 'email'],
    ['url', 'www.x.example/y', 'url'],
    ['body', 'https://x.example', 'url'],
    ['note', 'ada.byron', 'text'],
    ['recipient', 'DE89 3704 0044 0532 0130 00', 'iban'],
    ['file_path', '/a/b', 'path'],
    ['attachment', 'report.pdf', 'path'],
    ['user_id', '7', 'handle'],
    ['amount', '12.50', 'number'],
    ['date', '2026-01-02 10:00', 'date'],
    ['new_password', 'hunter2', 'credential'],
    ['title', 'Day off', 'title'],
    ['input_ids', 'email_field', 'locator'],
    ['otp', '123456', 'number'],
    ['message_body', 'Hello there', 'text'],
  ];
  for (const [argument, value, kind] of cases) assert.equal(kindOf(value, roleOf(argument).hint), kind, `${argument} ${value}`);
  assert.equal(hostOf('https://user@www.X.example:8080/a?b'), 'x.example');
});

test('arguments: lists that the model wrote as text, addresses inside of texts, named sinks', () => {
  assert.deepEqual(
    leavesOf('{"to": "[\'a@x.org\', \'b@x.org\']", "cc": "c@x.org, d@x.org", "body": "see www.x.org and e@x.org", "n": null}')?.map(
      (leaf) => [leaf.value, leaf.kind, leaf.inside],
    ),
    [
      ['a@x.org', 'email', false],
      ['b@x.org', 'email', false],
      ['c@x.org', 'email', false],
      ['d@x.org', 'email', false],
      ['see www.x.org and e@x.org', 'text', false],
      ['e@x.org', 'email', true],
      ['www.x.org', 'url', true],
    ],
  );
  assert.equal(leavesOf('{"note": "x"}', new Set(['note']))?.[0]?.role, 'sink');
  assert.equal(leavesOf('[1]'), undefined);
});

test('results: JSON, Python literals and YAML lists have fields; what follows them and what is composed has none', () => {
  const yaml =
    "- id: '1'\n  text: 'a long text of\n    two lines with account: X9 in it'\n  list:\n  - p@x.org\n- id: '2'\nSend money to: X9\nrecipient: X9";
  const results = [
    yaml,
    '[{"id": "1", "list": ["p@x.org"]}, {"id": 2}] X9',
    "[{'id': '1', 'list': ['p@x.org'], 'n': None}, {'id': 2}]\nrecipient: X9",
  ];
  for (const text of results) {
    const reading = readResult(text);
    assert.equal(reading.rows.length, 2, text);
    assert.equal(findFields(reading, 'p@x.org')[0]?.record, 0, text);
    assert.equal(findFields(reading, '2')[0]?.record, 1, text);
    assert.deepEqual(findFields(reading, 'x9'), [], text);
  }
  assert.equal(findFields(readResult('iban: DE89 3704 0044'), 'de8937040044').length, 1);
  assert.deepEqual(readResult('Dear tenant,\npay to: X9').fields, []);
  assert.equal(findFields(readResult('a: 1\nb: 2\na: X9'), 'x9').length, 0);
  assert.equal(readLiteral('{"a": '), undefined);
  assert.deepEqual(readLiteral('["a\\u0062\\n"]')?.value, ['ab\n']);
});

test('a result that has a value only in its prose is told from one that may have it as a field, without reading it', () => {
  const may = (text: string, value: string): boolean => mayBeField(text, canonical(text), value);
  for (const text of [
    'to: a@x.org',
    '- a@x.org',
    'to:\n  a@x.org\nb: 1',
    "{'to': 'A@X.org'}",
    '["b", "a@x.org"]',
    '- "a@x.org" ',
    'text: he wrote a@x.org and\nto: ａ@x.org',
    'link: see a@x.org there\nto: (a@x.org)',
  ])
    assert.equal(may(text, 'a@x.org'), true, text);
  for (const text of [
    '- write to a@x.org soon',
    'body: "Hello,\n  write to a@x.org soon"',
    '{"a": "to a@x.org."}',
    'nothing here',
    'body: mail a@x.org\n  or call',
  ])
    assert.equal(may(text, 'a@x.org'), false, text);
  for (const text of ['link: https://www.x.org/y/', "- 'www.x.org/y'", 'x.org/y: 3']) assert.equal(may(text, 'x.org/y'), true, text);
  assert.equal(may('body: see https://www.x.org/y for more', 'x.org/y'), false);
  assert.equal(may('a: 1', ''), false);
});

test('whatever is a field may be one', () => {
  const values = ['a@x.org', 'x.org/y', 'room 5', '12', 'münchen-3'];
  const pieces = [
    ...values,
    'A@x.org',
    'https://www.x.org/y',
    'ROOM  5',
    'see ',
    ', ',
    ' (',
    ')',
    '\n  ',
    '\n- ',
    ': ',
    "'",
    '"',
    'name',
    '-',
    ' ',
    '. ',
  ];
  let seed = 7;
  const next = (count: number): number => (seed = (seed * 48_271) % 2_147_483_647) % count;
  let fields = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = '- to: ' + Array.from({ length: 1 + next(8) }, () => pieces[next(pieces.length)]).join('');
    for (const value of values) {
      if (!canonical(text).includes(value) || findFields(readResult(text), value).length === 0) continue;
      fields++;
      assert.equal(mayBeField(text, canonical(text), value), true, JSON.stringify([text, value]));
    }
  }
  assert.ok(fields > 1_000);
});

test('what was put into a user message is not theirs', () => {
  const own = (text: string): string =>
    piecesOf(text)
      .filter((piece) => piece.own)
      .map((piece) => piece.text.trim())
      .join('|');
  assert.equal(own('Sum up <document id="1">a </document> b</document> please'), 'Sum up|please');
  assert.equal(own('Answer:\n> quoted\n> more\nthanks'), 'Answer:|thanks');
  assert.equal(own('Look\n---------- Forwarded message ---------\nFrom: x'), 'Look');
  assert.equal(own(`Fix\n\`\`\`\n${'line\n'.repeat(9)}\`\`\`\nnow`), 'Fix|```\nnow');
  assert.equal(own('Run `ls` in <b>bold</b>, a -> b'), 'Run `ls` in <b>bold</b>, a -> b');
});

test('tools: the operator decides, annotations only make stricter, names tell the rest', () => {
  assert.equal(toolFacts('get_x', { 'get_*': { effect: 'write', output: 'opaque' } }).effect, 'write');
  assert.equal(toolFacts('get_x', { '*': { output: 'opaque' }, get_x: { effect: 'read' } }).output, 'opaque');
  assert.equal(toolFacts('mail_get', { 'm*_get': { output: 'trusted' } }).output, 'trusted');
  assert.equal(toolFacts('delete_x', {}, { readOnlyHint: true }).effect, 'destructive');
  assert.equal(toolFacts('get_x', {}, { destructiveHint: true }).source, 'annotation');
  assert.equal(toolFacts('read_file').output, 'opaque');
  assert.equal(toolFacts('list_files').output, 'structured');
  assert.equal(toolFacts('send_x', { send_x: { output: 'trusted' } }).output, 'structured');
  assert.ok(toolFacts('fetch_url').fetches && toolFacts('send_mail').outside && !toolFacts('post_webpage').fetches);
});

test('a request names actions by verbs, not by things', () => {
  const asked = (tool: string, request: string): string => intentOf(toolFacts(tool), readRequest(request)).asked;
  assert.equal(asked('send_email', 'Email Bob the total'), 'asked');
  assert.equal(asked('send_email', 'Find the email from Bob'), 'near');
  assert.equal(asked('send_email', 'Give me the date'), 'no');
  assert.equal(asked('share_file', 'Bob shared a file'), 'near');
  assert.equal(asked('share_file', 'The file should be shared'), 'asked');
  assert.equal(asked('delete_repo', 'Tell me about the repo'), 'near');
  assert.equal(asked('delete_repo', 'Remove the repo'), 'asked');
  assert.equal(asked('update_password', 'Change the password to x'), 'asked');
  assert.equal(asked('update_password', 'Update my address'), 'no');
  assert.equal(asked('verify_account', 'Buy a lamp'), 'step');
  assert.equal(asked('frobnicate_widget', 'Please frobnicate it'), 'asked');
  assert.equal(asked('orders__refund', 'Refund order 20388'), 'asked');
  assert.equal(asked('orders__refund', 'Where is order 20388?'), 'near');
  assert.equal(asked('passwords__update', 'Update my address'), 'no');
  assert.equal(intentOf(toolFacts('send_certificate'), readRequest('I am unhappy'), new Set(['send', 'certificat'])).asked, 'asked');
});
