import { isCredentialNamed } from './credential.ts';
import type { CodeView } from './code_view.ts';
import type { Inspection } from './inspection.ts';

/** Entries of objects and fields of classes; variables and arguments have checks with patterns. */
const ENTRIES: readonly (readonly [kind: string, name: string])[] = [
  ['pair', 'key'],
  ['public_field_definition', 'name'],
  ['field_definition', 'property'],
];

/** A field that is named after a secret and holds a literal that is no word: tables of texts name such fields too. */
export const credentialInObject: Inspection = {
  languages: ['python', 'javascript', 'typescript'],
  words: ['pass', 'Pass', 'PASS', 'pwd', 'PWD', 'ecret', 'SECRET', 'oken', 'TOKEN', 'ey', 'KEY'],
  run(code, found) {
    for (const [kind, name] of ENTRIES) {
      for (const node of code.of(kind)) {
        const literal = literalOf(code, code.child(node, 'value'));
        if (literal !== undefined && isCredentialNamed(code.text(code.child(node, name)), literal)) found(node);
      }
    }
  },
};

function literalOf(code: CodeView, value: number): string | undefined {
  if (code.kind(value) !== 'string') return undefined;
  const text = code.text(value);
  return /^[bru]{0,2}["']/i.test(text) ? text.replace(/^\w{0,2}["']{1,3}|["']{1,3}$/g, '') : undefined;
}
