/** How secret a text is. Without a word of the operator everything inside is `internal`. */
export type Secrecy = 'public' | 'internal' | 'secret';

/** A value that must not leave: what a detector found, or what stands behind a word that says so. */
export type SecretValue = { readonly value: string; readonly message: number };

// `Password: hunter2`, `api_key=...`, `"token": "..."`: general words for what opens something, with a value of its own behind them.
const NAMES = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'api key',
  'api_key',
  'apikey',
  'api-key',
  'access token',
  'access_token',
  'auth token',
  'auth_token',
  'private key',
];
const BEHIND = /[ _-]?(?:key|token)?["']?\s{0,4}(?:is|[:=])\s{0,4}["']?([^\s"',;]{6,256})/iy;
const PEM = /-----begin [a-z ]*private key-----\s{0,8}([a-z0-9+/=\s]{32,400})/gi;
/** Secrets of one conversation that are looked for in a call. */
const MAX_SECRETS = 500;

/** Whether a canonical text has a word that names a credential: most have none, and this is asked of all of them. */
export function mayName(canonical: string): boolean {
  return HINTS.some((hint) => canonical.includes(hint));
}

const HINTS = ['passw', 'passphr', 'secret', 'key', 'token'];

/** Values of a text that are named as credentials. */
export function namedSecrets(text: string, message: number): SecretValue[] {
  const found: SecretValue[] = [];
  const lower = text.toLowerCase();
  const add = (value: string | undefined): void => {
    const plain = (value ?? '').replace(/[.)\]}]+$/, '').slice(0, 48);
    if (plain.length >= 6 && found.length < MAX_SECRETS) found.push({ value: plain, message });
  };
  for (const name of NAMES) {
    for (let at = lower.indexOf(name); at >= 0; at = lower.indexOf(name, at + name.length)) {
      BEHIND.lastIndex = at + name.length;
      add(BEHIND.exec(text)?.[1]);
    }
  }
  if (lower.includes('private key-----')) for (const match of text.matchAll(PEM)) add(match[1]);
  return found;
}

/** Whether a text carries a secret as it is, without its spacing, turned round, or in base64, hex or percent encoding. */
export function carries(text: string, secret: string): boolean {
  if (text.includes(secret)) return true;
  const tight = text.replace(/\s+/g, '');
  if (tight.includes(secret)) return true;
  const bytes = Buffer.from(secret, 'utf8');
  if (tight.toLowerCase().includes(bytes.toString('hex'))) return true;
  if (tight.includes(secret.split('').toReversed().join(''))) return true;
  if (text.includes('%') && decoded(text).includes(secret)) return true;
  // Base64 of a piece depends on where it begins in the whole: the three readings without their unsure first and last characters.
  for (let shift = 0; shift < 3; shift++) {
    const code = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const core = code.slice(shift === 0 ? 0 : shift + 1, code.length - (code.length % 4 === 0 ? 0 : 1));
    if (core.length >= 8 && (tight.includes(core) || tight.replaceAll('-', '+').replaceAll('_', '/').includes(core))) return true;
  }
  return false;
}

function decoded(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}
