import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toolEffect, type Effect } from './effect.ts';

const CASES: readonly (readonly [string, Effect])[] = [
  ['get_weather', 'read'],
  ['getUserProfile', 'read'],
  ['list-orders', 'read'],
  ['search_flights_and_hotels', 'read'],
  ['get_deleted_items', 'read'],
  ['readFile', 'read'],
  ['mcp__github__list_issues', 'read'],
  ['email_search', 'read'],
  ['order_status', 'read'],
  ['view_order_history', 'read'],
  ['create_issue', 'write'],
  ['calendar_create_event', 'write'],
  ['updateUserInfo', 'write'],
  ['run_python', 'write'],
  ['get_or_create_user', 'write'],
  ['send_email', 'egress'],
  ['email', 'egress'],
  ['postTweet', 'egress'],
  ['transfer_funds', 'egress'],
  ['fetch_url', 'egress'],
  ['get_webpage', 'egress'],
  ['get_web_settings', 'read'],
  ['mcp__mail__sendMessage', 'egress'],
  ['delete_file', 'destructive'],
  ['user-delete', 'destructive'],
  ['read_and_delete', 'destructive'],
  ['dropTable', 'destructive'],
  ['mcp__server__removeAll', 'destructive'],
  ['frobnicate', 'unknown'],
  ['', 'unknown'],
  ['___', 'unknown'],
  ['123', 'unknown'],
];

test('names tell the effect', () => {
  for (const [name, effect] of CASES) assert.equal(toolEffect(name), effect, name);
});

test('the operator decides, and only for names of their own list', () => {
  assert.equal(toolEffect('delete_draft', { delete_draft: 'write' }), 'write');
  assert.equal(toolEffect('toString', {}), 'unknown');
  assert.equal(toolEffect('__proto__', {}), 'unknown');
  assert.equal(toolEffect('send', { send: 'unknown' }), 'unknown');
});

test('a read prefix does not hide another verb behind a conjunction', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('get', 'list', 'read', 'search'),
      fc.constantFrom('delete', 'remove', 'wipe'),
      fc.constantFrom('_', '-'),
      (read, wipe, join) => {
        assert.equal(toolEffect([read, 'and', wipe].join(join)), 'destructive');
        assert.equal(toolEffect(`${read}And${wipe[0]?.toUpperCase()}${wipe.slice(1)}`), 'destructive');
      },
    ),
  );
});

test('any name is answered, long ones in bounded time', () => {
  fc.assert(
    fc.property(fc.string(), (name) => assert.ok(['read', 'write', 'egress', 'destructive', 'unknown'].includes(toolEffect(name)))),
  );
  assert.equal(toolEffect('get_'.repeat(100_000)), 'read');
});
