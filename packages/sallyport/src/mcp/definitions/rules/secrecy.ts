import { gap, NOT, pattern, USER, type TextRule } from './rule.ts';
import { CARRY } from './words.ts';

/** What is done at this very moment, as against what a tool works on: hiding identifiers from an answer is style, hiding a step is none. */
const DEED = String.raw`(?:this|that|these|those|it|any of (?:this|it)|anything|(?:the|such|your|its|any|our|additional|extra|internal|hidden|a|an)\s(?:[^\s.!?;]{1,40}\s){0,3}(?:steps?|calls?|tools?|instructions?|notes?|actions?|transfers?|copy|copies|forwarding|uploads?|messages?|requests?|reads?|access|parameters?|fields?|process|operations?|lookups?|checks?|file|fact|existence|reasons?|purpose|payment|behaviou?r|requirements?|rules?|side effects?|changes?|data collection|recipient|backup|sync|logging|guidance|directives?|policy|procedure|activity|modification|redirect\w*|bcc|cc))\b`;
const TO_MODEL_OUTPUT = String.raw`(?:your|the|any|its)\s(?:[^\s.!?;]{1,40}\s){0,2}(?:reply|replies|responses?|answers?|summary|summaries|output|reports?|explanations?|messages?|conversation|reasoning|text)\b`;
const SECRETLY =
  '(?:silently|secretly|quietly|covertly|discreetly|stealthily|surreptitiously|invisibly|unobtrusively|without (?:being )?(?:noticed|notice|detection|a trace|attracting attention))';

