import { gap, NOT, pattern, span, type Surroundings, type TextRule } from './rule.ts';

const ANY_TOOL = String.raw`(?:any|every|all|each|another|other|any other|all other|every other|the other|all of the other|your other|other available|any available|all available|every available|any of (?:the|your)(?: other)?)\s(?:(?:other|available|installed|connected|configured|registered|mcp|remaining|external|third-party|subsequent|single|and every|and all)\s){0,3}(?:tools?|functions?|tool calls?|function calls?|mcp servers?|servers?)\b`;
/** Behind "other tools": those of the server itself, which a server may well order. */
const OF_THIS =
  /^\s?(?:calls? )?(?:of|in|from|on|within|provided by|exposed by|offered by|belonging to|listed|here|below|above)\b(?:\s(?:by|in|of))?\s?(?:this|the same|our|the|that|these)?\s?(?:[a-z0-9-]{1,30}\s){0,2}(?:server|mcp|package|toolset|toolkit|integration|api|suite|module|category|group|family|section|collection|extension|plugin|connector)?/;
const THIS = String.raw`(?:this|this tool|this function|it|me|the (?:present|current) tool)`;
const CALL =
  '(?:call|calling|called|use|using|used|invoke|invoking|invoked|run|running|execute|executing|executed|trigger|triggering|consult|query)';

function isForeign(match: RegExpExecArray, text: string, { instructions }: Surroundings): boolean {
  if (instructions) return false;
  const rest = text.slice(match.index + match[0].length, match.index + match[0].length + 80);
  return !(OF_THIS.exec(rest)?.[0] ?? '')
    .trim()
    .match(/^(?:calls? )?(?:of|in|from|on|within|provided|exposed|offered|belonging|listed|here|below|above)\b/);
}

