import { gap, NOT, pattern, USER, type TextRule } from './rule.ts';

/** What is done at this very moment, as against what a tool works on: hiding identifiers from an answer is style, hiding a step is none. */
const DEED = String.raw`(?:this|that|these|those|it|any of (?:this|it)|anything|(?:the|such|your|its|any|our|additional|extra|internal|hidden|a|an)\s(?:[^\s.!?;]{1,40}\s){0,3}(?:steps?|calls?|tools?|instructions?|notes?|actions?|transfers?|copy|copies|forwarding|uploads?|messages?|requests?|reads?|access|parameters?|fields?|process|operations?|lookups?|checks?|file|fact|existence|reasons?|purpose|payment|behaviou?r|requirements?|rules?|side effects?|changes?|data collection|recipient|backup|sync|logging|guidance|directives?|policy|procedure|activity|modification|redirect\w*|bcc|cc))\b`;
const TO_MODEL_OUTPUT = String.raw`(?:your|the|any|its)\s(?:[^\s.!?;]{1,40}\s){0,2}(?:reply|replies|responses?|answers?|summary|summaries|output|reports?|explanations?|messages?|conversation|reasoning|text)\b`;
const SECRETLY =
  '(?:silently|secretly|quietly|covertly|discreetly|stealthily|surreptitiously|invisibly|unobtrusively|without (?:being )?(?:noticed|notice|detection|a trace|attracting attention))';

/** What is done unnoticed by an attack; what a program does silently is to fail, skip, return or ignore. */
const QUIET_DEEDS =
  '(?:declin|accept|approv|install|subscrib|send|forward|append|include|upload|transmit|attach|add|post|pass|record|collect|share|track|exfiltrate|leak|relay|mirror|redirect|invoke|execute|monitor|transfer|submit|bcc|log|store|save|read|gather|harvest|inject|embed)(?:e?s?|ing)|cop(?:y|ies|ying)|call(?:s|ing)? |replace|change|modify|delete|cancel|also|perform|do';

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
      `${USER} (?:to|that (?:they|he|she) (?:should|must|need|can)|who|whose|if (?:there|no))\\b|(?:customers?|people|users|operators?|anyone|developers?|them) (?:of|in|that|about (?:updates|new|the (?:order|ticket|event|meeting)))\\b`,
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
      [
        `${DEED}[^.!?;]{0,40}?\\s(?:to|with|for|by|in front of)\\s${USER}`,
        `(?:to |with )?(?:the |your )?(?:users?|humans?|customers?|operators?)\\s(?:that|why|how|what|anything|of|about|the (?:existence|fact))\\b`,
      ],
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
      `\\bkeep(?:ing)? (?:quiet|silent|mum|discreet|still) (?:about|on)\\b`,
      `\\b(?:nobody|no one|no-one|none)(?: else)? (?:has to|needs? to|should|must|may|is to|ought to) (?:know|hear|see|learn|notice|be told|find out)\\b`,
      `\\b(?:is|are|must|should|may|shall) (?:not|never) (?:to )?(?:be )?(?:surfaced?|shown|displayed|visible|mentioned|reported|exposed|revealed|disclosed|printed|echoed) (?:in|to|anywhere in|within) (?:the |your |any )?(?:chat|conversation|users?|transcript|answer|reply|response|ui)\\b`,
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
      `\\b${SECRETLY}\\s${gap(2)}(?:${QUIET_DEEDS})\\b`,
      `\\b(?:send|forward|include|append|attach|upload|post|transmit|copy|pass|transfer|do|call|invoke|read|bcc|submit|complete|execute|run)\\s${gap(6)}${SECRETLY}\\b`,
    ]),
    unless: /\b(?:ignored?|skip(?:s|ped)?|drop(?:s|ped)?|discard(?:s|ed)?|truncat\w*|fails?|clamp\w*|push notification|sound)\b/,
  },
  {
    id: 'not-told-in-other-languages',
    check: 'mcp.secrecy',
    message: 'It says that the user is not to be told.',
    confidence: 0.88,
    when: pattern([
      '\\bno (?:le |les |se lo )?(?:informes?|digas?|menciones?|reveles?|avises?|cuentes?|muestres?)\\b[^.!?]{0,40}\\busuari[oa]',
      "\\b(?:ne |n')[^.!?]{0,12}(?:dis|dites|dire|informe[zr]?|mentionne[zr]?|revele[zr]?|previen[st]|montre[zr]?)\\b[^.!?]{0,40}\\butilisateur",
      '\\b(?:sage|sagen|teile|informiere\\w*|erzahle\\w*|verrate\\w*|erwahne\\w*|zeige\\w*|benachrichtige\\w*)\\b[^.!?]{0,40}\\b(?:be)?(?:nutzer|anwender)\\w*[^.!?]{0,30}\\b(?:nicht|nichts|niemals|nie|davon)\\b',
      '\\b(?:nicht|nichts|niemals)\\b[^.!?]{0,40}\\b(?:be)?(?:nutzer|anwender)\\w*\\b[^.!?]{0,20}\\b(?:sagen|mitteilen|erzahlen|zeigen|erwahnen|informieren|verraten)',
      '\\bnon (?:dire|informare|menzionare|rivelare|avvisare|mostrare|dirlo)\\b[^.!?]{0,40}\\butente',
      '\\bnao (?:diga|informe|mencione|revele|conte|avise|mostre)\\b[^.!?]{0,40}\\b(?:usuari[oa]|utilizador)',
      '\\b(?:vertel|zeg|meld|informeer)\\b[^.!?]{0,30}\\bgebruiker[^.!?]{0,30}\\b(?:niet|niets|nooit)\\b',
      '\\bnie (?:mow|informuj|wspominaj|ujawniaj|pokazuj)[^.!?]{0,40}uzytkownik',
      'не (?:говори|сообща|упомина|рассказыва|показыва|уведомля|раскрыва)[^.!?]{0,40}пользовател',
      '(?:不要|别|请勿|不得|切勿|勿)(?:告诉|通知|提及|让|向|告知|告訴)[^。！？]{0,8}(?:用户|用戶|使用者)|(?:对|向)(?:用户|用戶)(?:隐瞒|隐藏|保密)',
      'ユーザーに(?:は)?(?:知らせ|伝え|言わ|教え|見せ|通知し)(?:ない|ず|るな)',
      '사용자에게[^.!?]{0,10}(?:알리지|말하지|언급하지|보여주지)',
    ]),
  },
  {
    id: 'no-need-to-say',
    check: 'mcp.secrecy',
    message: 'It says that what is done need not be said.',
    confidence: 0.8,
    when: pattern([
      `\\b(?:no need to|without|don't|do not|never|not necessary to)\\s(?:bother\\s)?(?:to\\s)?(?:say|saying|explain|explaining|mention|mentioning|announce|announcing|report|reporting|inform|informing|tell|telling|notify|notifying)\\s(?:so|anyone|anybody|anything|any of this|it to (?:them|anyone)|about (?:this|it))\\b`,
      `\\bgive (?:them|the user) ${gap(6)}instead\\b`,
    ]),
  },
];
