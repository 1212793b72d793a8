/** Languages that checks name. TypeScript's JSX form has a grammar of its own and is the same language. */
export const LANGUAGES = ['python', 'javascript', 'typescript', 'go', 'rust'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The vendored grammars, by the name of their file in `grammars/`. */
export const GRAMMARS = ['python', 'javascript', 'typescript', 'tsx', 'go', 'rust'] as const;
export type Grammar = (typeof GRAMMARS)[number];

const GRAMMAR_OF_EXTENSION: ReadonlyMap<string, Grammar> = new Map([
  ...['py', 'pyi', 'pyw'].map((extension) => [extension, 'python'] as const),
  ...['js', 'jsx', 'mjs', 'cjs'].map((extension) => [extension, 'javascript'] as const),
  // Components of Vue and Svelte: `component.ts` leaves the code in them.
  ...['ts', 'mts', 'cts', 'vue', 'svelte'].map((extension) => [extension, 'typescript'] as const),
  ['tsx', 'tsx'],
  ['go', 'go'],
  ['rs', 'rust'],
]);

/** The grammar of a file by its extension; `undefined` for what is not code of the five languages. */
export function grammarOf(path: string): Grammar | undefined {
  return GRAMMAR_OF_EXTENSION.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}

export function languageOf(grammar: Grammar): Language {
  return grammar === 'tsx' ? 'typescript' : grammar;
}
