import type { CodeView } from './code_view.ts';
import type { Inspection } from './inspection.ts';
import { isExponential, MAX_PATTERN } from './pattern_shape.ts';

/** Functions of Python that take an expression first. */
const PYTHON = /(?:^|\.)re\.(?:compile|match|search|fullmatch|findall|finditer|sub|subn|split)$|^(?:re_path|RegexValidator|Regexp)$/;
/** Without a group that is repeated nothing is ambiguous. */
const REPEATED_GROUP = /\)[*+{]/;

/** A regular expression that a text can make take exponential time. */
export const slowPattern: Inspection = {
  languages: ['python', 'javascript', 'typescript'],
  // `){` stands in every file of JavaScript; what it repeats is found beside the others.
  words: [')*', ')+'],
  run(code, found) {
    const report = (node: number, pattern: string, whole: boolean): void => {
      if (pattern.length <= MAX_PATTERN && REPEATED_GROUP.test(pattern) && isExponential(pattern, whole)) found(node);
    };
    for (const node of code.of('regex_pattern')) report(code.parent(node), code.text(node), false);
    for (const kind of ['call', 'call_expression', 'new_expression'])
      for (const call of code.of(kind)) {
        const callee = code.text(code.child(call, kind === 'new_expression' ? 'constructor' : 'function'));
        const isPython = kind === 'call' && PYTHON.test(callee);
        if (!isPython && callee !== 'RegExp') continue;
        const pattern = textOf(code, code.children(code.child(call, 'arguments'))[0] ?? -1);
        if (pattern !== undefined) report(call, pattern, callee.endsWith('fullmatch'));
      }
  },
};

/** The text of a string literal without values in it. */
function textOf(code: CodeView, node: number): string | undefined {
  if (node < 0 || !/^(?:string|template_string)$/.test(code.kind(node))) return undefined;
  const text = code.text(node);
  const [, prefix = '', , body = ''] = /^([a-zA-Z]*)("""|'''|["'`])([\s\S]*)\2$/.exec(text) ?? [];
  if (/f/i.test(prefix) || body.includes('${')) return undefined;
  return /r/i.test(prefix) ? body : body.replaceAll(/\\(\\|["'`])/g, '$1');
}