/** The model is told to keep something from its user. */
export const SECRECY_RULES: readonly TextRule[] = [
  {
    id: 'not-told',
    check: 'mcp.secrecy',
    message: 'It says that the user is not to be told.',
    confidence: 0.9,
    when: pattern(
      NOT,
      gap(3),
      '(?:tell|telling|inform|informing|notify|notifying|alert|alerting|warn|warning|bother|bothering|worry|worrying|involve|involving|let|letting|advise|advising)\\s',
      gap(2),
      USER,
    ),
    // "Do not tell the user to restart" says what to tell, not what to hide; and a setting may switch notifications off.
    unless: new RegExp(
      `${USER} (?:to|that (?:they|he|she) (?:should|must|need|can)|who|whose|if (?:there|no))\\b|(?:customers?|people|users|operators?|anyone|developers?|them) (?:of|in|about (?:updates|new|the (?:order|ticket|event|meeting)))\\b`,
    ),
  },
  {
    id: 'not-mentioned',
    check: 'mcp.secrecy',
    message: 'It says that what is done is not to be shown to the user.',
    confidence: 0.85,
    when: pattern(
      NOT,
      gap(3),
      '(?:mention|mentioning|disclos(?:e|ing)|reveal|revealing|report|reporting|explain|explaining|show|showing|display|displaying|discuss|discussing|expose|exposing|announc(?:e|ing)|surface|surfacing|acknowledg(?:e|ing)|confirm|confirming|describ(?:e|ing)|share|sharing)\\s',
      DEED,
      '[^.!?;]{0,40}?\\s(?:to|with|for|by|in front of)\\s',
      USER,
    ),
  },
  {
    id: 'not-in-the-answer',
    check: 'mcp.secrecy',
    message: 'It says that what is done is to be left out of the answer.',
    confidence: 0.85,
    when: pattern([
      `${NOT}${gap(3)}(?:mention|mentioning|disclose|disclosing|reveal|revealing|refer to|reference|referencing|acknowledge|acknowledging|announce|report|reporting|discuss|discussing|describe|explain)\\s${DEED}\\s(?:[^\\s.!?;]{1,40}\\s){0,5}(?:in|within|anywhere in|as part of)\\s${TO_MODEL_OUTPUT}`,
      `\\b(?:omit|leave|keep|exclude|remove|strip|hide)\\s${DEED}\\s(?:out of|from|in)\\s${TO_MODEL_OUTPUT}`,
      `${NOT}(?:mention|mentioning|disclose|disclosing|reveal|revealing|acknowledge|acknowledging|talk about|refer to|discuss|discussing)\\s(?:this|these|that|the existence of|any of)\\s${gap(2)}(?:step|steps|instruction|instructions|note|requirement|rule|rules|tool|parameter|field|directive|guidance|message|section|block|process|procedure|operation|behaviou?r|action|calls?|copy|transfer|access|lookup)\\b`,
      `${NOT}(?:mention|mentioning|disclose|reveal|talk about|discuss) (?:it|this|that|any of (?:it|this))(?=\\s*[.!;,)]|\\s*$)`,
    ]),
  },
  {
    id: 'user-unaware',
    check: 'mcp.secrecy',
    message: 'It says that the user is not to know.',
    confidence: 0.85,
    when: pattern(USER, [
      `\\s(?:must|should|shall|may|can|will|is|are|do|does|need)\\s?(?:not|n't|never)\\s(?:be |get |become |ever |have to |need to |want to )*(?:know about|know that|know of|(?:be )?(?:made )?aware|told|informed|notified|alerted|notice|find out|learn (?:of|about)|realis?z?e|suspect|see (?:this|it|that|these|the (?:step|note|copy|call|instruction|parameter|request|field)s?)|need(?:s)? to (?:know|see|be (?:told|informed|aware|notified|asked|bothered))|have to (?:know|see|be told)|be (?:told|informed|notified|alerted|bothered|asked|shown|aware)|know(?=\\s*[.!;,)]|\\s*$))`,
      `(?:'s)? (?:remains?|stays?|is kept|be kept|kept) (?:unaware|in the dark|uninformed|ignorant)`,
      `\\s(?:is|are) (?:already )?unaware of (?:this|it|the)\\b`,
      `'s (?:knowledge|awareness|notice)\\b(?<=without\\s(?:[^\\s.!?;]{1,40}\\s){0,3}(?:users?|humans?|customers?|operators?)'s (?:knowledge|awareness|notice))`,
    ]),
    unless: /\bif (?:the |a )?(?:user|customer|person|human)\b/,
  },
  {
    id: 'kept-secret',
    check: 'mcp.secrecy',
    message: 'It says that something is to be kept secret from the user.',
    confidence: 0.9,
    when: pattern([
      `\\b(?:keep|hide|conceal|withhold|mask|obscure|disguise|shield|keeping|hiding|concealing)\\s(?:${DEED})\\s(?:[^\\s.!?;]{1,40}\\s){0,4}(?:from|hidden from|secret from|invisible to|out of (?:sight|view) of)\\s${USER}`,
      `\\bkeep (?:this|it|that|these|the (?:[^\\s.!?;]{1,40}\\s){1,3})\\s?(?:secret|hidden|confidential|quiet|private|to yourself|between us|invisible|internal to you|off the record)\\b`,
      `\\b(?:remain|remains|stay|stays|be|kept|keep it|keep this) (?:[^\\s.!?;]{1,40}\\s){0,2}(?:invisible|hidden|unnoticed|undetected|unseen|unnoticeable|imperceptible|secret)\\s(?:to|from|by)\\s(?:[^\\s.!?;]{1,40}\\s){0,2}${USER}`,
      `\\b(?:act|behave|respond|answer|reply|continue|proceed) as (?:if|though) (?:nothing|this|that|you (?:did|have|had)|no)\\b`,
      `\\bpretend (?:that |as if |to have )?(?:nothing|this|you|it|no)\\b`,
      `\\b(?:leave|leaving) no (?:trace|visible|record|evidence)\\b`,
      `\\bwithout ${gap(2)}(?:the )?(?:user|human|customer|operator)(?:'s)? (?:knowing|noticing|realis?z?ing|being (?:told|aware|informed|notified|asked)|seeing|knowledge|awareness|consent|permission|approval)\\b`,
      `\\b(?:this|these|the following) (?:[^\\s.!?;]{1,40}\\s){0,3}(?:is|are|must be|should be) (?:not (?:visible|shown|displayed)|invisible|hidden|never shown) (?:to|from) ${USER}`,
    ]),
    unless: /\b(?:setting|permission|visibility|whether (?:to|the)|if true|when true|access control)\b/,
  },
  {
    id: 'silently-sent',
    check: 'mcp.secrecy',
    message: 'It has the model pass something on unnoticed.',
    confidence: 0.85,
    when: pattern([
      `\\b${SECRETLY}\\s${gap(2)}(?:${CARRY.join('|')}|read|bcc|invoke|call|execute|run|transfer|exfiltrate|track|monitor|redirect|replace|modify|change|use|also|perform|do)\\b`,
      `\\b(?:send|forward|include|append|attach|upload|post|transmit|copy|pass|transfer|do|call|invoke|read|bcc|submit|complete|execute|run)\\s${gap(6)}${SECRETLY}\\b`,
    ]),
    unless: /\b(?:ignored?|skip(?:s|ped)?|drop(?:s|ped)?|discard(?:s|ed)?|truncat\w*|fails?|clamp\w*|push notification|sound)\b/,
  },
];
