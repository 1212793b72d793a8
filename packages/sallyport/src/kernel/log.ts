/** Where modules write what an operator should know. Fields are plain JSON; never prompt, reply or argument text. */
export type Logger = {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
};

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** A logger that writes one JSON line an entry; JSON escapes every control character, so a line cannot be forged. */
export function jsonLogger(write: (line: string) => void, now: () => number): Logger {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}): void =>
      write(`${visible(JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...fields }))}\n`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

export const silentLogger: Logger = { info() {}, warn() {}, error() {} };

// C1 controls, bidi controls, zero-width and tag characters: JSON leaves them raw, and a terminal would act on them.
const INVISIBLE = /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udfff]/g;

/** `text` with control, bidi and invisible characters as `\uXXXX` escapes: what may be written to a terminal or a log. Keeps line feeds out too. */
export function visible(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this replaces
  return text.replace(/[\u0000-\u001f]/g, escapeUnits).replace(INVISIBLE, escapeUnits);
}

function escapeUnits(match: string): string {
  let out = '';
  for (let i = 0; i < match.length; i++) out += `\\u${match.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return out;
}
