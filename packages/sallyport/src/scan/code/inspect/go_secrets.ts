import type { CodeView } from './code_view.ts';
import { goArguments, goCallee, goParameters, GO_FUNCTIONS } from './go_code.ts';
import type { Inspection } from './inspection.ts';

const SECRET =
  /(?:^|[_-])(?:passwd|password|passphrase|pwd|secret|api[_-]?key|private[_-]?key|access[_-]?key|(?:api|auth|access|refresh|bearer|session|id)[_-]?tokens?|client[_-]?secret)$/i;
const TEXT = /^(?:\*|\[\])*(?:string|byte)$/;
const MARSHALS = /^(?:json|xml|yaml|toml|bson)\.Marshal(?:Indent)?$/;
const ENCODES = /^(?:json|xml|yaml|toml)\.NewEncoder\([\s\S]*\)\.Encode$/;

/** What is written is not the secret: `Password: mask(p)`. */
const MASKED = /:\s*(?:\w+\.)?\w*(?:mask|redact|hash|encrypt|censor|obfuscat|scrub|sanit)\w*\(/i;

/** A struct with a secret in an exported field is written out as JSON, XML, YAML or TOML. */
export const goSecretSerialised: Inspection = {
  languages: ['go'],
  words: ['Marshal', 'NewEncoder'],
  run(code, found) {
    const structs = secretStructs(code);
    if (structs.size === 0) return;
    const declared = new Map<string, string>();
    for (const call of code.of('call_expression')) {
      const callee = goCallee(code, call);
      if (!MARSHALS.test(callee) && !ENCODES.test(callee)) continue;
      const [value = -1] = goArguments(code, call);
      if (MASKED.test(code.text(value))) continue;
      const type = typeOf(code, value, call, declared);
      if (structs.has(type)) found(call);
    }
  },
};

function secretStructs(code: CodeView): Set<string> {
  const found = new Set<string>();
  // A type that writes itself says what of it is written.
  const written = new Set([...code.tree.text.matchAll(/\bfunc\s*\(\w*\s*\*?(\w+)\)\s*Marshal/g)].map(([, name = '']) => name));
  for (const spec of code.of('type_spec')) {
    const name = code.text(code.child(spec, 'name'));
    if (written.has(name)) continue;
    if (code.kind(code.child(spec, 'type')) !== 'struct_type') continue;
    if (code.within(spec, 'field_declaration').some((field) => isSecret(code, field))) found.add(name);
  }
  return found;
}

function isSecret(code: CodeView, field: number): boolean {
  if (!TEXT.test(code.text(code.child(field, 'type')).replaceAll(' ', ''))) return false;
  const tag = code.text(code.child(field, 'tag'));
  const written = /(?:json|xml|yaml|toml|bson):"([^",]*)/.exec(tag)?.[1];
  if (written === '-') return false;
  const names = code
    .children(field)
    .filter((child) => code.tree.fieldName(child) === 'name')
    .map((child) => code.text(child));
  return names.some((name) => /^[A-Z]/.test(name) && (SECRET.test(snake(name)) || SECRET.test(written ?? '')));
}

function snake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/([A-Z])([A-Z][a-z])/g, '$1_$2');
}

/** The struct's name in `T{}`, `&T{}`, `[]T{}`, `map[K]T{}`, and of a variable or parameter of such a type. */
function typeOf(code: CodeView, value: number, from: number, declared: Map<string, string>): string {
  const text = code.text(value).trim();
  const literal = /^&?(?:\[[^\]]*\]|map\[[^\]]*\])*\*?([A-Za-z_]\w*)\s*\{/.exec(text)?.[1];
  if (literal !== undefined) return literal;
  const name = /^[&*]?([A-Za-z_]\w*)$/.exec(text)?.[1];
  const func = code.around(from, GO_FUNCTIONS);
  if (name === undefined || func < 0) return '';
  const key = `${func} ${name}`;
  let type = declared.get(key);
  if (type === undefined) declared.set(key, (type = declaredType(code, func, name, from)));
  return type;
}

function declaredType(code: CodeView, func: number, name: string, from: number): string {
  const given = [...goParameters(code, func), ...receiver(code, func)].find((one) => one.name === name)?.type;
  const declaration = new RegExp(`\\b(?:var\\s+${name}\\s+|${name}\\s*:?=\\s*&?)((?:\\[\\]|\\*)*[A-Za-z_]\\w*)\\s*(?:[{\\n]|$)`);
  return (given ?? declaration.exec(code.before(func, from))?.[1] ?? '').replace(/^(?:\[\]|\*)+/, '');
}

function receiver(code: CodeView, func: number): { name: string; type: string }[] {
  const [one = -1] = code.children(code.child(func, 'receiver'));
  return one < 0 ? [] : [{ name: code.text(code.child(one, 'name')), type: code.text(code.child(one, 'type')) }];
}
