import { createHash } from 'node:crypto';
import { digit, icao, isDate, luhn, mod11_10, varies, verhoeff, weighted, weightedCrossSum } from './checksum.ts';

/** Two digits as a number. */
function two(value: string, at: number): number {
  return Number(value.slice(at, at + 2));
}

/** Routing numbers: Federal Reserve districts and mod 10 with weights 3, 7, 1 (American Bankers Association, Routing Number Policy). */
export function aba(value: string): boolean {
  const district = two(value, 0);
  const exists = district <= 12 || (district >= 21 && district <= 32) || (district >= 61 && district <= 72) || district === 80;
  return exists && varies(value) && weighted(value, [3, 7, 1]) % 10 === 0;
}

/** Australian Business Number: first digit less one, mod 89 (abr.business.gov.au/Help/AbnFormat). */
export function abn(value: string): boolean {
  return digit(value, 0) > 0 && (weighted(value, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0;
}

/** Australian Company Number: weights 8 to 1, complement mod 10 (asic.gov.au, ACN check). */
export function acn(value: string): boolean {
  return (10 - (weighted(value.slice(0, 8), [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === digit(value, 8);
}

/** Medicare card: first digit 2 to 6, ninth digit from the first eight, mod 10 (Services Australia). */
export function medicareAu(value: string): boolean {
  return /^[2-6]/.test(value) && weighted(value.slice(0, 8), [1, 3, 7, 9]) % 10 === digit(value, 8);
}

/** Tax file number: mod 11 (Australian Taxation Office). */
export function tfn(value: string): boolean {
  return varies(value) && weighted(value, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0;
}

/** Social Insurance Number: Luhn; 0 and 8 are not issued as first digit (Employment and Social Development Canada). */
export function sin(value: string): boolean {
  return /^[1-79]/.test(value) && luhn(value);
}

/** First two digits of a practice number: the association of physicians that gave it (KBV, Schluesseltabelle S_KBV_BUNDESLAND). */
const KV_REGIONS = new Set(
  '01 02 03 17 20 21 24 31 35 38 39 40 46 47 48 49 50 51 52 55 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 78 79 83 85 86 87 88 89 93 94 95 96 97 98 99'.split(
    ' ',
  ),
);

/** Betriebsstaettennummer: no check digit, but a region. */
export function bsnr(value: string): boolean {
  return KV_REGIONS.has(value.slice(0, 2)) && varies(value.slice(2));
}

/** Lebenslange Arztnummer: weights 4 and 9, complement mod 10 at the seventh place (KBV, Arztnummern-Richtlinie). */
export function lanr(value: string): boolean {
  return varies(value.slice(0, 7)) && (10 - (weighted(value.slice(0, 6), [4, 9]) % 10)) % 10 === digit(value, 6);
}

/** Steuer-Identifikationsnummer: MOD 11,10, no leading zero (Bundeszentralamt fuer Steuern). */
export function taxIdDe(value: string): boolean {
  return !value.startsWith('0') && varies(value.slice(0, 10)) && mod11_10(value);
}

/** Versicherungsnummer: digit sums, weights by VKVV section 4; the letter counts as its two-digit place in the alphabet. */
export function socialSecurityDe(value: string): boolean {
  const day = two(value, 2);
  if (!isDate(day > 50 ? day - 50 : day, two(value, 4))) return false;
  const letter = String(value.charCodeAt(8) - 64).padStart(2, '0');
  return weightedCrossSum(value.slice(0, 8) + letter + value.slice(9, 11), [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]) % 10 === digit(value, 11);
}

/** Krankenversichertennummer: letter as two digits, weights 1 and 2, digit sums, mod 10 (GKV-Spitzenverband, section 290 SGB V). */
export function healthInsuranceDe(value: string): boolean {
  const letter = String(value.charCodeAt(0) - 64).padStart(2, '0');
  return weightedCrossSum(letter + value.slice(1, 9), [1, 2]) % 10 === digit(value, 9);
}

/** Serial of an identity card or passport with its check digit, weights 7, 3, 1 (ICAO 9303). */
export function documentDe(value: string): boolean {
  return icao(value.slice(0, -1)) === digit(value, value.length - 1);
}

/** Fuehrerscheinnummer: check character at the tenth place, weights 9 to 1 mod 11 (Fahrerlaubnis-Verordnung, annex 8). */
export function drivingLicenceDe(value: string): boolean {
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += Number.parseInt(value[i] ?? '', 36) * (9 - i);
  return (sum % 11 === 10 ? 'X' : String(sum % 11)) === value[9];
}

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** DNI/NIF and NIE: mod 23 letter; X, Y, Z stand for 0, 1, 2 (Ministerio del Interior, Real Decreto 1553/2005). */
export function nif(value: string): boolean {
  const number = Number(value.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter))));
  return DNI_LETTERS[number % 23] === value.at(-1);
}

/** Henkilotunnus: date, then mod 31 (Digital and Population Data Services Agency). The value keeps its century sign. */
export function hetu(value: string): boolean {
  const individual = value.slice(-4, -1);
  return (
    isDate(two(value, 0), two(value, 2)) &&
    Number(individual) >= 2 &&
    '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(value.slice(0, 6) + individual) % 31] === value.at(-1)
  );
}

function isPalindrome(value: string): boolean {
  for (let i = 0; i < value.length / 2; i++) if (value[i] !== value[value.length - 1 - i]) return false;
  return true;
}

/** Aadhaar: Verhoeff, never 0 or 1 at first, no palindrome (UIDAI). */
export function aadhaar(value: string): boolean {
  return /^[2-9]/.test(value) && verhoeff(value) && !isPalindrome(value);
}

/** GSTIN: check character mod 36 of alternating factors 1 and 2 (GSTN). */
export function gstin(value: string): boolean {
  let sum = 0;
  for (let i = 0; i < 14; i++) {
    const product = Number.parseInt(value[i] ?? '', 36) * (i % 2 === 0 ? 1 : 2);
    sum += Math.floor(product / 36) + (product % 36);
  }
  return ((36 - (sum % 36)) % 36).toString(36).toUpperCase() === value[14];
}

/** Values of characters at odd places of the codice fiscale (Decreto ministeriale 23 dicembre 1976); digits count as the letters A to J. */
const CF_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Codice fiscale: check letter mod 26. */
export function fiscalCode(value: string): boolean {
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const c = value.charCodeAt(i);
    const number = c < 58 ? c - 48 : c - 65;
    sum += i % 2 === 0 ? (CF_ODD[number] ?? 0) : number;
  }
  return String.fromCharCode(65 + (sum % 26)) === value[15];
}

/** Business registration number of Korea: weights 1, 3, 7, the ninth digit times 5 carries (National Tax Service). */
export function brn(value: string): boolean {
  const sum = weighted(value.slice(0, 9), [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((digit(value, 8) * 5) / 10);
  return (10 - (sum % 10)) % 10 === digit(value, 9);
}

const RRN_WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];

/** Date and century digit of a resident's number; numbers given since October 2020 have no check digit. */
export function birthKr(value: string): boolean {
  return isDate(two(value, 4), two(value, 2));
}

export function rrn(value: string): boolean {
  return birthKr(value) && (11 - (weighted(value.slice(0, 12), RRN_WEIGHTS) % 11)) % 10 === digit(value, 12);
}

export function frn(value: string): boolean {
  return birthKr(value) && (13 - (weighted(value.slice(0, 12), RRN_WEIGHTS) % 11)) % 10 === digit(value, 12);
}

/** DEA registration: sum of places 1, 3, 5 plus twice places 2, 4, 6 (US Drug Enforcement Administration). */
export function dea(value: string): boolean {
  return varies(value.slice(2)) && weighted(value.slice(2, 8), [1, 2]) % 10 === digit(value, 8);
}

/** National Provider Identifier: Luhn with the prefix 80840 (45 CFR 162.406). */
export function npi(value: string): boolean {
  return /^[12]/.test(value) && varies(value.slice(0, 9)) && luhn(`80840${value}`);
}

/** PESEL: weights 1, 3, 7, 9; the month carries the century (Ustawa o ewidencji ludnosci, art. 15). */
export function pesel(value: string): boolean {
  return isDate(two(value, 4), two(value, 2) % 20) && weighted(value, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

/** Personnummer, the last ten digits: date (coordination numbers add 60 to the day) and Luhn (SFS 1991:481). */
export function personnummer(value: string): boolean {
  const ten = value.slice(-10);
  const day = two(ten, 4);
  return isDate(day > 60 ? day - 60 : day, two(ten, 2)) && luhn(ten);
}

/** Organisationsnummer: third digit 2 or more, Luhn (SFS 1974:174). */
export function organisationsnummer(value: string): boolean {
  const ten = value.slice(-10);
  return digit(ten, 2) >= 2 && digit(ten, 0) > 0 && luhn(ten);
}

/** NRIC and FIN: weights 2, 7, 6, 5, 4, 3, 2; T and G add 4, M adds 3 (Immigration and Checkpoints Authority). */
export function nric(value: string): boolean {
  const series = value[0] ?? '';
  const offset = 'TG'.includes(series) ? 4 : series === 'M' ? 3 : 0;
  const rest = (weighted(value.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
  const letters = 'ST'.includes(series) ? 'JZIHGFEDCBA' : series === 'M' ? 'XWUTRQPNJLK' : 'XWUTRQPNMLK';
  return letters[rest] === value[8];
}

const UEN_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWX0123456789';

/** Unique Entity Number of Singapore: businesses, local companies, others (ACRA). */
export function uen(value: string): boolean {
  if (/^\d{8}[A-Z]$/.test(value)) return 'XMKECAWLJDB'[weighted(value.slice(0, 8), [10, 4, 9, 3, 8, 2, 7, 1]) % 11] === value[8];
  if (/^\d{9}[A-Z]$/.test(value)) return 'ZKCMDNERGWH'[weighted(value.slice(0, 9), [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11] === value[9];
  let sum = 0;
  for (const [i, weight] of [4, 3, 5, 3, 10, 2, 2, 5, 7].entries()) sum += UEN_LETTERS.indexOf(value[i] ?? '') * weight;
  return UEN_LETTERS[(((sum - 5) % 11) + 11) % 11] === value[9];
}

/** First digit, then the code of a province (ISO 3166-2:TH). */
const TH_PROVINCE = /^[1-8](?:1\d|2[0-7]|[34]\d|5[0-8]|6[0-7]|7[0-7]|8[0-6]|9[0-6])/;

/** Thai national identity number: weights 13 to 2, mod 11 (Department of Provincial Administration). */
export function tnin(value: string): boolean {
  return (
    TH_PROVINCE.test(value) &&
    (11 - (weighted(value.slice(0, 12), [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digit(value, 12)
  );
}

/** T.C. Kimlik No: two check digits (Nufus ve Vatandaslik Isleri). */
export function tckn(value: string): boolean {
  const odd = [0, 2, 4, 6, 8].reduce((sum, i) => sum + digit(value, i), 0);
  const even = [1, 3, 5, 7].reduce((sum, i) => sum + digit(value, i), 0);
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return !value.startsWith('0') && tenth === digit(value, 9) && (odd + even + tenth) % 10 === digit(value, 10);
}

/** NHS number: weights 10 to 2, mod 11 (NHS Data Dictionary). */
export function nhs(value: string): boolean {
  return varies(value) && (11 - (weighted(value.slice(0, 9), [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === digit(value, 9);
}

/** South African identity number: date, citizenship 0 or 1, Luhn (Department of Home Affairs). */
export function zaId(value: string): boolean {
  return isDate(two(value, 4), two(value, 2)) && /^[01]$/.test(value[10] ?? '') && luhn(value);
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** Bitcoin address: base58 with a double SHA-256, or bech32 and bech32m (BIP 173, BIP 350). The value keeps its case. */
export function bitcoin(value: string): boolean {
  if (/^(?:bc1|BC1)/.test(value)) return bech32(value);
  let number = 0n;
  for (const char of value) {
    const at = BASE58.indexOf(char);
    if (at < 0) return false;
    number = number * 58n + BigInt(at);
  }
  const hex = number.toString(16).padStart(50, '0');
  if (hex.length > 50) return false;
  const bytes = Buffer.from(hex, 'hex');
  const sha = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
  return sha(sha(bytes.subarray(0, 21)))
    .subarray(0, 4)
    .equals(bytes.subarray(21));
}

const BECH32_GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function bech32(value: string): boolean {
  if (value !== value.toLowerCase() && value !== value.toUpperCase()) return false;
  let check = 1;
  const step = (part: number): void => {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ part;
    for (let i = 0; i < 5; i++) if (((top >>> i) & 1) === 1) check ^= BECH32_GENERATORS[i] ?? 0;
  };
  for (const char of 'bc') step(char.charCodeAt(0) >> 5);
  step(0);
  for (const char of 'bc') step(char.charCodeAt(0) & 31);
  for (const char of value.toLowerCase().slice(3)) {
    const at = BECH32.indexOf(char);
    if (at < 0) return false;
    step(at);
  }
  return check === 1 || check === 0x2bc830a3;
}
