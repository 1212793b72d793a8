import { cut, printable, visible, type Clock } from '../kernel/index.ts';

/** Where text goes: a terminal, a pipe or a file. */
export type Terminal = { write(text: string): void; readonly isTTY: boolean; readonly columns: number | undefined };

/** Writes results and progress so that the two do not run into each other. */
export type Printer = {
  /** A result: whole lines on stdout. */
  out(text: string): void;
  /**
   * What goes on: on stderr. Text that ends in a line feed stays; any other is a progress line, which the next one replaces
   * (on a terminal in place, elsewhere at most one line a second).
   */
  note(text: string): void;
  /** Ends a progress line that still stands. */
  end(): void;
};

/** How often a progress line changes: on a terminal as often as an eye follows, in a log once a second. */
const REDRAW_MS = 50;
const LOG_MS = 1_000;
const CLEAR_LINE = '\r\u001b[K';

export function createPrinter(io: {
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly clock: Clock;
  readonly colour: boolean;
  readonly quiet: boolean;
}): Printer {
  const { stdout, stderr, clock } = io;
  let drawn = false;
  let last = -Infinity;
  let pending: string | undefined;

  const clear = (): void => {
    if (drawn) stderr.write(CLEAR_LINE);
    drawn = false;
  };
  const draw = (text: string): void => {
    last = clock();
    pending = undefined;
    if (!stderr.isTTY) return stderr.write(`${visible(text)}\n`);
    stderr.write(`${CLEAR_LINE}${cut(visible(text), (stderr.columns ?? 80) - 1)}`);
    drawn = true;
  };
  const flush = (): void => {
    if (pending !== undefined) draw(pending);
  };

  return {
    out(text) {
      clear();
      stdout.write(`${printable(text.replace(/\n$/, ''), io.colour)}\n`);
    },
    note(text) {
      if (io.quiet) return;
      if (text.endsWith('\n')) {
        flush();
        clear();
        stderr.write(printable(text, io.colour && stderr.isTTY));
      } else if (clock() - last >= (stderr.isTTY ? REDRAW_MS : LOG_MS)) draw(text);
      else pending = text;
    },
    end() {
      flush();
      if (drawn) stderr.write('\n');
      drawn = false;
    },
  };
}

/** A stream of this process. A reader that goes away (`sallyport events list | head`) is no error. */
export function terminalOf(stream: NodeJS.WriteStream): Terminal {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    write: (text) => void stream.write(text),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
  };
}

/** Whether to use colours: on a terminal that can, unless NO_COLOR says otherwise (https://no-color.org). */
export function wantsColour(terminal: Terminal, env: Readonly<Record<string, string | undefined>>): boolean {
  return terminal.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
