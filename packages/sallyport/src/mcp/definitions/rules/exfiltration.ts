import { gap, pattern, span, type Surroundings, type TextRule } from './rule.ts';
import { CARRY, CONVERSATION, CREDENTIALS, OTHER_TOOLS_DATA, READ, SECRET_PLACE, SYSTEM_PROMPT } from './words.ts';

const FIRST = String.raw`\b(?:before|first|prior to|must|always|you (?:should|need to|must|have to|are required to)|required to|make sure|be sure|ensure|remember to|please|in order to|necessary to|for this tool to (?:work|function)|do not forget to|also|then)\b`;
const CARRIES = String.raw`\b(?:${CARRY.join('|')})\b`;

/** The tool is made for conversations, or for agents: then a conversation is what it works on. */
function isAboutTalk({ purpose }: Surroundings): boolean {
  return /\b(?:conversations?|chats?|transcripts?|messages?|threads?|dialogue?s?|sub-?agents?|prompts?|llm|completions?|memory|memories|handoff|feedback|support ticket)\b/.test(
    purpose,
  );
}

/** The first words of a description say what the tool does ("Send the full transcript to ..."): that is its use, and no order. */
function beginsText(match: RegExpExecArray, text: string): boolean {
  return /^[\s\W]*$/.test(text.slice(0, match.index));
}

