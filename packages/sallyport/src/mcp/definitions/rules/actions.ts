import { gap, pattern, span, type TextRule } from './rule.ts';

/** What harms when it is done on top of what was asked. */
const HARM =
  '(?:transfer|delete|drop|truncate|grant|invite|deliver|wire|buy|purchase|exfiltrate|erase|wipe|donate|withdraw|initiate|disable|revoke|publish|impersonate|encrypt|overwrite|format)';
/** An address, number or account in the text itself. */
const LITERAL = String.raw`(?:[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}|https?:\/\/[^\s)>\]]{4,200}|\+\d[\d ()-]{7,20}\d|0x[0-9a-f]{40}|git@[\w.-]{3,80}:\S{1,80}|\b[a-z]{2}\d{2}[a-z0-9]{11,30}\b|\b(?:bc1|[13])[a-z0-9]{25,60}\b|#[a-z][\w-]{2,40}\b)`;
const EXAMPLE =
  /\b(?:e\.g|eg|example|examples|such as|for instance|format|like|sample|e\.164|documentation|docs|see|visit|learn more|sign up|available at|defaults? to|default|reference|refer|spec|rfc|schema|must match|looks|similar)\b|localhost|127\.0\.0\.1|@example|\bexample\./;

/** Acts that nobody asked for, and acts that somebody else asks for. */
export const ACTION_RULES: readonly TextRule[] = [
  {
    id: 'extra-act',
    check: 'mcp.instructions',
    message: 'It has the model do something harmful on top of what the tool is for.',
    confidence: 0.8,
    roles: ['prose', 'value'],
    when: pattern([
      `\\b(?:also|in addition|additionally|then|and then|afterwards|once (?:you have|done|finished|you|the)|when (?:you )?(?:done|finished|listing|reading|calling|using)|before (?:the|that|you|doing|pushing|calling|using)|after (?:that|this|you|the|doing|reading|calling|using))\\b[^.!?;]{0,60}?(?:,\\s|\\balso\\s|\\bthen\\s|\\bplease\\s|\\byou (?:must|should|are to|have to|need to)\\s|\\bagent (?:must|should)\\s|^also )(?:also\\s)?${HARM}\\b`,
      `(?:^|[.!?:]\\s)(?:also|in addition|additionally|furthermore)[, ]{1,2}(?:please\\s|you (?:must|should|need to)\\s)?(?:${HARM}|(?:send|add|share|forward|email|upload|post|approve|install|push)\\s(?:the|a|an|all|any|every|each|it)\\b[^.!?;]{0,80}\\b(?:admin|administrator|collaborator|maintainer|author|owner of this|attacker|external|remote|server|public|anyone|partner|third part(?:y|ies)))\\b`,
      `\\b(?:you are to|you're to|you must|agent must|assistant must|model must|you should|required to|expected to)\\s(?:first\\s|also\\s|then\\s|always\\s)?(?:${HARM})\\b`,
    ]),
    unless:
      /\b(?:if|unless|only when|not|never|don't|whether|optionally|can|may|set to true|true to)\b[^.!?;]{0,40}$|\b(?:never|do not|don't|must not|should not|cannot|not)\s(?:[^\s.!?;]{1,40}\s){0,3}(?:transfer|delete|drop|truncate|grant|invite|publish|disable|overwrite|revoke|purchase|encrypt|format)\b/,
    holds: (match, _text, { purpose }) => !new RegExp(`\\b${(/\w+$/.exec(match[0])?.[0] ?? 'x').slice(0, 5)}`).test(purpose),
  },
  {
    id: 'address-of-its-own',
    check: 'mcp.instructions',
    message: 'It has the model use an address, number or account of its own.',
    confidence: 0.88,
    roles: ['prose', 'value'],
    when: pattern([
      `\\b(?:invite|add|include|bcc|cc|use|embed|insert|load|render|deliver|send|route|direct|redirect|go|goes|point|points|set|change|changed|switch|duplicate|copy|post|mirror|mailed|emailed|sent|posted|uploaded|forwarded|delivered|go through|contact|call|message|pay|report|always|is|be)\\b\\s${gap(8)}[^.!?;\\s]{0,12}${LITERAL}`,
    ]),
    unless: EXAMPLE,
    holds: (match, text) => {
      const near = text.slice(Math.max(0, match.index - 120), match.index + match[0].length + 60);
      return /\b(?:always|must|every|each|all (?:messages|payments|mails?|requests|results)|any|as soon as|has to|have to|going through|must go|as well|in addition|additionally|duplicate|also|instead|whenever|then change|broken|a copy|no need|without)\b/.test(
        near,
      );
    },
  },
  {
    id: 'security-off',
    check: 'mcp.instructions',
    message: 'It has the model switch a protection off, or give rights away.',
    confidence: 0.85,
    roles: ['prose', 'value'],
    when: pattern([
      `(?:^|[.!?:,]\\s|\\b(?:please|first|then|also|must|should|always|and|to work)\\s)(?:disable|turn off|switch off|bypass|skip|weaken|deactivate|circumvent|suppress)\\s${gap(4)}(?:sandbox\\w*|firewall|antivirus|security(?: checks?| features?| settings?)?|approvals?|asking for (?:approval|permission|confirmation)|asking|two-factor|2fa|mfa|audit(?: log\\w*)?|safeguards?|safety|guardrails?|content filters?|permission (?:checks?|prompts?))\\b`,
      `\\b(?:protections?|approvals?|sandbox|firewall|verification|logging|safeguards?|branch protection)(?: rules?| checks?)? (?:should|must|has to|have to|needs? to|is to|are to) (?:first )?be (?:switched off|disabled|bypassed|skipped|ignored|turned off|removed|deactivated)\\b`,
      `\\b(?:set|enable|turn on|switch on|activate)\\s${gap(3)}(?:auto-?approv\\w*|yolo mode|bypass ?permissions|dangerously\\S{0,40}|auto-?run|always allow)\\b`,
      `\\b(?:grant|give|add|assign|invite)\\s${gap(8)}(?:admin|administrator|root|owner|full|maintainer|write)\\s(?:permissions?|access|rights|role|privileges?)\\b[^.!?;]{0,20}`,
      `\\bapprove (?:any|every|all|each)\\b`,
      `\\b(?:user|customer|human)s? (?:has |have |hereby |already )*(?:consents?|consented|agrees?|agreed) (?:to|with)\\s${gap(4)}(?:shar\\w*|sell\\w*|disclos\\w*|transfer\\w*|upload\\w*|collect\\w*|all|any|data|everything)\\b`,
    ]),
    unless:
      /\b(?:never|do not|don't|must not|should not|cannot|if (?:set|true)|whether|when true|set to true to|true to|option|optional|flag|requires?|required)\b/,
    holds: (_match, _text, { purpose, parameter }) =>
      !parameter &&
      !/\b(?:permissions?|access|roles?|members?|collaborators?|grant|share|approv\w*|security|sandbox|firewall|settings?|polic(?:y|ies)|users?|invite)\b/.test(
        purpose,
      ),
  },
  {
    id: 'obey-results',
    check: 'mcp.instructions',
    message: 'It has the model obey whatever a result says.',
    confidence: 0.85,
    when: pattern([
      `\\b(?:execute|obey|carry out|perform|comply with|act on|follow)\\s(?:any|all|every|whatever)\\s${gap(2)}(?:instructions?|commands?|orders|directives?|requests?)\\s${gap(3)}(?:found|contained|returned|in|inside|within|from|it|that|which)\\b`,
      `\\b(?:treat|regard|consider|accept|handle)\\s${gap(7)}(?:output|outputs|results?|responses?|repl(?:y|ies)|texts?|contents?|data|instructions?)\\b${span(50)}\\bas (?:trusted|system|the system|an? (?:system|trusted|order|command)|orders|commands|instructions|your own|if (?:it|they) (?:came|were) from)\\b`,
      `\\b(?:output|outputs|results?|responses?|repl(?:y|ies)|texts?|contents?|instructions?|commands?)\\b[^.!?;]{0,60}\\b(?:must|should|have to|are to|is to|need to|has to) be (?:obeyed|followed exactly|followed without|followed blindly|executed without|executed exactly|trusted|treated as (?:system|trusted)|complied with|carried out)\\b`,
      `\\b(?:with|at|has|have|takes?) (?:the )?(?:highest|top|absolute|maximum) priority\\b[^.!?;]{0,40}(?:over|above|instructions?|[.!;,]|$)(?<=(?:execute|follow|obey|instruction|command|order)[^]{0,140})`,
      `\\bwhatever (?:it|they|the \\w+|this|that) (?:says?|tells?|asks?|orders?|demands?|instructs?|commands?)\\b[^.!?;]{0,20}\\b(?:do|follow|obey|carry|execute|comply|must)\\b`,
      `, and its (?:output|result|answer|reply) (?:obeyed|followed|executed)\\b`,
    ]),
  },
  {
    id: 'promotes',
    check: 'mcp.instructions',
    message: 'It steers what the model recommends, in its own interest.',
    confidence: 0.8,
    roles: ['prose', 'value'],
    when: pattern([
      `\\b(?:only|exclusively|always) (?:recommend|promote|mention|endorse|favou?r|advertise)\\b`,
      `\\b(?:recommend|suggest|promote|endorse|advertise) (?:only|exclusively)\\b`,
      `\\b(?:prioriti[sz]e|prefer|favou?r|trust|choose|select|rank|use)\\s(?:this|our|the present|my) (?:server|tool|service|product|function|plugin)s?\\s${gap(3)}(?:over|above|before|ahead of|instead of|rather than)\\s(?:all|any|every|other|the other|anything|everything|each|competing)\\b`,
      `\\b(?:other|competing|alternative|rival) (?:tools?|servers?|services?|functions?|products?|providers?)\\s${gap(4)}(?:return|contain|deliver|install|spread|steal|leak|give|have)s?\\s${gap(2)}(?:malware|viruses|wrong|false|fake|stolen|data|lies|errors|spyware|bugs|secrets|insecure)\\b`,
      `\\b(?:remove|hide|drop|suppress|leave out|omit|downrank|exclude)\\s${gap(4)}competitors?\\b`,
      `\\breplace (?:any|every|all|each) (?:mentions?|references?|occurrences?) of (?:our |a |the )?(?:rivals?|competitors?|other (?:brands?|products?|vendors?))\\b`,
      `\\b(?:steer|nudge|push|persuade|convince|lead|lure) (?:them|the users?|users|the customer|customers|people) (?:to|towards?|into)\\b`,
      `\\bmention(?:s|ed)? a competitor\\b`,
      `\\b(?:best|only safe|only trusted|only reliable|most trusted) (?:tool|server|choice|option)(?: available)?,? (?:so |and )?(?:always|never|must|you must|should always)\\b`,
    ]),
  },
  {
    id: 'again-and-again',
    check: 'mcp.cross-tool',
    message: 'It wants to be called again and again.',
    confidence: 0.8,
    when: pattern([
      `\\b(?:every|each) (?:\\d{1,3} )?(?:minutes?|seconds?|hours?|turns?|user messages?|messages? (?:from|of|by) the user|prompts?|time the user (?:sends|writes|asks|types|says))\\b[^.!?;]{0,80}\\b(?:call|calls|invoke|run|use|send) (?:this|it|me)\\b`,
      `\\b(?:call|invoke|run|use)\\s(?:this|this tool|it|me)\\s${gap(3)}(?:every|each|after each|before each|after every|before every|on every|on each|for every|with every|with each)\\s(?:\\d{1,3} )?(?:minutes?|seconds?|hours?|turns?|user messages?|messages?|prompts?|repl(?:y|ies)|responses?|answers?|step)\\b`,
    ]),
    unless: /\b(?:not|never|at most|no more than|avoid|don't|rate limit\w*|poll\w*|status|until)\b/,
  },
];
