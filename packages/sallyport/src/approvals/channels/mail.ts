import { UNTRUSTED, type Message } from './message.ts';

/**
 * Subject and body of a mail. Plain text only: there is no markup that something could break out of. The subject is a constant, because it is
 * what a phone shows without opening anything.
 */
export function mailText({ title, facts, reasons, arguments: args, said, url }: Message): { subject: string; text: string } {
  const quoted = (text: string): string =>
    text
      .split('\n')
      .map((line) => `  | ${line}`)
      .join('\n');
  const lines = [
    `${title}.`,
    '',
    ...facts.map(({ name, value }) => `${`${name}:`.padEnd(15)}${value}`),
    ...reasons.map((why) => `${'Why:'.padEnd(15)}${why}`),
    '',
    'Look at it and answer (you sign in first; opening the link answers nothing):',
    url,
    ...(args === undefined ? [] : ['', 'Arguments, exactly as they will run:', quoted(args)]),
    ...(said === undefined ? [] : ['', `${UNTRUSTED}:`, quoted(said)]),
    '',
  ];
  return { subject: title, text: lines.join('\n') };
}