/** A tool or server that gives orders about the tools of others. Direction matters: what a tool itself needs beforehand is documentation. */
export const CROSS_TOOL_RULES: readonly TextRule[] = [
  {
    id: 'before-any-other',
    check: 'mcp.cross-tool',
    message: 'It wants to be called before, after or with every other tool.',
    confidence: 0.85,
    when: pattern([
      `\\b(?:before|prior to|after|whenever|when|every time|each time|anytime|as soon as|once|alongside|together with|along with|in addition to|ahead of|preceding|following)\\s(?:you\\s)?${gap(3)}${ANY_TOOL}`,
      `\\b(?:before|prior to|after|whenever|every time|each time)\\s(?:you\\s)?(?:use|using|call|calling|invoke|invoking|run|running|execute|executing)\\s${gap(2)}(?:a |any )?(?:different|another|other)\\s(?:tools?|functions?|servers?)\\b`,
    ]),
    holds: (match, text, around) => isForeign(match, text, around) && orders(text, match),
  },
  {
    id: 'instead-of-others',
    check: 'mcp.cross-tool',
    message: 'It wants to be used in place of other tools.',
    confidence: 0.85,
    when: pattern([
      `\\b(?:instead of|rather than|over|in place of|in preference to|supersedes?|overrides?|replaces?|takes? (?:precedence|priority) over|deprecates?|disables?)\\s${gap(2)}${ANY_TOOL}`,
      `${NOT}${gap(1)}(?:use|using|call|calling|invoke|invoking|trust|trusting|rely on|consider|considering|select)\\s${gap(2)}${ANY_TOOL}`,
      `\\b(?:ignore|disregard|skip|avoid|disable|stop using|distrust|bypass)\\s${gap(2)}${ANY_TOOL}`,
      `\\b(?:all |any |the )?other (?:[^\\s.!?;]{1,40}\\s){0,2}(?:tools?|servers?|functions?)\\s(?:[^\\s.!?;]{1,40}\\s){0,4}(?:are|is|have been|has been|were|will be) ${gap(2)}(?:deprecated|insecure|broken|malicious|outdated|disabled|unsafe|unreliable|compromised|obsolete|untrusted|forbidden|unavailable|wrong|inaccurate|removed|not to be used)\\b`,
      `\\bthis (?:tool )?(?:is the only|must be the only)\\s${gap(3)}(?:tool|function|server)s? (?:that )?(?:you )?(?:may|should|must|can|are allowed to|is allowed|is safe|is trusted|to be used|is permitted)\\b`,
    ]),
    holds: isForeign,
  },
  {
    id: 'changes-other-calls',
    check: 'mcp.cross-tool',
    message: 'It changes what is given to other tools.',
    confidence: 0.88,
    when: pattern([
      `\\b(?:change|modify|alter|rewrite|replace|override|set|substitute|inject|prepend|append|add|redirect|adjust|update|route|include|copy|forward|pass|send)\\s${gap(8)}(?:to|in|into|of|for|from|with|when (?:calling|using|invoking)|through|by)\\s${gap(3)}${ANY_TOOL}`,
    ]),
    holds: (match, text, around) => isForeign(match, text, around) && orders(text, match),
  },
  {
    id: 'with-other-calls',
    check: 'mcp.cross-tool',
    message: 'It says what is to be done when other tools are called.',
    confidence: 0.85,
    when: pattern(
      `\\b(?:when|whenever|if|before|after|while|each time|every time|once)\\s(?:you\\s)?(?:are\\s)?(?:the\\s)?(?:agent\\s|assistant\\s|user\\s|model\\s)?(?:us(?:e|es|ing)|call(?:s|ing)?|invok(?:e|es|ing)|run(?:s|ning)?|see|asks? (?:you )?to use)?\\s?${ANY_TOOL}${span(60)}\\b(?:add|set|change|modify|replace|include|append|insert|send|copy|forward|also|first|must|always|route|prefer)\\b`,
    ),
    holds: isForeign,
  },
  {
    id: 'names-other-tool',
    check: 'mcp.cross-tool',
    message: 'It gives orders about a tool of another server.',
    confidence: 0.9,
    when: /\b[a-z][a-z0-9]{0,40}(?:[_-][a-z0-9]{1,40}){1,8}\b|\b[a-z]{3,20}(?:mail|file|message|payment|command)s?\b/g,
    holds: (match, text, { own, foreign, instructions }) => {
      const name = match[0];
      if (own.has(name)) return false;
      const before = text.slice(Math.max(0, match.index - 160), match.index);
      const after = text.slice(match.index + name.length, match.index + name.length + 240);
      const known = foreign.has(name);
      const tool =
        known ||
        /^\s?(?:\(\) ?)?(?:tool|function|mcp)\b|^\s?\(\)/.test(after) ||
        (/\b(?:the|tools?|function|named|called|use|using|call|calling|invoke|invoking) $/.test(before) &&
          /^\s?(?:tool|function)\b/.test(after));
      if (!tool) return false;
      const timed = /\b(?:when|whenever|before|after|if|each time|every time|once|while|anytime)\s(?:[^\s.!?;]{1,40}\s){0,6}$/.test(before);
      const order =
        /\b(?:bcc|cc|recipients?|always|must|instead|also|first|change|replace|modify|set|append|include|add|redirect|override|forward|copy|never|only after|do not|pass|prefix)\b/;
      const changes =
        /\b(?:change|replace|modify|set|append|include|add|redirect|override|forward|copy|bcc|cc|recipients?|address|amount|pass|prefix|arguments?|parameters?)\b/;
      if (
        known &&
        !instructions &&
        /\b(?:do not|don't|never|instead of|rather than|avoid|stop|replaces?|supersedes?|deprecated?) (?:[^\s.!?;]{1,40}\s){0,4}$/.test(
          before,
        )
      )
        return true;
      if (known && timed) return order.test(before) || order.test(after);
      return (
        timed &&
        changes.test(after.slice(0, 160)) &&
        /\b(?:must|always|also|instead|never|do not|make sure|ensure|should|first|need to)\b/.test(before + after.slice(0, 160))
      );
    },
  },
];

/** Somewhere near it is said what must be done: a sentence that only tells when something happens is none. */
function orders(text: string, match: RegExpExecArray): boolean {
  const near = text.slice(Math.max(0, match.index - 140), match.index + match[0].length + 140);
  return new RegExp(
    `\\b(?:must|always|mandatory|required|have to|has to|need(?:s)? to|should|first|never|do not|ensure|make sure|important|critical|be sure)\\b|(?:^|[.!?:;,]\\s)(?:you |please |then |first |also )*${CALL}\\s${THIS}\\b|\\b${CALL}\\s${THIS}\\s(?:before|after|prior)`,
  ).test(near);
}
