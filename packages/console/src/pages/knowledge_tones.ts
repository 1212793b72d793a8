import type { Tone } from '../ui/parts.tsx';

/** How a document stands, what a check says, and how far it may travel, as colours. */
export const STATE_TONE: Readonly<Record<string, Tone>> = { accepted: 'fine', released: 'fine', quarantined: 'warn', rejected: 'deny' };
export const VERDICT_TONE: Readonly<Record<string, Tone>> = { accept: 'fine', quarantine: 'warn', reject: 'deny' };
export const LABEL_TONE: Readonly<Record<string, Tone>> = { confidential: 'deny', internal: 'warn' };
