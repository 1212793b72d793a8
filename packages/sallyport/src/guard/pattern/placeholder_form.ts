/** Hexadecimal digits of a placeholder's hash: 10 (40 bits) when unique in the request, up to 32. */
export const HASH_DIGITS = { min: 10, max: 32 } as const;

/** Characters of a placeholder's type. */
export const MAX_TYPE = 48;

/**
 * A placeholder's form in the pattern language, in any case: `<EMAIL_ADDRESS_1a2b3c4d5e>`, and with its brackets as HTML entities.
 * Brackets in JSON's escapes are read as themselves.
 */
export const PLACEHOLDER_FORM = `(?:<|&lt;)[A-Z][A-Z0-9_]{0,${MAX_TYPE - 1}}_[0-9a-f]{${HASH_DIGITS.min},${HASH_DIGITS.max}}(?:>|&gt;)`;
