import { decrypt, encrypt, framed } from './envelope.ts';

/** First byte of a sealed value. A later form gets another number; what is stored stays readable. */
const VERSION = 1;

/** What a sealed value is bound to: it opens for nothing else. */
export type Binding = { readonly tenant: string; readonly subject: string; readonly purpose: string; readonly owner: string };

/** Version, length and text of the key's id, then the envelope. */
export function sealValue(keyId: string, key: Uint8Array, binding: Binding, plain: Uint8Array): Buffer {
  const id = Buffer.from(keyId, 'latin1');
  return Buffer.concat([Buffer.from([VERSION, id.length]), id, encrypt(key, plain, bound(keyId, binding))]);
}

/** The id of the key that a sealed value needs; undefined for what is no sealed value. */
export function keyIdOf(sealed: Uint8Array): string | undefined {
  const length = sealed[1];
  if (sealed[0] !== VERSION || length === undefined || sealed.length < 2 + length) return undefined;
  return Buffer.from(sealed.subarray(2, 2 + length)).toString('latin1');
}

/** The plain bytes, or undefined when anything differs. */
export function openValue(keyId: string, key: Uint8Array, binding: Binding, sealed: Uint8Array): Buffer | undefined {
  return decrypt(key, sealed.subarray(2 + keyId.length), bound(keyId, binding));
}

function bound(keyId: string, binding: Binding): Buffer {
  return framed(['sallyport sealed value 1', keyId, binding.tenant, binding.subject, binding.purpose, binding.owner]);
}
