import type { Severity } from '../../kernel/index.ts';
import type { AgentCheckId } from './checks.ts';

/** Something found in an agent file. Offsets are UTF-16 code units into its text. `message` holds no text of the file. */
export type Hit = {
  readonly check: AgentCheckId;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly severity?: Severity;
  readonly confidence?: number;
};
