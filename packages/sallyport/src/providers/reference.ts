import { Secret } from '../kernel/index.ts';

/** Where a secret of the configuration comes from. */
export type Reference = { readonly from: 'env' | 'file' | 'sealed'; readonly name: string };

/** What references are looked up in. `readFile` throws when the file cannot be read. */
export type Sources = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
};

/** Real keys have 20 to 200 characters; one that is shorter than this would make every reply look like a leak of it. */
const MIN_SECRET = 8;
/** Room for tokens in the form of a JWT. */
const MAX_SECRET = 4_096;
/** Names under which keys are sealed: they appear in lists, events and addresses. */
const SEALED_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Reads `${env:NAME}`, `${file:PATH}`, `${sealed:NAME}`; undefined for anything else. */
export function parseReference(text: string): Reference | undefined {
  const match = /^\$\{(env|file|sealed):([^{}\s]+)\}$/.exec(text);
  const [, from, name] = match ?? [];
  if (from === undefined || name === undefined) return undefined;
  if (from === 'sealed' && !SEALED_NAME.test(name)) return undefined;
  return { from: from as Reference['from'], name };
}

export function isSealedName(name: string): boolean {
  return SEALED_NAME.test(name);
}

/**
 * Whether a text can be a key: visible ASCII only. White space or a line feed in it would split the header that carries it (CWE-113).
 */
export function isSecretText(text: string): boolean {
  return text.length >= MIN_SECRET && text.length <= MAX_SECRET && /^[\u0021-\u007e]+$/.test(text);
}

/** The secret behind an `env` or `file` reference, or what is wrong. The problem names the source, never its content. */
export function lookUp(reference: Reference, sources: Sources): { ok: true; secret: Secret } | { ok: false; problem: string } {
  const read = reference.from === 'env' ? fromEnvironment(reference.name, sources) : fromFile(reference.name, sources);
  if (typeof read !== 'string') return { ok: false, problem: read.problem };
  const text = read.replace(/\r?\n$/, '');
  if (isSecretText(text)) return { ok: true, secret: new Secret(text) };
  return {
    ok: false,
    problem: `what ${reference.from}:${reference.name} holds is no key: 8 to 4,096 visible ASCII characters are expected`,
  };
}

function fromEnvironment(name: string, sources: Sources): string | { problem: string } {
  const value = sources.env[name];
  return value === undefined || value === '' ? { problem: `the environment variable ${name} is not set` } : value;
}

function fromFile(path: string, sources: Sources): string | { problem: string } {
  try {
    return sources.readFile(path);
  } catch {
    return { problem: `the file ${path} cannot be read` };
  }
}
