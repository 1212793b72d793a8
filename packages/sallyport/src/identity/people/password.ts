import { argon2, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { fail } from '../errors.ts';

const derive = promisify(argon2);

/** OWASP's first choice for argon2id (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane; some 50 ms of one core. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Derivations at once: 40 MiB. More wait, so that a flood of sign-ins takes neither the memory nor every core. */
const AT_ONCE = 2;
const MAX_WAITING = 32;

/** NIST SP 800-63B section 3.1.1: length is what counts; 64 and more must be possible. */
export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 256;

let running = 0;
const waiting: (() => void)[] = [];

/** The password as it is kept: `$argon2id$v=19$m=…,t=…,p=…$salt$tag` (PHC string format). Rejects PASSWORD_WEAK, SIGN_IN_BUSY. */
export async function sealPassword(password: string, name: string): Promise<string> {
  const problem = weakness(password, name);
  if (problem !== undefined) throw fail('PASSWORD_WEAK', { say: problem });
  const salt = randomBytes(SALT_BYTES);
  const tag = await slowly(password, salt, COST, TAG_BYTES);
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Stands where a person has no password, and matches none. */
export const NO_PASSWORD = 'none';

/** Whether `password` is the one that `sealed` was made of. Rejects SIGN_IN_BUSY. */
export async function isPassword(password: string, sealed: string): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(sealed);
  // Whoever has no password (`NO_PASSWORD`) is not told from who has one by the time that it takes.
  if (match === null || password.length > MAX_PASSWORD) return pretendToCompare(password);
  const [, memory, passes, parallelism, salt, tag] = match;
  const expected = Buffer.from(tag ?? '', 'base64');
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  return timingSafeEqual(await slowly(password, Buffer.from(salt ?? '', 'base64'), cost, expected.length), expected);
}

/** Takes as long as a real comparison: whether a name exists does not show in the time of the answer. */
export async function pretendToCompare(password: string): Promise<false> {
  await slowly(password.slice(0, MAX_PASSWORD), Buffer.alloc(SALT_BYTES), COST, TAG_BYTES);
  return false;
}

async function slowly(
  password: string,
  nonce: Buffer,
  cost: typeof COST | Record<keyof typeof COST, number>,
  tagLength: number,
): Promise<Buffer> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MAX_WAITING) throw fail('SIGN_IN_BUSY');
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running++;
  try {
    return await derive('argon2id', { message: Buffer.from(password.normalize('NFC')), nonce, tagLength, ...cost });
  } finally {
    // The place goes to the next one in line; only without one is it free.
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

function weakness(password: string, name: string): string | undefined {
  if (password.length < MIN_PASSWORD) return `It needs ${MIN_PASSWORD} characters at least; a few words do.`;
  if (password.length > MAX_PASSWORD) return `It may have ${MAX_PASSWORD} characters at most.`;
  if (!password.isWellFormed()) return 'It has half a character in it.';
  if (new Set(password.toLowerCase()).size < 5) return 'It repeats a few characters.';
  if (name.length > 3 && password.toLowerCase().includes(name.toLowerCase())) return 'It contains the name.';
  return undefined;
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

/** Crockford's base 32 in groups of five, so that it can be written down: 120 random bits. */
export function newRecoveryCode(random: Uint8Array = randomBytes(24)): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const letters = Array.from(random, (byte) => alphabet[byte & 31]).join('');
  return letters.replace(/.{6}(?=.)/g, '$&-');
}

/** SHA-256 of a recovery code, however it was typed: O is read as 0, I and L as 1. */
export function recoveryHash(code: string): Buffer {
  const plain = code.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return hash('sha256', plain, 'buffer');
}
