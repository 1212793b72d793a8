import type { CodeView } from './code_view.ts';
import type { Inspection } from './inspection.ts';

/** Names that say what they hold is a secret. */
const SECRET =
  /(?:^|_)(?:passwd|password|passphrase|pwd|secret|secret_?key|api_?key|apikey|private_?key|access_?key|(?:access|auth|api|bearer|refresh)_?token|client_?secret|credentials?)$/i;
/** Names that often do: believed when the value looks like one too. */
const MAYBE = /(?:^|_)(?:pw|pass|cred|creds|token|key|auth|salt)$/i;
const NOT =
  /(?:^|_)(?:no|is|has|err|error|hash|hashed|prompt|default|field|name|header|param|label|placeholder|test|example|invalid|wrong|env|path|file|url|type|kind|id)(?:_|$)/i;
const PLACEHOLDER =
  /example|change_?me|placeholder|your|dummy|sample|redacted|<.*>|\$\{|%[sv]|^x+$|^\*+$|^\.+$|^(.)\1+$|^(?:[a-z]+:)?\/\/?[^@]*$/i;
/** Words, paths and names of variables. */
const WORDS = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^[a-z]+(?:[._/-][a-z]+)*$|^[A-Za-z][a-z]*(?:[A-Z][a-z]+)*$/;
/** Bits a letter above which a text is drawn at random, and the length from which that can be told. */
const RANDOM_BITS = 3.4;
const RANDOM_LENGTH = 16;

const DECLARATIONS: readonly (readonly [kind: string, name: string, value: string])[] = [
  ['short_var_declaration', 'left', 'right'],
  ['assignment_statement', 'left', 'right'],
  ['const_spec', 'name', 'value'],
  ['var_spec', 'name', 'value'],
  ['keyed_element', 'key', 'value'],
  ['let_declaration', 'pattern', 'value'],
  ['const_item', 'name', 'value'],
  ['static_item', 'name', 'value'],
  ['assignment_expression', 'left', 'right'],
  ['field_initializer', 'field', 'value'],
];

/** A variable, constant or field that is named after a secret gets a literal, or is compared with one. */
export const credentialLiteral: Inspection = {
  languages: ['go', 'rust'],
  words: ['pass', 'Pass', 'PASS', 'pwd', 'PWD', 'ecret', 'SECRET', 'oken', 'TOKEN', 'ey', 'KEY', 'cred', 'Cred', 'CRED', 'pw', 'auth'],
  run(code, found) {
    for (const [kind, name, value] of DECLARATIONS) {
      for (const node of code.of(kind)) {
        const target = code.child(node, name);
        if (isCredential(code, target, code.child(node, value))) found(node);
      }
    }
    for (const node of code.of('binary_expression')) {
      if (!/^[!=]=$/.test(code.text(code.child(node, 'operator')))) continue;
      const [left, right] = [code.child(node, 'left'), code.child(node, 'right')];
      if (isCredential(code, left, right) || isCredential(code, right, left)) found(node);
    }
  },
};

function isCredential(code: CodeView, target: number, value: number): boolean {
  const literal = literalOf(code, value);
  return literal !== undefined && isCredentialNamed(code.text(target), literal);
}

/** Whether a literal under this name is a credential, and no word, path or placeholder. */
export function isCredentialNamed(target: string, literal: string): boolean {
  if (literal.length < 8 || literal.length > 500 || /\s/.test(literal) || PLACEHOLDER.test(literal) || WORDS.test(literal)) return false;
  const name = snake(/(\w+)["']?\)?$/.exec(target.slice(-80))?.[1] ?? '');
  if (NOT.test(name)) return false;
  if (SECRET.test(name)) return /\d/.test(literal) || isRandom(literal);
  return MAYBE.test(name) && isRandom(literal);
}

/** The text of a literal, through one list, one conversion (`[]byte("x")`, `"x".to_string()`) and brackets. */
function literalOf(code: CodeView, value: number): string | undefined {
  let at = value;
  for (let step = 0; step < 4 && at >= 0; step++) {
    const kind = code.kind(at);
    if (kind.endsWith('string_literal')) return code.text(at).replace(/^b?r?#*["`]|["`]#*$/g, '');
    if (
      kind === 'call_expression' &&
      /^(?:\[\]byte|string|String::from|.*"\.(?:to_string|to_owned|into|as_bytes))$/s.test(code.text(code.child(at, 'function')))
    ) {
      const [first = -1] = code.children(code.child(at, 'arguments'));
      const callee = code.child(at, 'function');
      at = code.kind(callee) === 'field_expression' ? code.child(callee, 'value') : first;
    } else if (
      /^(?:expression_list|literal_element|reference_expression|parenthesized_expression|type_conversion_expression)$/.test(kind)
    ) {
      const children = code.children(at);
      if (kind === 'expression_list' && children.length !== 1) return undefined;
      at = children.at(-1) ?? -1;
    } else return undefined;
  }
  return undefined;
}

function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** Drawn at random, as far as its letters tell (Shannon's entropy). */
function isRandom(text: string): boolean {
  if (text.length < RANDOM_LENGTH || !/\d/.test(text) || !/[a-zA-Z]/.test(text)) return false;
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits >= RANDOM_BITS;
}
