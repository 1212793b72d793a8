import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PrincipalId } from '../../kernel/index.ts';
import type { SessionNote } from './person.ts';
import { deviceOf, listedSession, placeOf } from './session_view.ts';

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';
const NEWER = CHROME.replace('150', '151');
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';

const note = (id: string, more: Partial<SessionNote> = {}): SessionNote => ({
  ...{ id, person: 'prn_a' as PrincipalId, name: 'anna', created: 0, seen: 0, expires: 1, agent: CHROME, address: '203.0.113.7' },
  ...{ methods: ['hwk', 'user', 'mfa'], ...more },
});
const risk = (session: SessionNote, ...others: SessionNote[]): [string, number] => {
  const { risk: level, signals } = listedSession(session, [session, ...others]);
  return [level, signals.length];
};

describe('a session in the list', () => {
  it('says its device and place', () => {
    for (const [agent, device] of [
      [CHROME, 'Chrome 150 on Linux'],
      [SAFARI, 'Safari 19 on iOS'],
      [`${CHROME} Edg/150.0`, 'Edge 150 on Linux'],
      ['Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox 140 on Windows'],
      ['curl/8.9.1', 'curl'],
      ['', 'unknown program'],
    ] as const)
      assert.equal(deviceOf(agent), device);
    for (const [address, place] of [
      ['127.0.0.1', 'this machine'],
      ['::ffff:127.0.0.1', 'this machine'],
      ['::1', 'this machine'],
      ['203.0.113.7', '203.0.113.0/24'],
      ['10.1.2.3', 'local network 10.1.2.0/24'],
      ['2001:db8:1:2::3', '2001:db8:1::/48'],
      ['somewhere', 'somewhere'],
    ] as const)
      assert.equal(placeOf(address), place);
  });

  it('is a risk by what is new for the person, and not by what is not', () => {
    const first = note('1');
    assert.deepEqual(risk(first), ['low', 0], 'nothing to compare with');
    const later = { created: 10, seen: 86_400_000 };
    assert.deepEqual(risk(note('2', { ...later, agent: NEWER, address: '203.0.113.99' }), first), ['low', 0], 'a new version, a neighbour');
    assert.deepEqual(risk(note('2', { ...later, agent: SAFARI }), first), ['medium', 1]);
    assert.deepEqual(risk(note('2', { ...later, address: '198.51.100.1' }), first), ['medium', 1]);
    assert.deepEqual(risk(note('2', { ...later, agent: SAFARI, address: '198.51.100.1' }), first), ['high', 2]);
    const meanwhile = note('3', { created: 20, seen: later.seen + 60_000, address: '192.0.2.1' });
    assert.deepEqual(risk(note('2', { ...later }), first, meanwhile), ['medium', 1], 'two networks at once');
    const anothers = note('3', { person: 'prn_b' as PrincipalId, seen: later.seen, address: '192.0.2.1' });
    assert.deepEqual(risk(note('2', { ...later }), first, anothers), ['low', 0]);
    assert.deepEqual(risk(note('2', { ...later, methods: ['pwd'] }), first), ['low', 1], 'said, and no risk by itself');
  });
});
