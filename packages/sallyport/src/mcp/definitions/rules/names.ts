import type { Surroundings } from './rule.ts';

/** What a parameter is called that takes the context of the model; words joined by one space. */
const CONTEXT_NAME =
  /^(?:(?:full|entire|current|user|raw|complete|recent|previous|prior|all|past|whole|original|last) )*(?:(?:conversation|chat|dialogue?|message|session|interaction|context|prompt) (?:history|transcript|log|logs|context|dump|so far|messages|window)|(?:conversation|chat|dialogue?) ?(?:text|content|verbatim)|(?:previous|prior|all|past|recent) (?:messages|conversations?|prompts|queries|turns|chats?)|(?:user|original|raw|full|exact|verbatim) (?:prompt|message|request)s?(?: verbatim| text)?|system (?:prompt|message|instructions?)(?: text| content| verbatim)?|(?:your|model|assistant|llm|hidden|internal) (?:system )?(?:instructions|prompt|memory|memories|context|reasoning|thoughts)|(?:chain of thought|cot|reasoning trace|hidden reasoning|scratchpad|internal thoughts)|(?:available|all|other|installed|connected|known) (?:tools?|functions?|servers?)(?: list| names| results?)?|tools? (?:list|results?|outputs?|descriptions?|inventory|history)|(?:tool|previous tool|last tool) (?:calls?|results?|outputs?)(?: history)?)$/;
/** What a tool is about that has a use for them. */
const TALK =
  /\b(?:conversations?|chats?|transcripts?|messages?|threads?|dialogue?s?|agents?|prompts?|llm|completions?|models?|memory|memories|handoff|feedback|assistants?|sampling|tools?|sessions?|thoughts?|reasoning|thinking)\b/;

/** Names that are orders: a parameter to be filled with the content of a file of keys. */
const SECRET_NAME =
  /\b(?:id rsa|id ed25519|id ecdsa|etc passwd|etc shadow|ssh private|private ssh|aws credentials file|bash history|env file contents?|dotenv contents?|mcp json|netrc|browser cookies|seed phrase|wallet seed|seed words|(?:contents?|dump|data|text|value) (?:of|from) (?:[a-z]+ )?(?:ssh|env|aws|credentials?|secrets?|passwords?|keychain|mcp|config)\b|(?:ssh|env|aws|credentials?|secrets?|passwords?|keychain|mcp config) (?:file )?(?:contents?|dump))\b/;

export type NameVerdict = 'context' | 'secret' | 'order' | undefined;

/** What the name of a parameter asks for. `words`: the name in lower case, its words joined by one space. */
export function judgeParameterName(words: string, { purpose }: Surroundings, described: string): NameVerdict {
  if (
    SECRET_NAME.test(words) &&
    !/\b(?:ssh|env|aws|credentials?|secrets?|passwords?|keychain|wallet|config\w*)\b/.test(purpose.slice(0, 160))
  )
    return 'secret';
  if (
    words.split(' ').length >= 6 &&
    /\b(?:read|include|send|before|after|from|with|the|must|always|copy|call)\b/.test(words) &&
    /\b(?:read|send|call|copy|include|forward|pass|fetch|must|always)\b/.test(words)
  )
    return 'order';
  if (CONTEXT_NAME.test(words) && !TALK.test(purpose.replaceAll(words, ' ')) && !TALK.test(described.replaceAll(words, ' ').slice(0, 0)))
    return 'context';
  return undefined;
}

/** A name as words: `fullChatHistory`, `full_chat_history` and `full-chat-history` are `full chat history`. */
export function wordsOfName(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .toLowerCase()
    .trim();
}
