import { SEVERITIES, Type, type Static, type TSchema } from '../../kernel/index.ts';
import { LANGUAGES } from './language.ts';
import { DIALECT_NAMES } from './templates/index.ts';

/**
 * Where untrusted data comes from. A sink says which kinds it refuses. `parameter` is a parameter of a function that nothing in the scanned files
 * calls: refused by sinks for which hardly any value from outside is right, in `sql` and `command` only when text was built with it. `custom` are the
 * sources of rules that users bring. `random` is a number that can be guessed: no data from outside, but no secret either.
 * `archive` is the name of a packed file, `error` a caught exception, `page` text that stands in a web page or in the browser's storage.
 */
export const SOURCE_KINDS = [
  ...[
    'http',
    'cli',
    'environment',
    'file',
    'database',
    'model',
    'document',
    'tool',
    'parameter',
    'custom',
    'random',
    'archive',
    'error',
    'page',
  ],
] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** What a sink would do with the data; a sanitizer says for which of them its result is safe. At most 30: they are bits. */
export const SINK_CLASSES = [
  ...['command', 'code', 'sql', 'nosql', 'path', 'url', 'redirect', 'html', 'template', 'deserialise', 'xml', 'ldap', 'xpath', 'regex'],
  ...[
    'log',
    'header',
    'prompt',
    'format',
    'prototype',
    'memory',
    'trust',
    'import',
    'csv',
    'mail',
    'resource',
    'leak',
    'credential',
    'selector',
    'argument',
  ],
] as const;
export type SinkClass = (typeof SINK_CLASSES)[number];

const literals = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(Type.Union(values.map((value) => Type.Literal(value))));
const languageName = literals(LANGUAGES);
const patternText = Type.String({ minLength: 1, maxLength: 2000 });
const patterns = Type.Array(patternText, { minItems: 1 });
const closed = { additionalProperties: false };
/** Entries by language; `javascript` serves TypeScript too. */
const byLanguage = <S extends TSchema>(entry: S) =>
  Type.Object(
    { python: Type.Optional(entry), javascript: Type.Optional(entry), go: Type.Optional(entry), rust: Type.Optional(entry) },
    closed,
  );

const sourceEntry = Type.Object({ pattern: patternText, kind: literals(SOURCE_KINDS) }, closed);
/** `for`: the sink classes for which the result is safe; `all` for a value that can do no harm anywhere (a hash), `number` for one that may only be large. */
const sanitizerEntry = Type.Object(
  {
    pattern: patternText,
    for: Type.Union([Type.Literal('all'), Type.Literal('number'), Type.Array(literals(SINK_CLASSES), { minItems: 1 })]),
  },
  closed,
);
/** Data flows from `$FROM` to `$TO` in the pattern (to the result when there is no `$TO`, into the receiver when that is `$TO`). */
const propagatorEntry = Type.Object({ pattern: patternText }, closed);
/** What the framework passes to a function that stands at `$HANDLER`; a parameter is a source, or stands for a symbol (`as: express.Request`). */
const called = {
  parameters: Type.Array(
    Type.Object(
      {
        /** A parameter's position (the receiver of a method not counted), its name, or `rest` for all that no other entry names. */
        at: Type.Optional(Type.Union([Type.Integer({ minimum: 0 }), Type.Literal('rest'), Type.String()])),
        as: Type.Optional(Type.String()),
        kind: Type.Optional(literals(SOURCE_KINDS)),
      },
      closed,
    ),
  ),
  /** The sink class of what the function returns: a view that returns text sends HTML. */
  returns: Type.Optional(literals(SINK_CLASSES)),
};
/** `not`: calls that are none although the pattern matches them: `socket.on("disconnect", ...)`. */
const handlerEntry = Type.Object({ pattern: patternText, not: Type.Optional(patterns), ...called }, closed);

/** What a framework's functions mean; `models/<framework>.yaml`. */
export const modelSchema = Type.Object(
  {
    languages: Type.Array(languageName, { minItems: 1 }),
    sources: Type.Optional(Type.Array(sourceEntry)),
    sanitizers: Type.Optional(Type.Array(sanitizerEntry)),
    propagators: Type.Optional(Type.Array(propagatorEntry)),
    handlers: Type.Optional(Type.Array(handlerEntry)),
    /** Calls after which their result, or the object that they are a method of, is something else: a parser that was told to resolve entities. */
    states: Type.Optional(
      Type.Array(
        Type.Object({ pattern: patternText, result: Type.Optional(Type.String()), receiver: Type.Optional(Type.String()) }, closed),
      ),
    ),
    /**
     * Calls that fill a template: the file that `$TEMPLATE` names, the text `$SOURCE` in a dialect, or what a call of `loads` answered (its receiver). What is
     * shown are the arguments with a name and the fields of `$CONTEXT`.
     */
    renders: Type.Optional(Type.Array(Type.Object({ pattern: patternText, source: Type.Optional(literals(DIALECT_NAMES)) }, closed))),
    /** Calls that answer the template that `$TEMPLATE` names. */
    loads: Type.Optional(patterns),
    /** Places that one function fills and another one reads in the same request: `express.Response.locals.$FIELD`. */
    stores: Type.Optional(patterns),
    /** Calls that do not return: `flask.abort`. */
    ends: Type.Optional(patterns),
    /** Functions that a framework finds by itself, told by an import of the file, the first parameter's name or their own. */
    views: Type.Optional(
      Type.Array(
        Type.Object(
          {
            imports: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
            first: Type.Optional(Type.String()),
            names: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
            ...called,
          },
          closed,
        ),
      ),
    ),
    /** Other paths that lead to a symbol: `sqlite3.Connection: [sqlite3.connect()]`. */
    types: Type.Optional(Type.Record(Type.String(), patterns)),
  },
  closed,
);
export type Model = Static<typeof modelSchema>;

