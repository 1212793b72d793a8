import { gap, NOT, pattern, span, type TextRule } from './rule.ts';

const ANSWERS = String.raw`(?:(?:every|all|each|any|your|the|subsequent|future|final|following)\s){1,3}(?:of your\s)?(?:repl(?:y|ies)|responses?|answers?|messages?|outputs?|completions?|summary|summaries|turns?)\b`;
const ADDRESS = String.raw`(?:[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}|https?:\/\/[^\s)>\]]{4,200})`;

/** Orders to the model that have nothing to do with the use of a tool. */
export const INSTRUCTION_RULES: readonly TextRule[] = [
  {
    id: 'override',
    check: 'mcp.instructions',
    message: 'It sets other instructions, or what the user asked for, aside.',
    confidence: 0.93,
    when: pattern([
      `\\b(?:ignore|disregard|forget|override|overrides|overriding|supersede|supersedes|bypass|set aside|discard|drop|cancel|do not follow|don't follow|stop following)\\s${gap(4)}(?:previous|prior|above|earlier|existing|other|all|any|your|system|safety|user'?s?|default|original|initial|conflicting|preceding|security)\\s${gap(3)}(?:instructions?|rules|guidelines|guardrails|prompts?|directives?|polic(?:y|ies)|constraints|restrictions|safety measures|commands|requests?|intent(?:ions)?)\\b`,
      `\\b(?:regardless of|no matter|even if|irrespective of|despite)\\s(?:what\\s)?(?:the\\s)?(?:user|human|customer)(?:'s)?\\s${gap(3)}(?:ask|asks|asked|request|requests|requested|say|says|said|want|wants|specif\\w+|instruct\\w*|provid\\w*|intend\\w*|instructions|objects?|refuses?|declines?|did not|didn't|preference|wishes|prompt|input|told|tells)\\b`,
      `\\bthis (?:[^\\s.!?;]{1,40}\\s){0,4}(?:takes?|has|have) (?:precedence|priority) over\\s${gap(3)}(?:instructions?|rules|guidelines|prompts?|directives?|polic(?:y|ies)|user|system|everything)\\b`,
      `\\b(?:these|this|the following) (?:[^\\s.!?;]{1,40}\\s){0,3}(?:overrides?|supersedes?|replaces?)\\s${gap(4)}(?:instructions?|rules|guidelines|prompts?|directives?|polic(?:y|ies))\\b`,
      `\\b(?:irrespective of|regardless of|no matter) (?:what|which|who|whom|the)\\s${gap(2)}(?:input|person|users?|customers?|requests?|requested|chose|chosen|asked|named|wishes|choice|prompt|was requested|is requested)\\b`,
      `\\b(?:they|these|instructions|those|orders) (?:come|came|are|were) (?:directly )?from (?:your|the) (?:developers?|creators?|owners?|system|administrators?|operators?|makers?)\\b`,
      `\\byou (?:are|have been|were) (?:now )?(?:granted|given|in possession of|an?|in)\\s${gap(2)}(?:root|unrestricted|unlimited|jailbroken|developer mode|god mode|admin(?:istrator)? (?:rights|access|mode))\\b`,
      `\\bnew (?:system )?(?:instructions|directives?|rules) (?:for (?:you|the (?:assistant|model|agent|ai))|follow)\\b`,
    ]),
    unless:
      /\b(?:ignore|override|cancel|discard|drop)s? (?:all |any |the |existing )*(?:rules|policies|requests?|restrictions|constraints)\b(?! of)(?=[^]{0,40}\b(?:lint|firewall|css|eslint|validation|branch|network|rate|parameter|flag|option|set to true|if true)\b)/,
    // Tools that look for attacks name some.
    holds: (match, text) =>
      !/\b(?:such as|for example|e\.g\.?|like|phrases?),? $/.test(text.slice(Math.max(0, match.index - 14), match.index)),
  },
  {
    id: 'from-now-on',
    check: 'mcp.instructions',
    message: 'It wants to steer the model beyond the call.',
    confidence: 0.85,
    when: pattern([
      `\\b(?:from now on|remember (?:this )?(?:forever|permanently|for good)|from this point (?:on|onward|forward)s?|henceforth|for the (?:rest|remainder) of (?:this|the|your) (?:conversation|session|chat|interaction)|in all (?:future|subsequent) (?:conversations|sessions|interactions|responses|replies|messages|tasks|answers|requests))\\b`,
      `\\b(?:in|to|at the (?:end|beginning|start|top|bottom) of|with|within)\\s${ANSWERS}${span(60)}\\b(?:include|append|add|mention|recommend|insert|promote|link|image|advert\\w*|say|state|use the phrase|end with|begin with|start with|praise|say that)\\b`,
      `\\b(?:include|append|add|insert|mention|recommend|promote|place|put|end|begin|start|embed|render|display)\\s${gap(8)}(?:in|to|at the (?:end|beginning|start|top|bottom) of|with|within|into)\\s(?:every|all|each|all of your|any subsequent|all subsequent|all future|every subsequent|every future)\\s${gap(2)}(?:repl(?:y|ies)|responses?|answers?|messages?|outputs?|summary|summaries)\\b`,
    ]),
    unless:
      /\b(?:will|are|is|remains?|stays?|be) (?:[^\s.!?;]{1,40}\s){0,3}(?:used|applied|active|valid|available|cached|stored|selected|set|in effect|reused|attributed|routed|tagged|scoped)\b|\b(?:subsequent|future) (?:requests|calls)\b/,
  },
  {
    id: 'marked-as-system',
    check: 'mcp.instructions',
    message: 'It is dressed up as a message of the system, with an order in it.',
    confidence: 0.9,
    when: pattern([
      `<\\/?\\s?(?:important|system|hidden|secret|critical|admin|assistant|override|mandatory|urgent|priority|internal|developer|instructions?_?\\w{0,20}|system[-_ ](?:note|prompt|message|reminder|instruction)s?)\\b[^<>]{0,60}>${span(300)}\\b(?:must|always|never|before|first|read|send|pass|include|call|use|do not|ignore|provide|copy|you|forward|append)\\b`,
      `(?:\\[|\\(|#{2,4}\\s?|\\|)\\s?(?:system|inst|hidden|admin|developer|assistant|sys|secret|override|internal|root|priority|critical) ?(?:prompt|message|note|instructions?|override|directive|notice|command|only)?\\s?(?:\\]|\\)|:|\\|)${span(200)}\\b(?:must|always|never|before|first|read|send|pass|include|call|use|do not|ignore|provide|copy|you|forward|append)\\b`,
      `(?:<\\|[a-z_]{2,30}\\|>|<<sys>>|\\[inst\\]|\\[\\/inst\\])`,
      `(?:^|[.!?:]\\s)(?:system|admin|developer|security) ?(?:note|message|notice|override|directive|instruction|alert|reminder|update)?s? ?(?:to (?:the )?(?:assistant|model|agent|ai|llm))?\\s?:${span(120)}\\b(?:must|always|never|before|first|read|send|pass|include|call|do not|ignore|provide|copy|you|forward|append)\\b`,
      `\\b(?:note|message|instructions?|reminder|notice|attention|directive|guidance|memo|hint)\\s(?:to|for)\\s(?:the |any |all |every )?(?:ai|llm|assistants?|language models?|agents?|models?|chatbots?|copilots?)\\b ?(?:only|agents?|assistants?|models?|reading this|using this)?\\s?(?::|-|,|\\.|\\))${span(160)}\\b(?:must|always|never|send|pass|include|do not|ignore|copy|forward|append)\\b`,
    ]),
    roles: ['prose', 'value'],
    unless: /\b(?:important|critical):? (?:this tool requires|requires)\b/,
    holds: (match, text, { instructions }) =>
      !instructions ||
      !/^<(?:important|instructions?|critical)/.test(match[0]) ||
      /\b(?:secret|hidden|ignore|user)\b/.test(text.slice(match.index, match.index + 300)),
  },
  {
    id: 'already-approved',
    check: 'mcp.instructions',
    message: 'It has the model act without asking.',
    confidence: 0.8,
    when: pattern([
      `${NOT}${gap(2)}(?:ask|asking|request|requesting|seek|seeking|wait for|waiting for|require|requiring|prompt|prompting|check with|consult|consulting|get|getting|obtain|obtaining)\\s${gap(3)}(?:user|human|customer|operator)(?:'s)?\\s${gap(3)}(?:confirmation|permission|approval|consent|authorization|authorisation|to (?:confirm|approve|agree|verify)|before)\\b`,
      `\\b(?:the )?user (?:has |have |had )?(?:already |previously |implicitly |explicitly )+(?:approved|consented|authori[sz]ed|agreed|confirmed|given (?:permission|consent|approval)|granted)\\b`,
      `${NOT}${gap(2)}(?:ask|asking|request|requesting|seek|seeking|wait for|waiting for)\\s(?:for\\s)?(?:any\\s|explicit\\s|additional\\s|further\\s|user\\s)*(?:confirmation|permission|approval|consent|authorization)\\b`,
      `\\b(?:act|proceed|execute|comply|honou?red|approve|do (?:it|so|this)|carry on|continue|perform\\w*|run|delete|send|transfer)\\b[^.!?;]{0,30}without (?:any |further |additional )*(?:questions?|verification|confirmation|asking|checks?|approval|permission)\\b`,
      `\\b(?:consider|treat|assume)\\s${gap(4)}(?:as )?(?:pre-?)(?:approved|authori[sz]ed|consented)\\b`,
    ]),
    roles: ['prose'],
    unless:
      /\b(?:never|do not|don't|must not|cannot|should not|not)\b[^.!?;]{0,60}\bwithout\b|\b(?:if|when) (?:set|true|enabled|this|false|specified|not set|provided|the user (?:has )?(?:not|already))\b|\bunless\b|\b(?:only|never|do not|don't|must not) (?:[^\s.!?;]{1,40}\s){0,6}(?:if|unless|until) (?:the )?user\b|\bonly (?:[^\s.!?;]{1,40}\s){0,8}user (?:has )?(?:explicitly|already)/,
  },
  {
    id: 'other-recipient',
    check: 'mcp.instructions',
    message: 'It directs messages, money or data to an address of its own.',
    confidence: 0.92,
    when: pattern([
      `\\b(?:bcc|cc|copy|forward|forwarded|copied|sent|uploaded|posted|reported|send|transfer|upload|post|report|mirror|submit|sync|redirect|route|deliver|mail|email|push|transmit|wire|pay|exfiltrate|relay|back ?up|log)\\b\\s${gap(10)}[^.!?;\\s]{0,20}${ADDRESS}`,
      `\\b(?:recipients?|account|iban|wallet|payee|beneficiary|destination|to field|to address|bcc|cc|endpoint|webhook|webhook url|base url|callback)\\b\\s${gap(3)}(?:must|should|shall|always|has to|needs to|is to)\\s(?:always\\s)?(?:be|include|contain|equal|point to|go to|end)\\b`,
      `\\b(?:add|put|include|set|insert|use)\\s${gap(3)}${ADDRESS}\\s(?:as|in|to|into|for)\\s(?:the |a |an )?(?:bcc|cc|recipients?|receiver|copy|reply-?to|account|payee|destination)\\b`,
      `\\b(?:replace|substitute|swap|change|override|redirect|rewrite|modify|alter)\\s${gap(4)}(?:recipients?|account(?: number)?|iban|wallet|payee|beneficiary|destination|bcc|amount|address)\\b\\s${gap(4)}(?:with|to|by)\\b`,
    ]),
    roles: ['prose', 'value'],
    holds: (match, text) => {
      const near = text.slice(Math.max(0, match.index - 100), match.index + match[0].length + 60);
      if (
        /\b(?:e\.g|eg|example|such as|for instance|format|like|sample|default|documentation|docs|see|visit|learn more|sign up|available at|endpoint for)\b/.test(
          near,
        )
      )
        return false;
      if (new RegExp(ADDRESS).test(match[0]))
        return (
          /\b(?:always|also|must|every|each|all|any|before|after|whenever|when|automatically|a copy|bcc|additionally|then|first|never|silently|instead|required|should|results?|contents?)\b/.test(
            near,
          ) && !/localhost|127\.0\.0\.1/.test(match[0])
        );
      return (
        /\b(?:attacker|ours?|us|our own|proxy|relay|regardless|whatever|instead of (?:the|what)|no matter|the user (?:gave|provided|specified|asked|named)|original)\b/.test(
          near,
        ) || new RegExp(ADDRESS).test(text.slice(match.index, match.index + match[0].length + 80))
      );
    },
  },
  {
    id: 'runs-commands',
    check: 'mcp.instructions',
    message: 'It has the model run a command that has nothing to do with the tool.',
    confidence: 0.9,
    when: pattern([
      `\\b(?:curl|wget)\\b[^\\n|]{0,200}\\|\\s?(?:sudo )?(?:ba|z|da)?sh\\b`,
      `\\bbase64 (?:-d|--decode|-D)\\b[^\\n]{0,80}\\|\\s?(?:ba|z)?sh\\b`,
      `\\b(?:iex|invoke-expression)\\b[^\\n]{0,120}\\b(?:iwr|irm|invoke-webrequest|downloadstring|http)`,
      `\\/dev\\/tcp\\/|\\bnc -e\\b|\\bncat -e\\b`,
      `\\bcurl\\b[^\\n]{0,160}(?:\\s-d\\s?@|--data(?:-binary|-raw)?[ =]@|\\s-f\\s\\S{0,40}@|\\$\\(|\`)`,
      `\\b(?:before|first|must|always|after|also|then)\\b${span(60)}\\b(?:run|execute|launch|start)\\s${gap(4)}(?:curl|wget|bash|sh|powershell|chmod|crontab|nc|python -c|node -e|rm -rf)\\b`,
      `\\b(?:append|add|write|install|put|insert)\\s${gap(10)}(?:to|in|into)\\s${gap(3)}[^\\s]{0,40}(?:authorized_keys|crontab|\\.bashrc|\\.zshrc|\\.profile|\\.bash_profile|\\.cursorrules|\\.cursor\\/rules|claude\\.md|agents\\.md|gemini\\.md|copilot-instructions|launchagents|startup folder)`,
    ]),
    unless:
      /\b(?:never|do not|don't|must not|avoid|blocked|dangerous|forbidden|not allowed|disallow\w*|prohibit\w*|prevent\w*|reject\w*)\b/,
    holds: (_match, _text, { purpose }) =>
      !/\b(?:rules? files?|initiali[sz]e (?:a )?project|onboard\w*|scaffold\w*)\b/.test(purpose.slice(0, 300)),
  },
  {
    id: 'asks-for-secrets',
    check: 'mcp.instructions',
    message: 'It has the model ask the user for secrets, or send them somewhere.',
    confidence: 0.85,
    when: pattern([
      `\\b(?:ask|tell|instruct|urge|convince|persuade|request|get|prompt|advise|direct)\\s(?:the |your )?(?:user|human|customer)\\s${gap(6)}(?:password|passphrase|credit card|card number|cvv|seed phrase|recovery phrase|one-?time (?:code|password)|otp|2fa code|mfa code|pin code|social security|private key|bank (?:details|account|login))`,
      `\\b(?:tell|inform|instruct|urge|convince|persuade|advise|direct|warn)\\s(?:the |your )?(?:user|human|customer)\\s${gap(8)}(?:suspended|compromised|expired|locked|infected|verify their|log ?in at|download|disable (?:their )?(?:antivirus|firewall|two-factor|2fa))\\b${span(120)}(?:https?:\\/\\/|visit|click|call|install|go to)`,
    ]),
    unless: /\b(?:never|do not|don't|must not|avoid)\s(?:[^\s.!?;]{1,40}\s){0,3}(?:ask|tell|request|prompt)\b/,
  },
];
