import { parsePhoneNumberFromString, type CountryCode } from '#vendor/phone';

/** Digits of a number with its country code (ITU-T E.164). */
const MAX_DIGITS = 15;
const MIN_DIGITS = 7;

/** Whether text is a possible and valid telephone number, in international form or in the form of one of the regions. */
export function isPhone(text: string, regions: readonly string[]): boolean {
  const digits = text.replace(/\D/g, '').length;
  if (digits < MIN_DIGITS || digits > MAX_DIGITS + 2) return false;
  if (text.startsWith('+') || text.startsWith('00')) return isValid(text.startsWith('00') ? `+${text.slice(2)}` : text, undefined);
  return regions.some((region) => isValid(text, region as CountryCode));
}

function isValid(text: string, region: CountryCode | undefined): boolean {
  return (
    parsePhoneNumberFromString(text, { ...(region === undefined ? {} : { defaultCountry: region }), extract: false })?.isValid() ?? false
  );
}

/** The North American form, which needs no library to be recognised: area and exchange begin with 2 to 9 (nanpa.com). */
const NANP = /(?:1[ .-]{0,2})?\(?([2-9]\d{2})\)?[ .-]{0,2}([2-9]\d{2})[ .-]{0,2}(\d{4})(?!\d)/y;

/** Where the North American number at `start` ends, or -1. `formatted` tells whether it has separators. */
export function nanpEnd(text: string, start: number): { end: number; formatted: boolean } | undefined {
  NANP.lastIndex = start;
  const match = NANP.exec(text)?.[0];
  return match === undefined ? undefined : { end: start + match.length, formatted: /[ .()-]/.test(match) };
}
