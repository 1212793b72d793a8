import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, randomBytes, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decrypt, encrypt } from './envelope.ts';
import { fail } from './errors.ts';
import type { KekPort, KekSource, SigningKey } from './types.ts';

const KEK_FILE = 'kek';
const SIGNING_FILE = 'signing.pem';

/** The key-encryption key of a source. `fresh`: nothing is stored yet, so a missing one may be made. */
export async function openKek(source: KekSource, fresh: boolean, env: Readonly<Record<string, string | undefined>>): Promise<KekPort> {
  if (source.kind === 'port') return source.port;
  if (source.kind === 'env') return localKek(decodeKey(env[source.variable] ?? ''));
  checkFolder(source.dir);
  const file = join(source.dir, KEK_FILE);
  if (!existsSync(file)) {
    if (!fresh) throw fail('KEYRING_KEK_MISSING', { say: `Looked for ${file}.` });
    await writePrivate(file, `${randomBytes(32).toString('base64')}\n`);
  }
  checkFile(file);
  return localKek(decodeKey(readFileSync(file, 'latin1').trim()));
}

function localKek(key: Buffer): KekPort {
  return {
    // Names the key without telling anything about its value.
    id: `local-${hash('sha256', Buffer.concat([Buffer.from('sallyport kek id'), key])).slice(0, 16)}`,
    wrap: async (plain, aad) => encrypt(key, plain, aad),
    unwrap: async (wrapped, aad) => {
      const plain = decrypt(key, wrapped, aad);
      if (plain === undefined) throw fail('KEYRING_KEK_WRONG');
      return plain;
    },
  };
}

function decodeKey(text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== 32 || !/^[A-Za-z0-9+/]{43}=$/.test(text)) throw fail('KEYRING_KEK_INVALID');
  return key;
}

/** The Ed25519 key that signs checkpoints (RFC 8032); made on the first start. A process with the key elsewhere has its own signing key. */
export async function openSigning(source: KekSource, fresh: boolean): Promise<SigningKey> {
  checkFolder(source.dir);
  const file = join(source.dir, SIGNING_FILE);
  if (!existsSync(file)) {
    if (!fresh && source.kind === 'file') throw fail('KEYRING_KEK_MISSING', { say: `Looked for ${file}.` });
    await writePrivate(file, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  checkFile(file);
  const privateKey = createPrivateKey(readFileSync(file, 'latin1'));
  const publicKey = createPublicKey(privateKey);
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' });
  return {
    keyId: hash('sha256', publicKey.export({ type: 'spki', format: 'der' })).slice(0, 16),
    publicKeyPem,
    sign: (bytes) => sign(null, bytes, privateKey),
  };
}

function checkFolder(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if ((statSync(dir).mode & 0o077) !== 0) throw fail('KEYRING_FOLDER_OPEN', { say: dir });
}

function checkFile(file: string): void {
  if ((statSync(file).mode & 0o077) !== 0) throw fail('KEYRING_FOLDER_OPEN', { say: file });
}

/** Written, synced, renamed, and the name synced: a power cut leaves the whole key or none, and never data wrapped by a key that is gone. */
async function writePrivate(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
