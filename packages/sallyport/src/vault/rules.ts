import { compileCel, type CelEnv, type CelProgram } from '../cel/index.ts';
import type { ConnectionConfig } from './config.ts';

/** What rules of a connection may read. */
export type CallFacts = {
  readonly method: string;
  readonly host: string;
  /** Canonical, still encoded, without the query. */
  readonly path: string;
  /** Principals: who calls, and whose account it is. */
  readonly agent: string;
  readonly user: string;
};

const ENV: CelEnv = {
  variables: { method: 'string', host: 'string', path: 'string', agent: 'string', user: 'string' },
  objects: {},
  enums: { method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] },
};

export type EgressRule = {
  readonly id: string;
  readonly then: 'allow' | 'ask' | 'deny';
  readonly scopes: readonly string[];
  readonly why: string;
  readonly program: CelProgram;
};

export type EgressVerdict = {
  readonly action: 'allow' | 'ask' | 'deny';
  readonly rule: string;
  readonly why: string;
  /** Scopes that the rules which hold ask for. */
  readonly scopes: readonly string[];
};

/** Compiles the rules, or says what is wrong with them. */
export function compileRules(
  rules: ConnectionConfig['rules'],
): { ok: true; rules: readonly EgressRule[] } | { ok: false; problems: readonly { at: number; message: string }[] } {
  const problems: { at: number; message: string }[] = [];
  const compiled: EgressRule[] = [];
  for (const [at, { id, when, then, scopes = [], why = '' }] of rules.entries()) {
    const result = compileCel(when, ENV, 'bool', { allowConstant: true });
    if (result.ok) compiled.push({ id, then, scopes, why, program: result.program });
    else problems.push(...result.problems.map(({ message }) => ({ at, message })));
  }
  return problems.length === 0 ? { ok: true, rules: compiled } : { ok: false, problems };
}

const STRICTER = { allow: 0, ask: 1, deny: 2 } as const;

/** The strictest rule that holds. None: deny. A rule that fails denies: nobody knows what it would have said. */
export function decideCall(rules: readonly EgressRule[], facts: CallFacts): EgressVerdict {
  let strictest: EgressRule | undefined;
  const scopes = new Set<string>();
  for (const rule of rules) {
    let holds: boolean;
    try {
      holds = rule.program.evaluate(facts);
    } catch {
      return { action: 'deny', rule: rule.id, why: 'The rule could not be evaluated.', scopes: [] };
    }
    if (!holds) continue;
    for (const scope of rule.scopes) scopes.add(scope);
    if (strictest === undefined || STRICTER[rule.then] > STRICTER[strictest.then]) strictest = rule;
  }
  if (strictest === undefined) return { action: 'deny', rule: 'default', why: 'No rule of this connection allows it.', scopes: [] };
  return { action: strictest.then, rule: strictest.id, why: strictest.why, scopes: [...scopes] };
}
