import type { Language } from '../language.ts';
import type { CodeView } from './code_view.ts';

/** Tells of a place: a node, and an offset inside it when the node alone is too wide. */
export type Found = (node: number, offset?: number) => void;

/**
 * A program over the syntax tree of one file, for what patterns and flow cannot say: what must not happen between two calls, or what a number may be.
 * A check names it (`inspect: go-lost-cancel`) and says what it means. It runs when the text has one of `words`, in time linear in the file.
 */
export type Inspection = {
  readonly languages: readonly Language[];
  readonly words: readonly string[];
  run(code: CodeView, found: Found): void;
};