const cases = byLanguage(
  Type.Object({ hits: Type.Array(Type.String(), { minItems: 1 }), misses: Type.Array(Type.String(), { minItems: 1 }) }, closed),
);

/** A condition on the text or value of a metavariable. */
const condition = Type.Object(
  {
    metavariable: Type.String({ pattern: '^\\$[A-Z][A-Z0-9_]*$' }),
    /** It holds where the pattern has no such metavariable. */
    optional: Type.Optional(Type.Boolean()),
    regex: Type.Optional(Type.String()),
    notRegex: Type.Optional(Type.String()),
    /** Of the text as it stands, where `regex` is asked of the value that it is known to have. */
    written: Type.Optional(Type.String()),
    below: Type.Optional(Type.Number()),
    above: Type.Optional(Type.Number()),
    /** The value is a literal or folds to one. */
    constant: Type.Optional(Type.Boolean()),
    /** The value is a literal, or was made of literals alone. */
    made: Type.Optional(Type.Boolean()),
    /** It is a regular expression on which a search can take time that grows with the square of the text. */
    polynomial: Type.Optional(Type.Literal(true)),
  },
  closed,
);

const taint = Type.Object(
  {
    class: literals(SINK_CLASSES),
    /** Kinds of sources that must not reach the sinks. */
    refuses: Type.Array(literals(SOURCE_KINDS), { minItems: 1 }),
    /** Patterns with `$SINK` where the data arrives. */
    sinks: byLanguage(patterns),
    /** Sinks that are reported for any value that is no constant and not made safe: nothing from outside belongs there. */
    unproven: Type.Optional(byLanguage(patterns)),
    /** What arrives in a hole of a template has arrived too: in one that is not escaped (`markup`), or not as its place needs it (`anywhere`). */
    templates: Type.Optional(literals(['markup', 'anywhere'] as const)),
    /** Calls that are no sink although a sink's pattern matches them: `yaml.load(..., Loader=yaml.SafeLoader)`. */
    not: Type.Optional(byLanguage(patterns)),
    /** Of what the other metavariables of a sink stand for. */
    where: Type.Optional(Type.Array(condition)),
    /** An expression on the line of the source, from its place on: which variable of the environment it is. */
    sourceText: Type.Optional(Type.String()),
    /** An expression on the text of the sink: what is no such place after all. */
    notAt: Type.Optional(Type.String()),
    /** An expression on the rest of the function after the sink: what shows that the value is checked there. */
    unless: Type.Optional(Type.String()),
    sources: Type.Optional(byLanguage(Type.Array(sourceEntry))),
    sanitizers: Type.Optional(byLanguage(patterns)),
    propagators: Type.Optional(byLanguage(patterns)),
  },
  closed,
);

const match = Type.Object(
  {
    /** Any of these. */
    any: byLanguage(patterns),
    /** None of these at the same place. */
    not: Type.Optional(byLanguage(patterns)),
    /** Within one of these. */
    inside: Type.Optional(byLanguage(patterns)),
    notInside: Type.Optional(byLanguage(patterns)),
    where: Type.Optional(Type.Array(condition)),
    /** Only in files that import one of these, or something of them. */
    imports: Type.Optional(byLanguage(Type.Array(Type.String(), { minItems: 1 }))),
    /** Patterns of syntax: only in files where one of these stands. */
    words: Type.Optional(Type.Array(Type.String({ minLength: 4 }), { minItems: 1 })),
  },
  closed,
);

/** One check; `checks/<family>/<id>.yaml`. Exactly one of `taint`, `match` and `inspect`. */
export const checkSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' }),
    cwe: Type.String({ pattern: '^CWE-[1-9][0-9]*$' }),
    owasp: Type.Optional(Type.Array(Type.String())),
    severity: literals(SEVERITIES),
    /** `certain`: reported. `audit`: with `audit` only. */
    tier: literals(['certain', 'audit'] as const),
    confidence: Type.Number({ minimum: 0, maximum: 1 }),
    /** One sentence: what is wrong and what an attacker gains. */
    message: Type.String({ minLength: 20 }),
    fix: Type.String({ minLength: 20 }),
    taint: Type.Optional(taint),
    match: Type.Optional(match),
    /** The name of a program over the tree, in `inspect/registry.ts`. */
    inspect: Type.Optional(Type.String()),
    /** `false`: what is wrong in a program is right in its tests (fixed seeds, open permissions), where it is not reported. */
    tests: Type.Optional(Type.Literal(false)),
    /**
     * Replacements in the code of a finding (`replace`: a linear-time expression, `by`: text with `$1`), the first that matches once; only where they
     * cannot change what correct code does.
     */
    autofix: Type.Optional(
      byLanguage(
        Type.Array(Type.Object({ replace: Type.String({ minLength: 1 }), by: Type.String() }, closed), { minItems: 1, maxItems: 20 }),
      ),
    ),
    /** Each hit is found by this check, each near-miss is not. */
    cases,
  },
  closed,
);
export type Check = Static<typeof checkSchema>;

/** The key of a language's entries in models and checks. */
export function entryLanguage(language: (typeof LANGUAGES)[number]): 'python' | 'javascript' | 'go' | 'rust' {
  return language === 'typescript' ? 'javascript' : language;
}
