import type { Json } from './json.ts';

/** A flag of a command. `value` names what follows it in the help text; a flag without is a switch. */
export type Flag = {
  readonly name: string;
  readonly value?: string;
  readonly summary: string;
  readonly required?: boolean;
  readonly many?: boolean;
};

/** Calls the control API: over the socket of the server that holds the data folder, else in this process. Throws AppError for a refusal. */
export type ApiClient = {
  call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: Json): Promise<Json>;
  lines(path: string, signal: AbortSignal): AsyncIterable<Json>;
};

/** What a command may use. Everything it prints goes through `out` (result) or `note` (progress, stderr). */
export type CommandContext = {
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  /** `--json`: print machine-readable results only. */
  readonly json: boolean;
  readonly dataDir: string;
  readonly configFile: string | undefined;
  readonly signal: AbortSignal;
  readonly width: number;
  readonly colour: boolean;
  /** The control API; the first use connects or opens. */
  api(): Promise<ApiClient>;
  out(text: string): void;
  note(text: string): void;
};

/** One command of the bin; `name` may have two words (`key create`). `run` answers the exit code. */
export type Command = {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as shown in the help text, e.g. `ID...`. */
  readonly usage?: string;
  readonly flags: readonly Flag[];
  run(context: CommandContext): Promise<number>;
};
