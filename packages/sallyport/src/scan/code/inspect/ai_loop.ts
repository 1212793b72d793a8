import type { CodeView } from './code_view.ts';
import type { Inspection } from './inspection.ts';

const LOOPS = ['while_statement', 'do_statement', 'for_statement', 'loop_expression', 'while_expression'];
/** A call that asks a model, as it is written in the clients of the four languages. */
const ASKS =
  /(?:completions\.create|messages\.create|responses\.create|generate_content|generateContent|generateText|CreateChatCompletion|Completions\.New|Messages\.New|GenerateContent|exec_chat|\.chat\(\)\s*\.create|litellm\.completion|\bacompletion|ollama\.chat)\s*\(/;
const USES_TOOLS = /tool|function_call|functionCall|ToolCall/i;
const TRIES_AGAIN =
  /\bexcept\b[^\n]*:\s*(?:#[^\n]*)?\n\s*(?:[^\n]*\n\s*){0,3}?(?:continue|pass|time\.sleep|await asyncio\.sleep)|catch\b[^{]*\{[^}]*(?:continue|\bsleep|setTimeout)|err != nil \{\s*(?:[^}]*\n\s*)?continue/;
/** Something that ends the loop after a number of steps or a time. */
const BOUNDED =
  /(?:max|limit|budget|deadline|remaining|attempt|retr(?:y|ies)|steps?|turns?|iterations?|rounds?|depth|timeout|elapsed|count(?:er)?)\w*\s*(?:[<>]=?|--|\+\+|[+-]=|\()|[<>]=?\s*(?:self\.|this\.)?(?:\w+\.)*\w*(?:max|limit|budget|deadline)/i;
/** A person or a message is waited for in every round: the loop is a conversation, not an agent on its own. */
const WAITS =
  /\binput\s*\(|\breadline|\.question\(|prompt\.ask|Prompt\.ask|\bScan(?:ln|f)?\(|ReadString\(|stdin|\.recv\(|receive(?:_text|_json|_message)?\(|\.get\(\)\s*$|queue\.get|<-\s*\w|\.accept\(|console\.input|questionary|typer\.prompt|click\.prompt/m;
/** Longer loops are no agent's loop but a program. */
const MAX_LOOP = 12_000;

/** Loops that have no end of their own and ask a model in every round (OWASP LLM10, unbounded consumption). */
export const aiUnboundedLoop: Inspection = {
  languages: ['python', 'javascript', 'typescript', 'go', 'rust'],
  words: ['while', 'for {', 'for (;', 'loop {', 'do {'],
  run(code, found) {
    if (!ASKS.test(code.tree.text)) return;
    for (const node of LOOPS.flatMap((kind) => code.of(kind))) if (isEndless(code, node) && runsOnItsOwn(code, node)) found(node);
  },
};

/** No condition, one that is always true, or one that only looks at what the model answered. */
function isEndless(code: CodeView, loop: number): boolean {
  const kind = code.kind(loop);
  if (kind === 'loop_expression') return true;
  if (kind === 'for_statement') {
    const body = code.child(loop, 'body');
    const head = code.tree.text.slice(code.tree.start[loop], body < 0 ? code.tree.end[loop] : code.tree.start[body]);
    return /^for\s*(?:\(\s*;\s*;\s*\)\s*)?$/.test(head.trim());
  }
  const condition = code.text(code.child(loop, 'condition')).replace(/^\((.*)\)$/s, '$1');
  if (/^(?:true|1)$/i.test(condition)) return true;
  if (/[<>]|(?:max|limit|budget|remaining|steps?|turns?|attempts?|retries|count)\w*/i.test(condition)) return false;
  return /tool|stop|finish|done|\bnone\b|null|undefined|response|reply|message/i.test(condition);
}

function runsOnItsOwn(code: CodeView, loop: number): boolean {
  const text = code.text(loop);
  if (text.length > MAX_LOOP || !ASKS.test(text) || WAITS.test(text) || BOUNDED.test(text)) return false;
  return USES_TOOLS.test(text) || TRIES_AGAIN.test(text);
}
