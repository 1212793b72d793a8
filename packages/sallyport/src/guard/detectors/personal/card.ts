import { luhn } from '../identifiers/checksum.ts';

/** Issuer identification ranges: first digits from, to (same length), and the lengths of the whole number. */
const ISSUERS: readonly (readonly [string, string, readonly number[]])[] = [
  ['4', '4', [13, 16, 19]], // Visa
  ['51', '55', [16]], // Mastercard
  ['2221', '2720', [16]], // Mastercard
  ['34', '34', [15]], // American Express
  ['37', '37', [15]], // American Express
  ['6011', '6011', [16, 17, 18, 19]], // Discover
  ['644', '649', [16, 17, 18, 19]], // Discover
  ['65', '65', [16, 17, 18, 19]], // Discover, RuPay
  ['300', '305', [14, 16]], // Diners Club
  ['3095', '3095', [14, 16]],
  ['36', '36', [14, 16, 19]],
  ['38', '39', [14, 16, 19]],
  ['3528', '3589', [16, 17, 18, 19]], // JCB
  ['62', '62', [16, 17, 18, 19]], // UnionPay
  ['2200', '2204', [16]], // Mir
  ['9792', '9792', [16]], // Troy
  ['50', '50', [16, 17, 18, 19]], // Maestro, Verve
  ['56', '59', [16, 17, 18, 19]], // Maestro
  ['60', '61', [16]], // RuPay, Maestro
  ['63', '63', [16, 17, 18, 19]], // Maestro
  ['67', '67', [16, 17, 18, 19]], // Maestro
  ['81', '82', [16]], // RuPay
];

const MIN_LENGTH = 13;
const MAX_LENGTH = 19;

/** Maestro has numbers of twelve digits; they count only where the text speaks of a card. */
const MIN_NAMED_LENGTH = 12;

/** Whether digits are a card number: an issuer's range, its length, the Luhn digit, and not one digit again and again. */
export function isCard(digits: string): boolean {
  if (digits.length < MIN_LENGTH || digits.length > MAX_LENGTH || /^(\d)\1+$/.test(digits)) return false;
  const issued = ISSUERS.some(([from, to, lengths]) => {
    const prefix = digits.slice(0, from.length);
    return prefix >= from && prefix <= to && lengths.includes(digits.length);
  });
  return issued && luhn(digits);
}

/** Whether digits that the text calls a card may be one: the Luhn digit and a length; ranges change faster than this table. */
export function isNamedCard(digits: string): boolean {
  return (
    digits.length >= MIN_NAMED_LENGTH && digits.length <= MAX_LENGTH && /^[1-6]/.test(digits) && !/^(\d)\1+$/.test(digits) && luhn(digits)
  );
}

/** A card number as people write it: groups of three digits or more with one kind of separator, a blank or a hyphen. */
const WRITTEN = /^\d{3,19}(?:([ -])\d{3,7}(?:\1\d{3,7}){0,4})?$/;

export function isWrittenCard(text: string, named = false): boolean {
  if (!WRITTEN.test(text)) return false;
  const digits = text.replace(/[ -]/g, '');
  return isCard(digits) || (named && isNamedCard(digits));
}
