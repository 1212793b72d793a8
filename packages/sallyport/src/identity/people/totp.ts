import { createHmac } from 'node:crypto';

/** Seconds of one step (RFC 6238 section 5.2: 30 is what every app takes). */
const STEP_SECONDS = 30;
/** Steps before and after the present one whose codes count: a phone's clock may be off, and typing takes time. */
const STEPS_OFF = 1;
const DIGITS = 6;
/** RFC 4226 section 4: 160 bits. */
export const TOTP_SECRET_BYTES = 20;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of a moving factor (HOTP, RFC 4226 section 5.3): SHA-1, which is what apps take; its collisions do not matter under HMAC. */
export function hotp(secret: Uint8Array, counter: number, digits: number = DIGITS): string {
  const moving = Buffer.alloc(8);
  moving.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac('sha1', secret).update(moving).digest();
  const at = (mac[mac.length - 1] ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/** The step of a time in milliseconds since 1970. */
export function totpStep(now: number): number {
  return Math.floor(now / 1_000 / STEP_SECONDS);
}

/** The step whose code this is, of those near `now` and after `used`; undefined when it is none. Every step is looked at, whatever the first ones say. */
export function stepOfCode(secret: Uint8Array, code: string, now: number, used: number): number | undefined {
  const typed = code.replace(/\s/g, '');
  let found: number | undefined;
  for (let step = totpStep(now) - STEPS_OFF; step <= totpStep(now) + STEPS_OFF; step++) {
    if (hotp(secret, step) === typed && step > used) found = step;
  }
  return found;
}

/** RFC 4648 section 6, without padding. */
export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let held = 0;
  let text = '';
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    for (held += 8; held >= 5; held -= 5) text += BASE32[(bits >>> (held - 5)) & 31];
    bits &= (1 << held) - 1;
  }
  return held === 0 ? text : text + (BASE32[(bits << (5 - held)) & 31] ?? '');
}

/** The address that apps read from a QR code (Key URI Format of Google Authenticator). */
export function totpUri(secret: Uint8Array, name: string): string {
  return `otpauth://totp/Sallyport:${encodeURIComponent(name)}?secret=${base32(secret)}&issuer=Sallyport&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`;
}
