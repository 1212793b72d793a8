import { luhn, mod11_10, mod97, verhoeff } from './checksum.ts';
import { aadhaar, abn, hetu, lanr, nhs, nif, npi, pesel, personnummer, taxIdDe, tckn, tfn, zaId } from './national.ts';

/** Checks by the name that a pattern of an operator may give. Values come in capitals without blanks, hyphens, dots and slashes. */
export const CHECKS = {
  luhn,
  verhoeff,
  'mod11-10': mod11_10,
  'mod97-10': mod97,
  'au-abn': abn,
  'au-tfn': tfn,
  'de-lanr': lanr,
  'de-tax-id': taxIdDe,
  'es-nif': nif,
  'fi-hetu': hetu,
  'in-aadhaar': aadhaar,
  'pl-pesel': pesel,
  'se-personnummer': personnummer,
  'tr-tckn': tckn,
  'uk-nhs': nhs,
  'us-npi': npi,
  'za-id': zaId,
} as const satisfies Readonly<Record<string, (value: string) => boolean>>;

/** The name of a check. */
export type CheckName = keyof typeof CHECKS;

/** All names, for the configuration. */
export const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[];

/** Whether a value passes a check; one that is too short or has other characters does not. */
export function passes(name: CheckName, value: string): boolean {
  const compact = value.replaceAll(/[\s./-]/g, '').toUpperCase();
  const known = name === 'es-nif' || name === 'fi-hetu' || name === 'mod97-10' ? /^[\dA-Z]+$/ : /^\d+$/;
  return known.test(compact) && compact.length >= SHORTEST && CHECKS[name](compact);
}

/** A check digit says nothing about fewer characters. */
const SHORTEST = 4;
