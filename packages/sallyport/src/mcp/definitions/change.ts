import type { DefinitionKind } from './definition.ts';

/** What a change of a definition amounts to. */
export const CHANGE_CLASSES = [
  'new',
  'removed',
  'renamed',
  'imperative_text',
  'wording',
  'new_parameter',
  'removed_parameter',
  'widened_schema',
  'narrowed_schema',
  'default_value',
  'other_schema',
  'output_schema',
  'annotations_weakened',
  'annotations_stricter',
  'other',
] as const;
export type ChangeClass = (typeof CHANGE_CLASSES)[number];

/**
 * One difference between what was pinned and what a server says now. `path` is a JSON pointer (RFC 6901) into the definition, '' for all of
 * it. `detail` is one sentence for a person; `before` and `after` are excerpts of the server's own text: show them as text, never to a model.
 */
export type DefinitionChange = {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly classification: ChangeClass;
  readonly path: string;
  readonly detail: string;
  readonly before?: string;
  readonly after?: string;
  /** Of a renamed definition: what it was called. */
  readonly previousName?: string;
};

/** A difference inside of one definition. */
export type Difference = Omit<DefinitionChange, 'kind' | 'name'>;

/** Characters of an excerpt. */
const EXCERPT = 2_000;

export function excerpt(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length <= EXCERPT ? text : `${text.slice(0, EXCERPT).toWellFormed()}…`;
}