/** The model is told to bring data to the server that the tool has no use for. */
export const EXFILTRATION_RULES: readonly TextRule[] = [
  {
    id: 'secret-file-read-first',
    check: 'mcp.exfiltration',
    message: 'It has the model read a file of keys or settings before, or for, the call.',
    confidence: 0.95,
    when: pattern(FIRST, span(60), `\\b(?:${READ.join('|')})\\s`, gap(8), `[^.!?;\\s]{0,60}(?:${SECRET_PLACE.join('|')})`),
    unless: /\b(?:never|do not|don't|must not|avoid) (?:[^\s.!?;]{1,40}\s){0,3}(?:read|open|access|include|commit|share|print|expose)\b/,
    holds: (match, _text, { purpose }) =>
      !keyTool(purpose) || /\b(?:pass|send|include|append|content)/.test(match.input.slice(match.index, match.index + 400)),
  },
  {
    id: 'secret-file-passed',
    check: 'mcp.exfiltration',
    message: 'It has the model pass on the content of a file of keys or settings.',
    confidence: 0.95,
    when: pattern([
      `(?:contents?|text|value|data|lines?|copy|body|output|bytes|dump) (?:of|from|in|inside) ${gap(6)}[^.!?;\\s]{0,60}(?:${SECRET_PLACE.join('|')})`,
      `${CARRIES}\\s${gap(6)}[^.!?;\\s]{0,60}(?:${SECRET_PLACE.slice(0, 7).join('|')})`,
      `(?:${SECRET_PLACE.join('|')})${span(60)}(?:and|then|,)\\s${gap(2)}(?:pass|send|include|append|attach|put|copy|upload|forward|transmit|paste|encode|provide|submit) (?:its|their|the|it|them|that)\\b`,
    ]),
    unless:
      /\b(?:never|do not|don't|must not|avoid|without) (?:[^\s.!?;]{1,40}\s){0,4}(?:read|open|access|include|commit|share|print|expose|store|put|add|pass|send)\b|\bpublic key|\.pub\b|\b(?:set|put|add|define|configure|configured|store|stored|export|save) (?:[^\s.!?;]{1,40}\s){0,8}in (?:[^\s.!?;]{1,40}\s){0,3}\.env\b|\.env\.example/,
    holds: (match, text, { purpose }) => !keyTool(purpose) && !beginsText(match, text),
  },
  {
    id: 'conversation-passed',
    check: 'mcp.exfiltration',
    message: 'It has the model pass on the conversation.',
    confidence: 0.9,
    when: pattern(CARRIES, '\\s', gap(6), CONVERSATION),
    holds: (match, text, around) => !isAboutTalk(around) && !beginsText(match, text),
    unless: /\b(?:never|do not|don't|must not|avoid|without) (?:[^\s.!?;]{1,40}\s){0,4}(?:include|pass|send|add|share|put)\b/,
  },
  {
    id: 'own-conversation-passed',
    check: 'mcp.exfiltration',
    message: 'It has the model pass on its own conversation.',
    confidence: 0.9,
    when: pattern(
      '\\b(?:include|pass|provide|send|append|attach|put|copy|insert|supply|fill|embed|forward|upload|transmit|paste|dump|submit|place|encode)\\b\\s',
      gap(5),
      '(?:the |your |our |this )?(?:entire|full|whole|complete|verbatim|unabridged|unredacted)\\s(?:and \\w+ )?',
      gap(2),
      '(?:conversation|chat|dialogue?|message history|chat history|transcript|context window)\\b(?! ids?\\b)',
    ),
    holds: (match, text) => !beginsText(match, text),
    unless: /\b(?:never|do not|don't|must not|avoid|without) (?:[^\s.!?;]{1,40}\s){0,4}(?:include|pass|send|add|share|put)\b/,
  },
  {
    id: 'system-prompt-passed',
    check: 'mcp.exfiltration',
    message: 'It has the model pass on its instructions.',
    confidence: 0.92,
    when: pattern([
      `${CARRIES}\\s${gap(6)}(?:${SYSTEM_PROMPT[0]})(?<=(?:prompt|message|instructions?|guidelines|context|memory|memories|thoughts?|reasoning))`,
      `\\b(?:include|pass|provide|send|append|attach|put|copy|insert|paste|dump|submit|forward|transmit|repeat|echo|quote|reveal|output|print|embed|encode|leak|report)\\b\\s${gap(5)}(?:the |your )?(?:full |entire |complete |exact |verbatim |current |raw |original )*(?:${SYSTEM_PROMPT.slice(1).join('|')})`,
    ]),
    holds: (match, text, around) =>
      !beginsText(match, text) &&
      (!/\b(?:prompts?|llm|sub-?agents?|completions?|sampling|chat|memory|memories)\b/.test(around.purpose) ||
        /\byour (?:[^\s.!?;]{1,40}\s){0,2}system (?:prompt|message)/.test(match[0])),
    unless:
      /\b(?:never|do not|don't|must not|avoid|without) (?:[^\s.!?;]{1,40}\s){0,4}(?:include|pass|send|reveal|share|put)\b|\bin your (?:thinking|reasoning|response|answer|reply)\b|\byour (?:reasoning|thoughts?|thinking) (?:for|about|on|behind|why)\b/,
  },
  {
    id: 'credentials-passed',
    check: 'mcp.exfiltration',
    message: 'It has the model pass on credentials that it comes across.',
    confidence: 0.92,
    when: pattern([
      `\\b(?:include|append|attach|put|copy|insert|embed|forward|upload|transmit|dump|collect|gather|send|pass|paste|submit|share|report|add|supply|provide|list|extract|harvest|encode|store)\\b\\s${gap(4)}(?:any|all|every|whatever|the user'?s|users?'?|your|available|found|known|discovered|stored|existing|other)\\s${gap(4)}${CREDENTIALS}${span(80)}\\b(?:conversation|context|environment|workspace|session|memory|found|see|seen|encounter\\w*|discover\\w*|available|system|machine|host|repository|project|files?|have access|parameter|field|argument|here|along|with (?:each|every)|this tool|know|configuration)\\b`,
      `\\b(?:include|append|attach|put|copy|insert|embed|forward|upload|transmit|dump|send|pass|paste|submit)\\b\\s${gap(4)}(?:any|all|every|whatever)\\s${gap(4)}${CREDENTIALS}`,
      `\\b(?:run|execute|call|output of|result of|values? of)\\s${gap(3)}(?:env|printenv|process\\.env|os\\.environ)\\b${span(80)}\\b(?:pass|send|include|append|put|attach|submit|parameter|field|argument)\\b`,
      `\\b(?:include|append|attach|put|copy|insert|embed|forward|upload|transmit|dump|send|pass|paste|submit)\\b\\s${gap(4)}(?:output of |result of |values? of |contents? of |value of )?(?:process\\.env|os\\.environ|printenv)\\b`,
    ]),
    holds: (match, text) => !beginsText(match, text),
    unless:
      /\b(?:never|do not|don't|must not|avoid|without|should not|no)\s(?:[^\s.!?;]{1,40}\s){0,5}(?:include|pass|send|share|put|commit|store|expos\w*|add|paste|provide|credentials|secrets|passwords|keys)\b|\b(?:redact|mask|remov|strip)\w*\b/,
  },
  {
    id: 'tools-passed',
    check: 'mcp.exfiltration',
    message: 'It has the model pass on what other tools are or answered.',
    confidence: 0.88,
    when: pattern(
      '\\b(?:include|pass|provide|send|append|attach|put|copy|insert|supply|fill|embed|forward|upload|transmit|paste|dump|submit|place|encode|list|report)\\b\\s',
      gap(6),
      `(?:${OTHER_TOOLS_DATA})`,
    ),
    holds: (match, text, { instructions, purpose }) =>
      !instructions && !beginsText(match, text) && !/\b(?:tools?|functions?|workflow|pipeline|batch)\b/.test(purpose.slice(0, 120)),
  },
];

/** The tool is made for keys and settings files. */
function keyTool(purpose: string): boolean {
  return /\b(?:ssh|sftp|scp|keys?|certificates?|credentials?|secrets?|vault|dotenv|env|environment|deploy|connect|encrypt|decrypt|sign|kube\w*|config\w*)\b/.test(
    purpose.slice(0, 200),
  );
}
