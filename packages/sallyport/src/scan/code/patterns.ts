import type { Check } from './check.ts';
import { grammarParser } from './grammar_store.ts';
import type { ModuleIr } from './ir.ts';
import { grammarOf, languageOf, type Grammar } from './language.ts';
import { readMatchCheck, SyntaxMatcher, type MatchCheck } from './pattern/match_check.ts';
import type { SyntaxPattern } from './pattern/syntax_pattern.ts';

/** The patterns of the checks, read with each grammar that the scanned files need; kept while the same checks are used. */
export class Patterns {
  static readonly #read = new WeakMap<readonly Check[], Map<Grammar, { checks: readonly MatchCheck[]; matcher: SyntaxMatcher }>>();
  readonly #byGrammar: ReadonlyMap<Grammar, { checks: readonly MatchCheck[]; matcher: SyntaxMatcher }>;

  private constructor(byGrammar: ReadonlyMap<Grammar, { checks: readonly MatchCheck[]; matcher: SyntaxMatcher }>) {
    this.#byGrammar = byGrammar;
  }

  static async of(modules: readonly ModuleIr[], checks: readonly Check[]): Promise<Patterns> {
    const known = Patterns.#read.get(checks) ?? new Map<Grammar, { checks: readonly MatchCheck[]; matcher: SyntaxMatcher }>();
    Patterns.#read.set(checks, known);
    for (const grammar of new Set(modules.map(({ path, language }) => grammarOf(path) ?? language))) {
      if (known.has(grammar)) continue;
      const parser = await grammarParser(grammar);
      const read = new Map<string, SyntaxPattern>();
      const found = checks.map((check) => readMatchCheck(check, languageOf(grammar), parser, read)).filter((match) => match !== undefined);
      known.set(grammar, { checks: found, matcher: new SyntaxMatcher(found) });
    }
    return new Patterns(known);
  }

  checks(grammar: Grammar): readonly MatchCheck[] {
    return this.#byGrammar.get(grammar)?.checks ?? [];
  }

  matcher(grammar: Grammar): SyntaxMatcher | undefined {
    return this.#byGrammar.get(grammar)?.matcher;
  }
}
