import type { CheckDescription } from '../finding.ts';

/** What all rules `secrets.*` have in common; each names its kind of credential in its evidence. */
export const SECRET_CHECK: CheckDescription = {
  id: 'secrets',
  title: 'Credential in a file',
  why: 'Whoever can read the repository, its history or a build of it can use the credential. Deleting the line does not take it out of the history.',
  fix: 'Revoke it at its issuer, then read it from the environment or a secret store.',
  severity: 'high',
  taxonomy: ['CWE-798', 'LLM02:2025'],
};
