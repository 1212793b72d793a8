import { HASH_DIGITS, MAX_TYPE } from '../pattern/index.ts';

/** A type and a hash, without brackets, in any case. */
const BODY = `[A-Z][A-Z0-9_]{0,${MAX_TYPE - 1}}_[0-9a-f]{${HASH_DIGITS.min},${HASH_DIGITS.max}}`;

/** The forms in which models give placeholders back: as it was, with HTML's entities, with JSON's escapes (of nested JSON, too). */
const FORMS = `<${BODY}>|&lt;${BODY}&gt;|\\\\{1,8}u003c${BODY}\\\\{1,8}u003e`;

const WHOLE_FORM = new RegExp(`^(?:${FORMS})$`, 'i');

/** How a placeholder's brackets are written, and with them the text around it. `json`: backslashes per escape. */
export type Brackets = { readonly kind: 'plain' } | { readonly kind: 'html' } | { readonly kind: 'json'; readonly backslashes: number };

/** A text of placeholder form. `canonical`: as it was given out, `<TYPE_hash>`. */
export type PlaceholderForm = { readonly canonical: string; readonly type: string; readonly brackets: Brackets };

const PLAIN: Brackets = { kind: 'plain' };
const HTML: Brackets = { kind: 'html' };

/** Reads a placeholder in any of its forms; undefined when the text is no such form. Says nothing about whether it was given out. */
export function parsePlaceholder(text: string): PlaceholderForm | undefined {
  if (!WHOLE_FORM.test(text)) return undefined;
  const body = text.replace(/^(?:<|&lt;|\\+u003c)|(?:>|&gt;|\\+u003e)$/gi, '');
  const hashAt = body.lastIndexOf('_');
  const type = body.slice(0, hashAt).toUpperCase();
  return { canonical: `<${type}${body.slice(hashAt).toLowerCase()}>`, type, brackets: bracketsOf(text) };
}

function bracketsOf(text: string): Brackets {
  if (text.startsWith('<')) return PLAIN;
  return text.startsWith('&') ? HTML : { kind: 'json', backslashes: text.search(/u/i) };
}

/** A new expression that finds every placeholder form in a text. */
export function placeholderForms(): RegExp {
  return new RegExp(FORMS, 'gi');
}

/**
 * The type that a text of placeholder form names, such as `EMAIL_ADDRESS`; undefined for any other text. For detectors, rules and flow,
 * which treat a placeholder as the value that it stands for.
 */
export function placeholderType(text: string): string | undefined {
  return parsePlaceholder(text)?.type;
}

/** A type as a placeholder can carry it: capitals, digits and underscores, a letter first, 48 at most. */
export function typeName(type: string): string {
  const name = type.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
  return (/^[A-Z]/.test(name) ? name : `T_${name}`).slice(0, MAX_TYPE);
}

/** What stands for a secret: `[SECRET_TYPE]`. One way: nothing can restore it, and equal secrets cannot be told from different ones. */
export function maskSecret(type: string): string {
  const name = typeName(type);
  return name.startsWith('SECRET_') ? `[${name}]` : `[SECRET_${name}]`;
}
