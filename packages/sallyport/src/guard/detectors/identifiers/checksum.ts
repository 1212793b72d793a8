// Checksums that several issuers use. Values come without separators, letters in capitals.

/** Whether digits pass the Luhn check (ISO/IEC 7812-1, annex B). */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** Whether digits pass ISO/IEC 7064 MOD 11,10 (the last is the check digit). */
export function mod11_10(digits: string): boolean {
  let product = 10;
  for (let i = 0; i < digits.length - 1; i++) {
    const sum = (product + digit(digits, i)) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === digit(digits, digits.length - 1);
}

/** Whether letters and digits pass ISO/IEC 7064 MOD 97-10 as the IBAN uses it: the first four characters are moved to the end. */
export function mod97(value: string): boolean {
  let rest = 0;
  for (const char of value.slice(4) + value.slice(0, 4)) {
    const number = Number.parseInt(char, 36);
    if (Number.isNaN(number)) return false;
    rest = (rest * (number > 9 ? 100 : 10) + number) % 97;
  }
  return rest === 1;
}

/** Multiplication in the dihedral group of order 10: rows of Verhoeff's table (J. Verhoeff, Error Detecting Decimal Codes, 1969). */
const DIHEDRAL = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const PERMUTATION = ['0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258'];

/** Whether digits pass Verhoeff's check. */
export function verhoeff(digits: string): boolean {
  let state = 0;
  for (let i = 0; i < digits.length; i++) {
    const permuted = digit(PERMUTATION[i % 8] ?? '', digit(digits, digits.length - 1 - i));
    state = digit(DIHEDRAL[state] ?? '', permuted);
  }
  return state === 0;
}

/** The digit at an index. */
export function digit(digits: string, at: number): number {
  return digits.charCodeAt(at) - 48;
}

/** The sum of digits times weights; a value longer than the weights repeats them. */
export function weighted(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) sum += digit(digits, i) * (weights[i % weights.length] ?? 0);
  return sum;
}

/** The same with the digits of each product added up. */
export function weightedCrossSum(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const product = digit(digits, i) * (weights[i % weights.length] ?? 0);
    sum += Math.floor(product / 10) + (product % 10);
  }
  return sum;
}

/** Weights of travel documents (ICAO 9303-3, 4.9): letters count from 10. */
export function icao(value: string): number {
  let sum = 0;
  for (let i = 0; i < value.length; i++) sum += Number.parseInt(value[i] ?? '', 36) * ([7, 3, 1][i % 3] ?? 0);
  return sum % 10;
}

/** Whether day and month exist; the year is not asked for, so 29 February does. */
export function isDate(day: number, month: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

/** Not one digit again and again. */
export function varies(digits: string): boolean {
  return !/^(\d)\1+$/.test(digits);
}
