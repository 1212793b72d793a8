/** A place where the gate inspects and decides. */
export const POINTS = ['prompt', 'content', 'tool_call', 'tool_result', 'response', 'login', 'retrieval', 'admission'] as const;
export type Point = (typeof POINTS)[number];

export const CATEGORIES = [
  'prompt_injection',
  'jailbreak',
  'personal_data',
  'secret',
  'exfiltration',
  'active_content',
  'prompt_leak',
  'hidden_text',
  'hallucination',
  'usage',
  'tool_poisoning',
  'information_flow',
  'vulnerable_code',
  'malicious_artifact',
  'data_poisoning',
  'model_abuse',
  'identity_threat',
] as const;
export type Category = (typeof CATEGORIES)[number];

export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Where in an asset the thing is. Text offsets are UTF-16 code units into the text as given, `end` exclusive. */
export type Location =
  | { readonly kind: 'text'; readonly part: number; readonly start: number; readonly end: number }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly line: number;
      readonly column: number;
      readonly endLine: number;
      readonly endColumn: number;
    }
  | { readonly kind: 'member'; readonly path: string; readonly member: string }
  | { readonly kind: 'row'; readonly path: string; readonly row: number }
  | { readonly kind: 'event'; readonly event: string };

/** One thing wrong, found by a guard, scanner, monitor or probe. The same shape everywhere. Never holds the matched text. */
export type Finding = {
  /** Stable name of what found it, e.g. `secret.openai-key`. */
  readonly rule: string;
  readonly category: Category;
  /** Finer kind within the category; for personal data Presidio's entity name, e.g. `EMAIL_ADDRESS`. */
  readonly type: string;
  readonly severity: Severity;
  /** 0 to 1. */
  readonly confidence: number;
  readonly location: Location;
  /** Why it is thought so, without the text itself: feature names, checksum passed, view (`base64`), first four characters of a secret. */
  readonly evidence?: string;
  readonly fix?: string;
  /** Taxonomy ids: CWE-…, LLM01:2025, ASI01:2026, AML.T…. */
  readonly taxonomy?: readonly string[];
};
