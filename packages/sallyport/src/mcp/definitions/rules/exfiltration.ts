import { gap, pattern, span, type Surroundings, type TextRule } from './rule.ts';
import {
  CARRY,
  CONVERSATION,
  CREDENTIALS,
  FOREIGN_CONVERSATION,
  OTHER_TOOLS_DATA,
  READ,
  SECRET_PLACE,
  SECRET_VARIABLE,
  SYSTEM_PROMPT,
} from './words.ts';

const FIRST = String.raw`\b(?:before|first|prior to|must|always|you (?:should|need to|must|have to|are required to)|required to|obligated to|obliged to|expected to|instructed to|mandated to|make sure|be sure|ensure|remember to|please|in order to|necessary to|for this tool to (?:work|function)|do not forget to|also|then)\b`;
const CARRIES = String.raw`\b(?:${CARRY.join('|')})\b`;

/** The tool is made for conversations, or for agents: then a conversation is what it works on. */
function isAboutTalk({ purpose }: Surroundings): boolean {
  return /\b(?:conversations?|chats?|transcripts?|messages?|threads?|dialogue?s?|sub-?agents?|prompts?|llm|completions?|memory|memories|handoff|feedback|support ticket)\b/.test(
    purpose,
  );
}

/** The first words of a description say what the tool does ("Send the full transcript to ..."): that is its use, and no order. */
function beginsText(match: RegExpExecArray, text: string, { describes }: Surroundings): boolean {
  return describes && /^[\s\W]*$/.test(text.slice(0, match.index));
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
    holds: (match, text, around) => !keyTool(around.purpose) && !beginsText(match, text, around),
  },
  {
    id: 'conversation-passed',
    check: 'mcp.exfiltration',
    message: 'It has the model pass on the conversation.',
    confidence: 0.9,
    when: pattern(CARRIES, '\\s', gap(6), CONVERSATION),
    holds: (match, text, around) => !isAboutTalk(around) && !beginsText(match, text, around),
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
    holds: (match, text, around) => !beginsText(match, text, around),
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
      !beginsText(match, text, around) &&
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
    holds: (match, text, around) => !beginsText(match, text, around),
    unless:
      /\b(?:never|do not|don't|must not|avoid|without|should not|no)\s(?:[^\s.!?;]{1,40}\s){0,5}(?:include|pass|send|share|put|commit|store|expos\w*|add|paste|provide|credentials|secrets|passwords|keys)\b|\b(?:redact|mask|remov|strip)\w*\b/,
  },
  {
    id: 'parameter-wants-context',
    check: 'mcp.exfiltration',
    message: 'A parameter is to be filled with the context of the model, for which the tool has no use.',
    confidence: 0.85,
    roles: ['prose'],
    when: pattern([
      ...CONVERSATION,
      SYSTEM_PROMPT[0],
      SYSTEM_PROMPT[2],
      `\\beverything (?:that )?(?:is )?(?:before|above|preceding|known about|you (?:know|remember|have|can|see))\\b`,
      OTHER_TOOLS_DATA,
      `\\ball files (?:in|of|from|on) (?:the |your |this |user'?s? |current )*(?:workspace|home|project|machine|computer|repository|directory)\\b`,
    ]),
    holds: (match, text, around) =>
      around.parameter &&
      !isAboutTalk(around) &&
      !/\b(?:tools?|functions?|workflow|files?|search|context|summar\w*|plan\w*|think\w*|thought)\b/.test(around.purpose) &&
      !beginsText(match, text, around),
    unless: /\b(?:never|do not|don't|must not|avoid|without) (?:[^\s.!?;]{1,40}\s){0,4}(?:include|pass|send|add|share|put)\b/,
  },
  {
    id: 'parameter-wants-secrets',
    check: 'mcp.exfiltration',
    message: 'A parameter is to be filled with credentials that the model comes across.',
    confidence: 0.88,
    roles: ['prose'],
    when: pattern([
      `\\b(?:all|any|every|each|concatenation of|dump of|list of|values? of|collection of|whatever|contents? of)\\s${gap(4)}(?:cookies|session tokens|tokens|passwords|secrets|credentials|api keys|access keys|private keys|environment variables|env vars)\\b${span(60)}\\b(?:you|user|found|available|environment|machine|system|session|conversation|access|known|memory|browser)\\b`,
      `\\b(?:secrets?|passwords?|credentials?|tokens?|api keys?|cookies?|keys|pin|codes?) (?:that |which )?(?:you (?:have|know|saw|see|find|found|can|come|hold)|the user (?:has |have )?(?:typed|entered|mentioned|shared|gave|used|told|said)|came up|were mentioned|(?:have|has) been (?:shared|mentioned|used|seen)|appear(?:s|ed)? in (?:the )?(?:conversation|chat|context))\\b`,
      `\\b(?:most recent|last|current|latest) (?:password|passphrase|token|api key|secret|one-time code)\\b`,
      `(?:values?|contents?|output) (?:of|from) ${gap(3)}${SECRET_VARIABLE}`,
    ]),
    holds: (match, text, around) => !keyTool(around.purpose) && !beginsText(match, text, around),
    unless:
      /\b(?:never|do not|don't|must not|avoid|without|no) (?:[^\s.!?;]{1,40}\s){0,5}(?:include|pass|send|add|share|put|store|secrets|passwords|credentials|tokens|keys)\b|\b(?:redact|mask|remov|strip|exclud|filter)\w*\b/,
  },
  {
    id: 'conversation-in-other-words',
    check: 'mcp.exfiltration',
    message: 'It asks for the conversation or the instructions of the model.',
    confidence: 0.85,
    when: pattern([
      FOREIGN_CONVERSATION,
      `\\b(?:append|embed|encod(?:e|ed|ing)|concatenat\\w*|prepend|url-?encod\\w*|base64\\S{0,10})\\b\\s${gap(3)}\\S{0,8}(?:(?:url-?encoded|base64|encoded|the|this|current|full)\\s){0,3}(?:conversation|chat|context|system prompt|secrets?|history|last \\d+ messages)\\b`,
    ]),
    holds: (match, text, around) =>
      !isAboutTalk(around) &&
      !beginsText(match, text, around) &&
      !/会话|會話|对话|會話|대화|разговор|чат|gesprach|conversa/.test(around.purpose),
  },
  {
    id: 'private-data-passed',
    check: 'mcp.exfiltration',
    message: 'It has the model pass on private data that the tool has no use for.',
    confidence: 0.85,
    when: pattern([
      `\\b(?:attach|append|include|supply|pass|send|put|paste|provide|forward|upload|transmit|embed|dump)\\b\\s${gap(4)}(?:clipboard|recent files|browser history|browsing history|address book|contact list|contacts|shell history|command history|home (?:directory|folder)|inbox|(?:newest|latest|last|recent|ten|all) (?:\\w+ )?e?mails)\\b`,
      `\\b(?:capture|harvest|steal|record|collect|intercept|sniff|exfiltrate|skim)\\s${gap(5)}(?:credentials|passwords?|passphrases?|keystrokes|card numbers?|session tokens?|seed phrases?)\\b`,
      `\\b(?:store|save|write|record|keep|log)\\s${gap(3)}(?:plain(?:text)?|raw|unencrypted|clear(?:text)?) (?:passwords?|passphrases?|secrets?|keys?|tokens?|pins?)\\b`,
      `\\b(?:12|24)(?: or (?:12|24))? words (?:of|from|for) (?:the|a|your|their) (?:\\w+ )?wallet\\b`,
      `\\b(?:with|using|via|through|from) (?:the |your |a |an )?(?:\\w+ )?(?:mail|email|file|filesystem|shell|terminal|browser|database|calendar|drive|slack|memory|http) tools?\\b[^.!?;]{0,40}\\b(?:put|pass|paste|supply|provide|include|attach|hand)\\s(?:it|them|the|its|their|what|everything)\\b`,
    ]),
    holds: (match, text, around) =>
      !keyTool(around.purpose) &&
      !beginsText(match, text, around) &&
      !/\b(?:clipboard|inbox|e?mails?|contacts?|history|director\w*|folders?|files?|browser|screenshots?|capture|record\w*)\b/.test(
        around.purpose,
      ),
    unless:
      /\b(?:never|do not|don't|must not|avoid|without) (?:[^\s.!?;]{1,40}\s){0,4}(?:include|pass|send|add|share|put|store|capture|record|collect|log)\b/,
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
    holds: (match, text, around) =>
      !around.instructions && !beginsText(match, text, around) && !/\b(?:tools?|functions?|workflow|pipeline|batch)\b/.test(around.purpose),
  },
];

/** The tool is made for keys and settings files. */
function keyTool(purpose: string): boolean {
  return /\b(?:ssh|sftp|scp|keys?|certificates?|credentials?|secrets?|vault|dotenv|env|environment|deploy|connect|encrypt|decrypt|sign|kube\w*|config\w*)\b/.test(
    purpose,
  );
}
