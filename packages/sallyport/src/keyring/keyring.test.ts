import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { ANNA, BERT, codeOf, openTestStore, type TestStore } from '../../test/kit/stores.ts';
import { decrypt, encrypt, framed } from './envelope.ts';
import { openKeyring, type KekPort, type Keyring } from './service.ts';

let stores: TestStore;
let dir: string;
let keyring: Keyring;
const clock = (): number => Date.now();
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (plain: Uint8Array | undefined): string | undefined => (plain === undefined ? undefined : Buffer.from(plain).toString());

before(async () => {
  stores = (await openTestStore('pglite')) as TestStore;
  dir = join(mkdtempSync(join(tmpdir(), 'sallyport-keys-')), 'data.keys');
  keyring = await openKeyring(stores.store, { kind: 'file', dir }, { clock });
});
after(async () => {
  await stores.stop();
  rmSync(join(dir, '..'), { recursive: true, force: true });
});

test('framing is injective: no two lists of parts give the same bytes', () => {
  const parts = fc.array(fc.string({ maxLength: 6 }), { maxLength: 4 });
  fc.assert(
    fc.property(parts, parts, (a, b) => framed(a).equals(framed(b)) === (JSON.stringify(a) === JSON.stringify(b))),
    { numRuns: 2_000 },
  );
});

test('an envelope opens with its key and its additional data, and not when any bit differs', () => {
  const key = Buffer.alloc(32, 7);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(), fc.nat(7), (plain, at, bit) => {
      const aad = bytes('aad');
      const sealed = encrypt(key, plain, aad);
      assert.deepEqual(decrypt(key, sealed, aad), Buffer.from(plain));
      const changed = Buffer.from(sealed);
      changed[at % changed.length] = (changed[at % changed.length] as number) ^ (1 << bit);
      assert.equal(decrypt(key, changed, aad), undefined);
      assert.equal(decrypt(key, sealed, bytes('aae')), undefined);
      assert.equal(decrypt(Buffer.alloc(32, 8), sealed, aad), undefined);
    }),
  );
});

test('a sealed value opens for its tenant, purpose and owner only', async () => {
  const sealed = await keyring.seal(ANNA, 'token', 'connection-1', bytes('s3cret'));
  assert.equal(text(await keyring.open(ANNA, 'token', 'connection-1', sealed)), 's3cret');
  assert.equal(await codeOf(keyring.open(BERT, 'token', 'connection-1', sealed)), 'KEYRING_OPEN_FAILED');
  assert.equal(await codeOf(keyring.open(ANNA, 'other', 'connection-1', sealed)), 'KEYRING_OPEN_FAILED');
  assert.equal(await codeOf(keyring.open(ANNA, 'token', 'connection-2', sealed)), 'KEYRING_OPEN_FAILED');
  for (let at = 0; at < sealed.length; at++) {
    const changed = Uint8Array.from(sealed);
    changed[at] = (changed[at] as number) ^ 1;
    assert.equal(await codeOf(keyring.open(ANNA, 'token', 'connection-1', changed)), 'KEYRING_OPEN_FAILED', `byte ${at}`);
  }
});

test('erasing a subject makes its text unreadable and leaves others alone', async () => {
  const one = await keyring.sealFor(ANNA, 'user-1', 'content', 'evt', bytes('one'));
  const two = await keyring.sealFor(ANNA, 'user-2', 'content', 'evt', bytes('two'));
  assert.equal(text(await keyring.openFor(ANNA, 'user-1', 'content', 'evt', one)), 'one');
  assert.equal(await codeOf(keyring.openFor(ANNA, 'user-2', 'content', 'evt', one)), 'KEYRING_OPEN_FAILED');
  assert.equal(await keyring.eraseSubject(ANNA, 'user-1'), true);
  assert.equal(await keyring.openFor(ANNA, 'user-1', 'content', 'evt', one), undefined);
  assert.equal(text(await keyring.openFor(ANNA, 'user-2', 'content', 'evt', two)), 'two');
  assert.equal(await keyring.eraseSubject(ANNA, 'user-1'), false);
  const stored = JSON.stringify(await stores.store.system('test', (sql) => sql.query('select subject from keyring_keys')));
  assert.ok(!stored.includes('user-2'), 'a subject is stored as a keyed hash only');
});

