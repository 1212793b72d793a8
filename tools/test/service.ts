/** Something that tests need beside Node (a database, a browser). `start` answers undefined where it is missing and may not be installed. */
export type Service = {
  readonly name: string;
  start(note: (text: string) => void): Promise<RunningService | undefined>;
};

/** `env` is given to every test file; `stop` ends the service and removes its folder. */
export type RunningService = { readonly env: Readonly<Record<string, string>>; stop(): Promise<void> };
