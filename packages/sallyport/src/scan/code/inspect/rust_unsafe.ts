import type { CodeView } from './code_view.ts';
import type { Inspection } from './inspection.ts';
import { rustFunctions } from './rust_code.ts';

/** Where people say why an unsafe block holds (the Rust API guidelines, clippy's `undocumented_unsafe_blocks`). */
const REASON = /safety|\bsafe\b|soundness|\bsound\b|invariant|guarante/i;
/** Characters of comments and attributes before a statement that may hold the reason. */
const ABOVE = 700;
const STATEMENT: ReadonlySet<string> = new Set([
  'let_declaration',
  'expression_statement',
  'macro_invocation',
  'match_arm',
  'field_initializer',
]);
const FUNCTION: ReadonlySet<string> = new Set(['function_item']);
/** What is written for one type or system: who reads it judges all of it. */
const UNIT: ReadonlySet<string> = new Set(['impl_item', 'mod_item', 'trait_item']);
/** A handle that goes from one owner to another, or is lent, reads and writes no memory. */
const TAKES_HANDLE = /\b(?:from|borrow)_raw(?:_fd|_socket|_handle)?\s*\(/;
const GIVES_HANDLE = /\b(?:into|as)_raw_(?:fd|socket|handle)\b/;
/** Blocks of a file beyond which it binds a library of another language, and says so as a whole. */
const MAX_BLOCKS = 12;

/** A function that callers may use without care relies on an unsafe block of which nobody wrote down why it holds. */
export const rustUndocumentedUnsafe: Inspection = {
  languages: ['rust'],
  words: ['unsafe'],
  run(code, found) {
    const blocks = code.of('unsafe_block');
    if (blocks.length > MAX_BLOCKS) return;
    const reported = new Set<number>();
    const generic = new Set(rustFunctions(code).flatMap(({ node, generics }) => (generics.size > 0 ? [node] : [])));
    for (const block of blocks) {
      const func = code.around(block, FUNCTION);
      // What generic code must keep in mind has checks of its own.
      if (generic.has(func) || isUnsafe(code, func) || hasReason(code, block, func) || isHandover(code, block, func)) continue;
      const unit = code.around(block, UNIT);
      const place = unit < 0 ? func : unit;
      if (reported.has(place)) continue;
      reported.add(place);
      found(block);
    }
  },
};

/** `File::from_raw_fd(socket.into_raw_fd())`, all on its own in the block. */
function isHandover(code: CodeView, block: number, func: number): boolean {
  const text = code.text(block);
  return TAKES_HANDLE.test(text) && !/[;*]/.test(text) && GIVES_HANDLE.test(func < 0 ? text : code.text(func));
}

function isUnsafe(code: CodeView, func: number): boolean {
  if (func < 0) return false;
  const head = code.tree.text.slice(code.tree.start[func], code.tree.start[code.child(func, 'body')]);
  return /\bunsafe\b/.test(head.slice(0, Math.max(0, head.search(/\bfn\b/))));
}

/** In the block, on the lines above its statement, or in the comment on the function. */
function hasReason(code: CodeView, block: number, func: number): boolean {
  if (commentsOf(code.text(block)).some((text) => REASON.test(text))) return true;
  const statement = code.around(block, STATEMENT);
  return [block, statement, func].some((node) => node >= 0 && REASON.test(above(code, node)));
}

function commentsOf(text: string): string[] {
  return text.match(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g) ?? [];
}

/** The comments that end right above the line of a node, attributes in between left out. */
function above(code: CodeView, node: number): string {
  const { text } = code.tree;
  const start = code.tree.start[node] as number;
  const lines = text
    .slice(Math.max(0, start - ABOVE), text.lastIndexOf('\n', start - 1) + 1)
    .split('\n')
    .slice(0, -1);
  const found: string[] = [];
  for (let at = lines.length - 1; at >= 0; at--) {
    const line = (lines[at] as string).trim();
    if (/^(?:\/\/|\/\*|\*)/.test(line)) found.push(line);
    else if (!/^#!?\[/.test(line)) break;
  }
  return found.join('\n');
}
