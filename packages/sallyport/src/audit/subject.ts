/** The keyed hashes of a tenant (keyring). */
type Keys = { mac(purpose: string, ...parts: string[]): Buffer };

/**
 * A subject (the end user that a request names, else the principal) as tables and logs know it: a keyed hash in hex, so that a person's id stays
 * out of both. Everything that is sealed for a person is sealed under this name: one erasure then reaches all of it.
 */
export function subjectHash(keys: Keys, subject: string): string {
  return keys.mac('audit.subject', subject).toString('hex');
}