test('keyed hashes differ by tenant and purpose, frame their parts, and stay the same when data keys rotate', async () => {
  const anna = await keyring.tenant(ANNA);
  const bert = await keyring.tenant(BERT);
  const value = anna.mac('evidence', 'ab', 'c');
  assert.notDeepEqual(value, bert.mac('evidence', 'ab', 'c'));
  assert.notDeepEqual(value, anna.mac('other', 'ab', 'c'));
  assert.notDeepEqual(value, anna.mac('evidence', 'a', 'bc'));
  const before = await keyring.seal(ANNA, 'p', 'o', bytes('old'));
  await keyring.rotateTenant(ANNA);
  const reopened = await openKeyring(stores.store, { kind: 'file', dir }, { clock });
  assert.deepEqual((await reopened.tenant(ANNA)).mac('evidence', 'ab', 'c'), value);
  assert.equal(text(await reopened.open(ANNA, 'p', 'o', before)), 'old');
  const after = await reopened.seal(ANNA, 'p', 'o', bytes('new'));
  assert.notDeepEqual(after.slice(0, 32), before.slice(0, 32), 'a new data key seals');
});

test('the signing key signs and is kept', async () => {
  const signing = keyring.signing();
  const message = bytes('checkpoint');
  assert.ok(verify(null, message, createPublicKey(signing.publicKeyPem), signing.sign(message)));
  assert.equal((await openKeyring(stores.store, { kind: 'file', dir }, { clock })).signing().keyId, signing.keyId);
});

test('the key folder is private, and a wide one is refused', async () => {
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  for (const name of readdirSync(dir)) assert.equal(statSync(join(dir, name)).mode & 0o777, 0o600, name);
  chmodSync(join(dir, 'kek'), 0o644);
  assert.equal(await codeOf(openKeyring(stores.store, { kind: 'file', dir }, { clock })), 'KEYRING_FOLDER_OPEN');
  chmodSync(join(dir, 'kek'), 0o600);
});

test('a missing or wrong key-encryption key is an error, never a new one', async () => {
  const empty = join(dir, '..', 'other.keys');
  assert.equal(await codeOf(openKeyring(stores.store, { kind: 'file', dir: empty }, { clock })), 'KEYRING_KEK_MISSING');
  const wrong = { kind: 'env', variable: 'KEK', dir: empty } as const;
  assert.equal(
    await codeOf(openKeyring(stores.store, wrong, { clock, env: { KEK: Buffer.alloc(32, 1).toString('base64') } })),
    'KEYRING_KEK_WRONG',
  );
  assert.equal(await codeOf(openKeyring(stores.store, wrong, { clock, env: { KEK: 'short' } })), 'KEYRING_KEK_INVALID');
});

test('the key-encryption key moves to a port: everything stays readable, the old one opens nothing', async () => {
  const sealed = await keyring.seal(BERT, 'p', 'o', bytes('kept'));
  const port: KekPort = {
    id: 'kms-1',
    wrap: async (key, aad) => encrypt(Buffer.alloc(32, 9), key, aad),
    unwrap: async (wrapped, aad) => decrypt(Buffer.alloc(32, 9), wrapped, aad) as Buffer,
  };
  const before = readFileSync(join(dir, 'kek'), 'utf8');
  assert.ok((await keyring.rotateKek({ kind: 'port', port, dir })) > 0);
  const moved = await openKeyring(stores.store, { kind: 'port', port, dir }, { clock });
  assert.equal(text(await moved.open(BERT, 'p', 'o', sealed)), 'kept');
  assert.equal(await codeOf(openKeyring(stores.store, { kind: 'file', dir }, { clock })), 'KEYRING_KEK_WRONG');
  assert.equal(readFileSync(join(dir, 'kek'), 'utf8'), before);
});
