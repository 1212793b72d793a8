import { createInterface } from 'node:readline/promises';

/** Asks the person at the terminal; only `y` or `yes` is one. `question` holds no control characters. */
export async function askTerminal(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
