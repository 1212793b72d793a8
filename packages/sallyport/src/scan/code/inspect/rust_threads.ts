import type { CodeView } from './code_view.ts';
import type { Inspection } from './inspection.ts';
import { bounds, isUnbounded, topLevel } from './rust_code.ts';

/** Markers that keep no value: what is promised of them holds for any type. */
const NO_VALUE = /PhantomData<\s*(?:fn\b|\*|&?'?\w*\s*fn\b)/;

/**
 * `unsafe impl Send` and `Sync` that promise more than the type parameters do (the class of RUSTSEC-2020-0112 and some fifty advisories; method after
 * Rudra, SOSP 2021): a parameter without a bound, `Send` alone where a shared reference gives the value out, and cells that no lock guards.
 */
export const rustSendSync: Inspection = {
  languages: ['rust'],
  words: ['unsafe impl'],
  run(code, found) {
    for (const impl of code.of('impl_item')) {
      const marker = /(?:^|::)(Send|Sync)$/.exec(code.text(code.child(impl, 'trait')))?.[1];
      if (marker === undefined || !/^unsafe\s+impl\b/.test(code.text(impl)) || /\s!\s*(?:\w+::)*(?:Send|Sync)\b/.test(code.text(impl)))
        continue;
      const type = code.child(impl, 'type');
      const name = /([A-Za-z_]\w*)\s*(?:<|$)/.exec(code.text(type))?.[1] ?? '';
      const parameters = [...bounds(code, impl)];
      const struct = structOf(code, name);
      const isWrong =
        parameters.length === 0
          ? sharesCell(code.text(struct), marker)
          : parameters.some(([parameter, names]) => promisesTooMuch(code, { type, struct, name, marker, parameter, names }));
      if (isWrong) found(impl);
    }
  },
};

type Promised = {
  readonly type: number;
  readonly struct: number;
  readonly name: string;
  readonly marker: string;
  readonly parameter: string;
  readonly names: ReadonlySet<string>;
};

function promisesTooMuch(code: CodeView, { type, struct, name, marker, parameter, names }: Promised): boolean {
  const all = withSupertraits(code, names);
  if (!isUnbounded(new Set([...all].filter((one) => !isLocalTrait(code, one) && one !== 'Send' && one !== 'Sync')))) return false;
  const position = topLevel(/<([\s\S]*)>/.exec(code.text(type))?.[1] ?? '').indexOf(parameter);
  const declared = struct < 0 ? '' : (topLevel(code.text(code.child(struct, 'type_parameters')).slice(1, -1))[position] ?? '');
  const own = /^\s*([A-Z]\w*)/.exec(declared)?.[1] ?? parameter;
  if (struct >= 0 && onlyMarked(code.text(code.child(struct, 'body')), own)) return false;
  if (marker === 'Send') return !all.has('Send') && !all.has('Sync');
  if (all.has('Sync')) return false;
  return !all.has('Send') || givesReference(code, name, own);
}

function structOf(code: CodeView, name: string): number {
  return [...code.of('struct_item'), ...code.of('enum_item')].find((item) => code.text(code.child(item, 'name')) === name) ?? -1;
}

function isLocalTrait(code: CodeView, name: string): boolean {
  return code.of('trait_item').some((item) => code.text(code.child(item, 'name')) === name);
}

function withSupertraits(code: CodeView, names: ReadonlySet<string>): ReadonlySet<string> {
  const all = new Set(names);
  for (const item of code.of('trait_item')) {
    if (!all.has(code.text(code.child(item, 'name')))) continue;
    for (const bound of code.text(code.child(item, 'bounds')).match(/\w+/g) ?? []) all.add(bound);
  }
  return all;
}

/** A parameter of which the fields hold markers alone that keep no value. */
function onlyMarked(fields: string, parameter: string): boolean {
  const uses = fields.split(/[;,\n]/).filter((part) => new RegExp(`\\b${parameter}\\b`).test(part));
  return uses.length > 0 && uses.every((part) => NO_VALUE.test(part));
}

/** A method on a shared reference answers a reference to the value. */
function givesReference(code: CodeView, name: string, parameter: string): boolean {
  return code.of('impl_item').some((impl) => {
    if (!new RegExp(`\\b${name}\\b`).test(code.text(code.child(impl, 'type')))) return false;
    if (/\bDeref$/.test(code.text(code.child(impl, 'trait')))) return true;
    return code.within(impl, 'function_item').some((method) => {
      const head = code.text(code.child(method, 'parameters'));
      return (
        /^\(\s*&(?:'\w+\s+)?self\b/.test(head) && new RegExp(`&[^,]*\\b${parameter}\\b`).test(code.text(code.child(method, 'return_type')))
      );
    });
  });
}

function sharesCell(struct: string, marker: string): boolean {
  if (/\b(?:Rc|rc::Weak)\s*</.test(struct)) return true;
  return (
    marker === 'Sync' && /\b(?:RefCell|Cell|UnsafeCell)\s*</.test(struct) && !/\b(?:Atomic\w+|Mutex|RwLock|Once|\w*[Ll]ock)\b/.test(struct)
  );
}
