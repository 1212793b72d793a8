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
    const file = readFile(code);
    for (const impl of code.of('impl_item')) {
      const marker = /(?:^|::)(Send|Sync)$/.exec(code.text(code.child(impl, 'trait')))?.[1];
      if (marker === undefined || !/^unsafe\s+impl\b/.test(code.text(impl)) || /\s!\s*(?:\w+::)*(?:Send|Sync)\b/.test(code.text(impl)))
        continue;
      const type = code.child(impl, 'type');
      const name = /([A-Za-z_]\w*)\s*(?:<|$)/.exec(code.text(type))?.[1] ?? '';
      const parameters = [...bounds(code, impl)];
      const struct = file.types.get(name) ?? -1;
      const isWrong =
        parameters.length === 0
          ? sharesCell(code.text(struct), marker)
          : parameters.some(([parameter, names]) => promisesTooMuch(code, file, { type, struct, name, marker, parameter, names }));
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

function promisesTooMuch(code: CodeView, file: File, { type, struct, name, marker, parameter, names }: Promised): boolean {
  const all = withSupertraits(file, names);
  if (!isUnbounded(new Set([...all].filter((one) => !file.traits.has(one) && one !== 'Send' && one !== 'Sync')))) return false;
  const position = topLevel(/<([\s\S]*)>/.exec(code.text(type))?.[1] ?? '').indexOf(parameter);
  const declared = struct < 0 ? '' : (topLevel(code.text(code.child(struct, 'type_parameters')).slice(1, -1))[position] ?? '');
  const own = /^\s*([A-Z]\w*)/.exec(declared)?.[1] ?? parameter;
  if (struct >= 0 && onlyMarked(code.text(code.child(struct, 'body')), own)) return false;
  if (marker === 'Send') return !all.has('Send') && !all.has('Sync');
  if (all.has('Sync')) return false;
  return !all.has('Send') || givesReference(code, file, name, own);
}

/** What a file declares, by name: structs and enums, traits with the words of their bounds, impls by the last word of their type. */
type File = {
  readonly types: ReadonlyMap<string, number>;
  readonly traits: ReadonlyMap<string, readonly string[]>;
  readonly impls: ReadonlyMap<string, readonly number[]>;
};

function readFile(code: CodeView): File {
  const nameOf = (item: number): string => code.text(code.child(item, 'name'));
  return {
    types: new Map([...code.of('enum_item'), ...code.of('struct_item')].map((item) => [nameOf(item), item] as const)),
    traits: new Map(
      code.of('trait_item').map((item) => [nameOf(item), code.text(code.child(item, 'bounds')).match(/\w+/g) ?? []] as const),
    ),
    impls: Map.groupBy(code.of('impl_item'), (impl) => /([A-Za-z_]\w*)\s*(?:<|$)/.exec(code.text(code.child(impl, 'type')))?.[1] ?? ''),
  };
}

function withSupertraits(file: File, names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names, ...[...names].flatMap((name) => file.traits.get(name) ?? [])]);
}

/** A parameter of which the fields hold markers alone that keep no value. */
function onlyMarked(fields: string, parameter: string): boolean {
  const uses = fields.split(/[;,\n]/).filter((part) => new RegExp(`\\b${parameter}\\b`).test(part));
  return uses.length > 0 && uses.every((part) => NO_VALUE.test(part));
}

/** A method on a shared reference answers a reference to the value. */
function givesReference(code: CodeView, file: File, name: string, parameter: string): boolean {
  return (file.impls.get(name) ?? []).some((impl) => {
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
