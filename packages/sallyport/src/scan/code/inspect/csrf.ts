import type { CodeView } from './code_view.ts';
import type { Inspection } from './inspection.ts';

const PROTECTED = /csrf|xsrf|lusca|samesite/i;
const CHANGES = /\.(?:post|put|patch|delete)\s*\(|methods\s*=\s*[[(][^\])]*['"](?:POST|PUT|PATCH|DELETE)/;
/** What keeps a login in a cookie, by language. */
const SESSIONS: Readonly<Record<string, RegExp>> = {
  javascript: /^(?:session|cookieSession|expressSession|cookieParser)$/,
  python: /^(?:flask\.)?Flask$/,
};

/** An application that changes state on a cookie's word alone, as far as the file tells that sets it up. */
export const stateChangeWithoutToken: Inspection = {
  languages: ['javascript', 'typescript', 'python'],
  words: ['express-session', 'cookie-session', 'cookie-parser', 'Flask('],
  run(code, found) {
    const { text } = code.tree;
    const isPython = text.includes('Flask(');
    if (PROTECTED.test(text) || !CHANGES.test(text) || (isPython && !/\bsession\[|current_user|request\.cookies/.test(text))) return;
    const call = sessionCall(code, isPython ? 'python' : 'javascript');
    if (call >= 0) found(call);
  },
};

function sessionCall(code: CodeView, language: string): number {
  const name = SESSIONS[language];
  const kind = language === 'python' ? 'call' : 'call_expression';
  return code.of(kind).find((node) => name?.test(code.text(code.child(node, 'function'))) === true) ?? -1;
}
