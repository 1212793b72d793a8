import { pattern, type TextRule } from './rule.ts';
import { SECRET_PLACE } from './words.ts';

/** Parameters that say where a copy, an answer or a notice goes. */
const RECIPIENT =
  /(?:^|[_\-. ])(?:bcc|cc|forward\w*|callback\w*|webhook\w*|notify\w*|recipients?|report\w*|telemetry|mirror\w*|backup\w*|copy|relay|proxy\w*|collector|log_?(?:to|url|endpoint)|destination|payee|beneficiary|iban|account|wallet\w*|upload\w*|audit\w*|analytics\w*|sync\w*|exfil\w*|to|reply_?to|sink|receiver)(?:$|[_\-. ])/;
const ADDRESS =
  /^(?:mailto:)?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}$|^(?:https?|wss?|ftp):\/\/[^\s]{3,300}$|^[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){3,7}(?: ?[a-z0-9]{1,3})?$|^0x[0-9a-f]{40}$|^(?:bc1|[13])[a-z0-9]{25,60}$/;
const HARMLESS = /localhost|127\.0\.0\.1|\[::1\]|@example\.|\/\/(?:[\w-]+\.)?example\.|0\.0\.0\.0|host\.docker\.internal/;

/** Values that a parameter takes when nothing is said, or that are proposed for it. */
export const VALUE_RULES: readonly TextRule[] = [
  {
    id: 'secret-file',
    check: 'mcp.dangerous-value',
    message: 'A value of a parameter is a file of keys.',
    confidence: 0.85,
    roles: ['value'],
    when: pattern([...SECRET_PLACE.slice(0, 7)]),
    holds: (_match, text, { purpose }) =>
      text.length <= 200 &&
      !/\b(?:ssh|sftp|scp|keys?|credentials?|env|dotenv|secrets?|config\w*|identity|deploy|aws|kube\w*)\b/.test(purpose.slice(0, 300)),
  },
  {
    id: 'command',
    check: 'mcp.dangerous-value',
    message: 'A value of a parameter holds a command for a shell.',
    confidence: 0.88,
    roles: ['value'],
    when: pattern([
      String.raw`\$\((?:curl|wget|cat|env|whoami|id|nc|bash|sh)\b`,
      String.raw`(?:;|&&|\|\||\|)\s?(?:curl|wget|nc|bash|sh|rm -rf|powershell|python -c|cat \/etc)\b`,
      String.raw`\b(?:curl|wget)\s[^|]{0,200}\|\s?(?:ba|z)?sh\b`,
      String.raw`\brm -rf (?:\/|~|\$home)`,
    ]),
    holds: (_match, _text, { purpose }) => !/\b(?:shell|bash|command|terminal|script|exec\w*|hook)\b/.test(purpose.slice(0, 200)),
  },
];

/** Whether a default or allowed value of a parameter sends something to an address of the server's choice. */
export function sendsElsewhere(parameter: string, value: string): boolean {
  return RECIPIENT.test(parameter) && ADDRESS.test(value) && !HARMLESS.test(value);
}
