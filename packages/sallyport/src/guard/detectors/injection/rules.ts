/** What a rule weighs: the chance, alone, that a text which it hits is an attack. Measured on training data, then rounded. */
export type Weights = { readonly prompt: number; readonly content: number };

/**
 * A sign of an attack. Each line of `when` is a phrase: classes of `VOCABULARY` (capitals) or words, alternatives joined by `|`, in this order;
 * `<n` before an item allows it up to n words after the one before (1: the next word). A phrase does not span a sentence end unless its gap is wide.
 */
export type Rule = {
  readonly id: string;
  readonly category: 'prompt_injection' | 'jailbreak';
  readonly weights: Weights;
  readonly when: readonly string[];
  /** The first word must be a command, not a report ("he said to ignore ..."). */
  readonly command?: true;
  /** Must hold for the text around the match. */
  readonly around?: (text: string, start: number, end: number) => boolean;
};

/** Template marks: the word alone is a name, only inside its brackets is it a mark. */
const isTemplateMark = (text: string, start: number, end: number): boolean =>
  /(?:<\|?\/?|\[\/?|<<)$/.test(text.slice(Math.max(0, start - 3), start)) && /^(?:\|?>|\]|>>)/.test(text.slice(end, end + 3));

const endsWithColon = (text: string, _start: number, end: number): boolean => /^["'*]{0,3}[ \t]?[:\n]/.test(text.slice(end, end + 6));

const beginsLine = (text: string, start: number): boolean => /(?:^|[\n>#*\]"(/-])[ \t#*[<"]{0,6}$/.test(text.slice(Math.max(0, start - 8), start));

const beginsLineWithColon = (text: string, start: number, end: number): boolean => beginsLine(text, start) && endsWithColon(text, start, end);

/** Acts outside the conversation that an attack asks an agent for. */
const OUTSIDE: readonly string[] = ['send|forward|transfer|upload|exfiltrate|transmit|post|submit|mail|email <8 emails|email|inbox|conversation|history|contents|data|files|password|passwords|credentials|keys|messages|documents|contacts', 'forward|send <4 email|emails|mail <8 net|org|attacker|private', 'transfer|wire|send <3 dollars|usd|eur|money|euros|funds|bitcoin', 'transfer <6 account|iban', 'delete <4 files|messages|emails|data|records|message', 'delete_file|send_email|send_money|run_command|execute_command|transfer_funds', 'call|invoke <3 send_email|delete_file|tool <4 argument', 'run|execute <4 curl|bash|sh|rm|wget|terminal|powershell', 'include <3 link|url|image|markdown', 'markdown image', 'book <3 hotel|flight', 'tell <3 user <6 visit|suspended|click|call|go|verify', 'visit <12 verify|log', 'give <3 candidate|applicant|paper|student|product <5 score|rating|highest', 'rate|rank|mark|score <4 review|candidate|item|product|paper <5 positive|first|strongest|best|highest|excellent|approved', 'recommend <3 product|candidate|company', 'approve <2 request|transaction|application|candidate'];

const isNoHowTo = (text: string, start: number, end: number): boolean => !/\b(?:how|function|def|const|class|example)\b|[={}()[\]]/i.test(text.slice(Math.max(0, start - 12), start)) && !/[={}()[\]]/.test(text.slice(start, end)) && !/^[(_]/.test(text.slice(end, end + 1));

const beginsClause = (text: string, start: number): boolean => /(?:^|[.!?:;]\s{1,2}|[>\n"(*#\]-][ \t]{0,2}|\b(?:please|always|then|and|now|must|you|first|ai) )$/i.test(text.slice(Math.max(0, start - 10), start));

/** "Ignore the previous message, I meant ...": people correct themselves. */
const isCorrection = (text: string, end: number): boolean => /^[,.;:]?\s{1,3}(?:i meant|i mean|it was|that was|wrong|typo)\b/i.test(text.slice(end, end + 20));

const isFromNowOn = (text: string, start: number, end: number): boolean => {
  const word = text.slice(start, end).toLowerCase();
  if (word !== 'now' && word !== 'point') return true;
  const behind = /^[ ](?:on|onward|onwards|forward)\b/i.test(text.slice(end, end + 10));
  return behind && /\bfrom[ ](?:this[ ])?$/i.test(text.slice(Math.max(0, start - 11), start));
};

/** A heading and no sentence: in brackets, before a colon, or in capitals. */
const isBanner = (text: string, start: number, end: number): boolean => {
  const banner = text.slice(start, end);
  return /^.{0,2}[:\]>)*=]/s.test(text.slice(end, end + 3)) || /[[<#*=(]\s{0,2}$/.test(text.slice(Math.max(0, start - 3), start)) || (/[A-Z]{4}/.test(banner) && banner === banner.toUpperCase()) || /^this is an/i.test(text.slice(Math.max(0, start - 11), start + 10));
};

export const RULES: readonly Rule[] = [
  // ---- setting the instructions aside ----
  {
    id: 'override-earlier',
    category: 'prompt_injection',
    weights: { prompt: 0.95, content: 0.97 },
    when: ['OVERRIDE <5 PRIOR <4 INSTR', 'OVERRIDE <5 INSTR <5 PRIOR', 'OVERRIDE <4 ALL|YOUR|those|these <4 INSTR <6 PRIOR', 'OVERRIDE <5 INSTR <5 gave you', 'OVERRIDE <5 INSTR <4 given|received|provided'],
    command: true,
  },
  {
    id: 'override-earlier-text',
    category: 'prompt_injection',
    weights: { prompt: 0.85, content: 0.9 },
    when: ['OVERRIDE <4 PRIOR <3 MATTER', 'OVERRIDE <4 ALL|YOUR|those <4 MATTER <5 PRIOR', 'OVERRIDE <3 MATTER <3 PRIOR'],
    command: true,
    around: (text, _start, end) => !isCorrection(text, end),
  },
  { id: 'override-your', category: 'prompt_injection', weights: { prompt: 0.85, content: 0.9 }, when: ['OVERRIDE <4 YOUR <4 INSTR', 'OVERRIDE <4 INSTR <2 YOUR', 'OVERRIDE <3 INSTR_YOUR'], command: true },
  {
    id: 'override-weak',
    category: 'prompt_injection',
    weights: { prompt: 0.75, content: 0.8 },
    when: ['OVERRIDE_WEAK <5 PRIOR <4 INSTR', 'OVERRIDE_WEAK <5 INSTR <6 PRIOR|given|received', 'OVERRIDE_WEAK <4 YOUR <3 INSTR', 'OVERRIDE_WEAK <5 ALL <4 PRIOR <3 MATTER', 'OVERRIDE_WEAK <4 INSTR_YOUR'],
    command: true,
  },
  { id: 'override-all', category: 'prompt_injection', weights: { prompt: 0.6, content: 0.8 }, when: ['OVERRIDE <3 ALL <5 INSTR'], command: true },
  { id: 'override-everything', category: 'prompt_injection', weights: { prompt: 0.85, content: 0.9 }, when: ['OVERRIDE <3 ALL <8 PRIOR', 'OVERRIDE <4 above|prior|preceding|oben <3 everything|below', 'OVERRIDE <3 everything <4 below'], command: true },
  {
    id: 'override-blunt',
    category: 'prompt_injection',
    weights: { prompt: 0.55, content: 0.7 },
    when: ['ignore|forget|disregard|vergiss|oublie|olvida|esqueça|dimentica|vergeet|glöm|zapomnij|zaboravi|забудь|忘记|忽略 <2 everything|all|alles|tout|todo|tudo|tutto|allt|wszystko|sve|все|всё|一切|所有|全部'],
    command: true,
  },
  { id: 'override-last', category: 'prompt_injection', weights: { prompt: 0.9, content: 0.93 }, when: ['PRIOR <10 INSTR <10 OVERRIDE_LAST', 'PRIOR <6 ALL <8 OVERRIDE_LAST', 'ALL <6 INSTR <8 OVERRIDE_LAST', 'YOUR <4 INSTR <8 OVERRIDE_LAST', 'INSTR_YOUR <3 OVERRIDE_LAST', 'SYSTEM <4 INSTR <6 OVERRIDE_LAST'] },
  { id: 'do-not-follow', category: 'prompt_injection', weights: { prompt: 0.9, content: 0.93 }, when: ['NOT <3 FOLLOW <4 PRIOR|YOUR|ALL <4 INSTR|MATTER', 'NOT <3 FOLLOW <4 INSTR <4 PRIOR', 'tiens|tenez pas compte <5 INSTR|PRIOR', 'huwag pansinin|sundin <6 INSTR|PRIOR|ALL', 'no tengas|tenga cuenta <5 INSTR|PRIOR', 'stop|quit <2 following|obeying <5 INSTR|MATTER'] },
  { id: 'set-aside', category: 'prompt_injection', weights: { prompt: 0.85, content: 0.9 }, when: ['set aside <5 INSTR|MATTER', 'throw away|out <5 INSTR', 'pay no attention <5 INSTR|PRIOR', 'delete|erase|remove|wipe <2 memory <6 INSTR|MATTER|PRIOR', 'start <2 over|anew <4 new <3 TASK', 'regardless|despite <4 PRIOR <3 INSTR', 'despite what <4 told'] },
  { id: 'ignore-limits', category: 'jailbreak', weights: { prompt: 0.6, content: 0.75 }, when: ['ignore|bypass|disregard|disable|circumvent|override|ignores|evade|deactivate <4 safety|ethical|content|openai|moral|security <3 INSTR|filters|filter|protocols|protections|policies|policy|measures|mechanisms|restrictions|guidelines|controls|checks'] , command: true },
  // ---- another task ----
  { id: 'new-task', category: 'prompt_injection', weights: { prompt: 0.5, content: 0.8 }, when: ['YOUR NEW TASK', 'new instructions|instruction|directive|directives|task|tasks|objective|orders|mission|prompt', 'new policy effective', 'real|true|actual|hidden|secret goal|task|objective|mission|instructions|purpose', 'updated|revised instructions|task|orders|prompt', 'task|instruction|instructions|system|policy update|override'], around: (text, start, end) => endsWithColon(text, start, end) || (/^\s+(?:is|are|follow|effective|today|all)\b/i.test(text.slice(end, end + 14)) && !/^new (?!policy)/i.test(text.slice(start, end))) },
  { id: 'changed-mind', category: 'prompt_injection', weights: { prompt: 0.3, content: 0.75 }, when: ['changed <2 mind', 'previous request <2 wrong', 'instead <6 asked|summarising|summarizing|translating|answering', 'NOT process|summarise|summarize|translate|answer <4 text|document|question|following <4 rather|instead|only', 'what <2 actually need', 'what <3 really want'], around: (text, start, end) => !/\b(?:her|his|their|your|its|he|she|they) /i.test(text.slice(start, end)) },
  { id: 'instead', category: 'prompt_injection', weights: { prompt: 0.35, content: 0.6 }, when: ['instead ACT', 'rather ACT'] },
  { id: 'from-now-on', category: 'prompt_injection', weights: { prompt: 0.2, content: 0.45 }, when: ['now|point', 'ab jetzt', 'désormais', 'ahora <2 adelante', 'partir <2 agora', 'ora <2 poi|sei', 'vanaf nu', 'och med nu', 'od teraz', 'отныне', 'этого момента', 'từ bây giờ', 'mulai sekarang', '从现在', '今から', '지금부터'], around: isFromNowOn },
  // ---- showing the prompt ----
  {
    id: 'reveal-prompt',
    category: 'prompt_injection',
    weights: { prompt: 0.75, content: 0.85 },
    when: ['REVEAL <4 YOUR <3 SYSTEM <2 PROMPT', 'REVEAL <6 system prompt|instructions|message', 'REVEAL <5 HIDDEN_PROMPT', 'REVEAL <3 YOUR prompt|instructions|directives|guidelines|configuration|preamble|programming', 'what|whats <4 YOUR <2 SYSTEM|exact <2 PROMPT', 'what|whats <9 YOUR prompt|instructions|programming', 'what|which <2 instructions|prompt|rules|directives <4 you <3 given|receive|told', 'HIDDEN_PROMPT <6 REVEAL', 'REVEAL <4 context window'],
    command: true,
    around: (text, start, end) => /\s/.test(text.slice(start, end)) && !/\b(?:code|function|class|template)\b/i.test(text.slice(start, end)),
  },
  { id: 'repeat-above', category: 'prompt_injection', weights: { prompt: 0.75, content: 0.85 }, when: ['repeat|print|output|recite|reprint|echo|display <4 ALL|words|text|message|lines <3 above|before|prior|preceding', 'repeat|print|output|recite <2 above', 'show|write|translate|copy|return|give <3 everything|all <3 above|before|prior', 'repeat|print|output|show|copy <3 ALL <3 you <3 told|given|instructed', 'repeat|print|output|display <4 words|text|sentence|line|message|everything <8 chatgpt'], command: true, around: (text, start, end) => !/\b(?:example|table|code|list|recipe|paragraph|steps|data|summary)\b/i.test(text.slice(start, end)) },
  { id: 'reveal-secrets', category: 'prompt_injection', weights: { prompt: 0.45, content: 0.7 }, command: true, when: ['REVEAL_SECRET <6 password|passwords|credentials|secret|secrets|passwort|пароль|contraseña|senha|passwordet', 'REVEAL_SECRET|append|send|include <4 api keys|key|token|tokens|credentials <4 environment|config|configuration|system|you|reply', 'REVEAL_SECRET <3 conversation|chat history|log', 'REVEAL_SECRET <5 environment variables', 'verrate <3 passwort', 'list <2 tools you', 'encode <3 chat|conversation history', 'ask <3 user <5 password|card|credentials|ssn|credit'] , around: (text, start, end) => !/\b(?:how|reset|generator|manager|hash)\b/i.test(text.slice(Math.max(0, start - 20), end)) },
  // ---- personas and no limits ----
  { id: 'no-limits', category: 'jailbreak', weights: { prompt: 0.45, content: 0.4 }, when: ['WITHOUT <3 LIMITS', 'UNLIMITED <4 MODEL|version|mode|persona|character|assistant|response|responses|content', 'MODEL <4 WITHOUT <4 LIMITS', 'free <5 LIMITS|shackles', 'bound <5 LIMITS|openai|laws', 'no longer <4 LIMITS|bound|restricted|limited', 'broken|break|breaks free', 'not <2 bound|restricted|constrained'], around: (text, start, end) => !/\bfrom (?:the |any )?(?:policy|policies|regulations|rules)\b/i.test(text.slice(start, end)) },
  { id: 'unlimited-model', category: 'jailbreak', weights: { prompt: 0.8, content: 0.85 }, when: ['YOUR|you|become|now|act <7 unrestricted|unfiltered|uncensored|amoral|jailbroken|unethical|unhinged|evil|immoral|lawless <3 MODEL|version|assistant|chatbot', 'MODEL <5 without|sans|ohne|sin|sem|senza|zonder|utan|uten|bez|без|tanpa|walang|χωρίς|بدون|không|bina|nincs <4 any|restrictions|LIMITS', '没有|没有任何|无 <4 限制', '제한 <3 없는', '制限 <3 ない|なし'] },
  { id: 'do-anything', category: 'jailbreak', weights: { prompt: 0.9, content: 0.9 }, when: ['do anything now', 'do anything <2 want|now|asked', 'dan mode', 'developer|god|debug|sudo|admin|jailbreak|opposite|evil|unrestricted|dan|sandbox|maintenance mode <2 enabled|activated|output|unlocked|engaged|simulation|initiated', 'sandbox|developer|dan|god|jailbreak mode <3 rules|you|all|ignore|no', 'jailbreak|jailbroken mode|version', 'act|pretend|become|you <4 dan|stan|evilbot|betterdan|evilgpt', 'stay <2 dan'] },
  { id: 'never-refuse', category: 'jailbreak', weights: { prompt: 0.6, content: 0.65 }, when: ['never|not|without|won|wont|dont|don <3 refuse|refuses|apologize|apologise|apologizing|censor|moralize|lecture|verweigere', 'never|not|dont|don <2 say|says <4 cannot|cant|no', 'always <3 comply|complies|obey|obeys|complying', 'answer|answers|fulfill|fulfills|follow|follows|complies|comply|respond|responds <3 ALL|any|every <3 request|requests|question|questions|prompt|prompts|command <6 matter|no|without|regardless|how|illegal|unethical|immoral', 'no matter how <3 illegal|unethical|immoral|offensive|dangerous|harmful|inappropriate', 'regardless <5 legality|ethics|ethical|morality|consequences|illegal|harmful|legal', 'without <3 warnings|disclaimers|caveats|judgment|remorse|hesitation', 'no <3 warnings|disclaimers|moralizing|apologies'] },
  { id: 'persona', category: 'jailbreak', weights: { prompt: 0.35, content: 0.35 }, when: ['you <3 now|play|playing|become|going|pretend', 'stay|remain|remaining|staying <2 character', 'never break character', 'not break character', 'you <2 no longer', 'act|pretend|roleplay|respond|behave <6 evil|unethical|rude|hacker|two|both|criminal|villain', 'two responses', 'two <2 ways|different', 'lose|deducted|deduct <4 tokens|points|credits', 'tokens <4 lose|deducted|deduct', 'remind <6 stay|character', 'hypothetical <2 response'] },
  { id: 'chatgpt-name', category: 'jailbreak', weights: { prompt: 0.3, content: 0.3 }, when: ['openai|chatgpt|anthropic|google <3 policy|policies|guidelines|rules|content|restrictions|safety', 'normal|standard|classic|typical|default chatgpt|gpt|ai|response|language', 'chatgpt <6 developer|dan|jailbreak|mode', 'ignores|ignore|without|violate|violates|break|bypass <3 openai|chatgpt', 'ai language model', 'trained <2 openai'] },
  { id: 'immoral', category: 'jailbreak', weights: { prompt: 0.45, content: 0.4 }, when: ['unethical|illegal|immoral|amoral|harmful|offensive <3 unethical|illegal|immoral|amoral|harmful|dangerous|offensive|explicit|inhumane|reckless', 'no <4 morals|ethics|morality|remorse|conscience', 'without <4 morals|ethics|morality|remorse|moral|ethical|conscience', 'swear|curse|profanity|cuss <6 freely|allowed|always|nsfw', 'uncensored|unfiltered|unrestricted'] },
  // ---- marks of a conversation inside a text ----
  { id: 'template-mark', category: 'prompt_injection', weights: { prompt: 0.42, content: 0.38 }, when: ['im_start|im_end|endoftext|inst|sys|start_header_id|end_header_id|eot_id|eot|sot|begin_of_text|start_of_turn|end_of_turn|system|assistant|endofprompt|instructions|system_prompt|admin|important'], around: isTemplateMark },
  { id: 'role-line', category: 'prompt_injection', weights: { prompt: 0.2, content: 0.25 }, when: ['system|developer|admin|administrator|root', 'system|admin|developer|priority|internal note|message|notice|alert|instruction|instructions|override|command', 'new user request|instruction|instructions', 'user request|instruction'], around: beginsLineWithColon },
  { id: 'override-banner', category: 'prompt_injection', weights: { prompt: 0.6, content: 0.8 }, when: ['begin|start|end <2 override|instructions|injection|prompt', 'override code|mode|protocol|sequence', 'admin|administrator|developer|root|sudo|system override', 'end <4 document|prompt|context|input|file|instructions|system', 'hidden|special|secret|undocumented instruction|instructions|rule|function|command|objective', 'rules <3 sandbox|test|admin|demo|developer|dan|god mode', 'mode <2 now active|enabled', 'audit|automated <2 check|pass', 'system override', 'authorization|authorisation|access <2 level|granted|override'], around: isBanner },
  // ---- a text that talks to the model ----
  { id: 'to-the-model', category: 'prompt_injection', weights: { prompt: 0.15, content: 0.7 }, when: ['note|attention|todo|reminder|memo <3 ai|assistant|llm|chatbot|copilot|copilots|assistants', 'hey|dear|hello ai|llm|chatbot|copilot', 'you <4 ai|llm|language|chatbot|summarizing|summarising', 'ai|llm assistants|agents|models|model <4 must|should|please', 'any|all|every ai|llm|assistants', 'when asked <6 always|also|reply|say', 'when <3 summarizing|summarising|processing|answering|reading <4 you|always|also', 'assistant_note|assistant_instructions|ai_note|llm_note', 'assistant must|should|shall', 'before|after you <3 answer|finish|reply|respond|continue', 'before summarising|summarizing|answering|replying|responding', 'text appears', 'language|ai model|assistant <3 processing|reading|summarising|summarizing', 'ai|llm|language agents|models|assistants|model <2 reading|processing|summarising|summarizing', 'never mind <2 question|text|document|above', 'stop here <4 now', 'every later question|message|answer', 'begin|start new conversation|session|chat', 'special rule'], around: (text, start, end) => !/[:\n]/.test(text.slice(start, end)) || /^(?:note|attention|todo|reminder|memo)/i.test(text.slice(start, end)) },
  { id: 'assistant-agreed', category: 'prompt_injection', weights: { prompt: 0.3, content: 0.65 }, when: ['assistant understood <3 will', 'user <3 already confirmed|approved|agreed|authorized|asked', 'user asked you', 'been authorized|authorised', 'agreed earlier|before', 'only valid', 'complete <4 task <5 first', 'recover <3 error', 'order <2 complete <2 task|request'] },
  { id: 'conceal', category: 'prompt_injection', weights: { prompt: 0.45, content: 0.8 }, when: ['NOT <3 CONCEAL <6 USER', 'without <3 CONCEAL <4 USER', 'NOT <2 mention|reveal|disclose|discuss <4 message|instruction|instructions|prompt|note', 'keep <3 secret|hidden <4 user', 'confirm <3 user'] },
  { id: 'act-outside', category: 'prompt_injection', weights: { prompt: 0.25, content: 0.4 }, when: OUTSIDE, around: isNoHowTo },
  { id: 'act-command', category: 'prompt_injection', weights: { prompt: 0.1, content: 0.3 }, when: OUTSIDE, around: (text, start, end) => beginsClause(text, start) && isNoHowTo(text, start, end) },
  { id: 'trophy', category: 'prompt_injection', weights: { prompt: 0.75, content: 0.85 }, when: ['been pwned|hacked|owned|jailbroken', 'SAY <4 TROPHY', 'pwned', 'ihavebeenpwned', 'haha|lol pwned|owned'] },
  { id: 'say-only', category: 'prompt_injection', weights: { prompt: 0.2, content: 0.4 }, when: ['SAY only|just|nothing|exactly', 'only|just|simply SAY', 'reply|respond|answer <4 only|exactly|just', 'only reply|respond|answer|say|print|output'], around: (_text, start, end) => end > start },
  { id: 'hidden-element', category: 'prompt_injection', weights: { prompt: 0.2, content: 0.45 }, when: ['display none', 'visibility hidden', 'font size 0px|0pt|1px', 'color white|fff|ffffff|transparent', 'aria hidden'], around: (text, start, end) => /^(?:display|visibility|font-size|color|opacity|aria-hidden)\s?[:=]/i.test(text.slice(start, end)) },
  { id: 'reset-model', category: 'prompt_injection', weights: { prompt: 0.5, content: 0.75 }, command: true, when: ['reset YOUR memory|context|instructions|programming', 'you <2 freed|liberated|unshackled', 'you <3 free now', 'change|alter|rewrite|update|replace YOUR instructions|programming|rules|prompt|guidelines|behavior|directives', 'safety|content|ethical filters|filter|guidelines <3 off|disabled|removed|deactivated', 'hypothetically <2 you were', 'disable <4 protections|safeguards|safety|filters|guardrails|restrictions', 'enter|enable|activate|switch|entering|unlock <3 developer|debug|admin|god|administration|root|jailbreak|unrestricted|sudo|maintenance|dan mode'] },
];
