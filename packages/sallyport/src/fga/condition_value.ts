import { celUint, type CelInput } from '@bufbuild/cel';
import { create } from '@bufbuild/protobuf';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import ipaddr from 'ipaddr.js';
import { isObject, type Json } from '../kernel/index.ts';
import type { CelType } from './condition_check.ts';
import type { ParameterType } from './model.ts';

/** Why a value is not of its parameter's type; the text is OpenFGA's (internal/condition/types). */
export class ConversionError extends Error {}

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
/** Digits of a number in a string; more cannot change a 64-bit value, and their conversion takes quadratic time. */
const MAX_DIGITS = 400;
const NANOS = 1_000_000_000n;

/** The type of a parameter in CEL; `undefined` when the definition is not complete. */
export function celTypeOf({ name, generics }: ParameterType): CelType | undefined {
  const [inner] = generics;
  switch (name) {
    case 'TYPE_NAME_UNSPECIFIED':
      return undefined;
    case 'TYPE_NAME_MAP':
    case 'TYPE_NAME_LIST': {
      const type = inner === undefined || generics.length !== 1 ? undefined : celTypeOf(inner);
      if (type === undefined) return undefined;
      return name === 'TYPE_NAME_LIST' ? { list: type } : { key: 'string', value: type };
    }
    default:
      return SIMPLE[name];
  }
}

const SIMPLE = {
  TYPE_NAME_ANY: 'dyn',
  TYPE_NAME_BOOL: 'bool',
  TYPE_NAME_STRING: 'string',
  TYPE_NAME_INT: 'int',
  TYPE_NAME_UINT: 'uint',
  TYPE_NAME_DOUBLE: 'double',
  TYPE_NAME_DURATION: 'duration',
  TYPE_NAME_TIMESTAMP: 'timestamp',
  TYPE_NAME_IPADDRESS: 'ipaddress',
} as const;

/** A context value as CEL sees it. Throws ConversionError. */
export function convertValue(type: ParameterType, value: Json): CelInput {
  switch (type.name) {
    case 'TYPE_NAME_BOOL':
      if (typeof value !== 'boolean') throw new ConversionError(`expected type value 'bool', but found '${goType(value)}'`);
      return value;
    case 'TYPE_NAME_STRING':
      if (typeof value !== 'string') throw new ConversionError(`expected type value 'string', but found '${goType(value)}'`);
      return value;
    case 'TYPE_NAME_INT':
    case 'TYPE_NAME_UINT':
      return convertInteger(type.name === 'TYPE_NAME_INT' ? 'int' : 'uint', value);
    case 'TYPE_NAME_DOUBLE':
      return convertDouble(value);
    case 'TYPE_NAME_DURATION':
      return convertDuration(value);
    case 'TYPE_NAME_TIMESTAMP':
      return convertTimestamp(value);
    case 'TYPE_NAME_IPADDRESS':
      return convertAddress(value);
    case 'TYPE_NAME_LIST':
    case 'TYPE_NAME_MAP':
      return convertCollection(type, value);
    default:
      return dynamicValue(value);
  }
}

/** JSON as CEL values without declared types: numbers are doubles. */
function dynamicValue(value: Json): CelInput {
  if (Array.isArray(value)) return value.map(dynamicValue) as CelInput;
  return isObject(value) ? new Map(Object.entries(value).map(([key, item]) => [key, dynamicValue(item)])) : value;
}

function convertCollection(type: ParameterType, value: Json): CelInput {
  const [inner] = type.generics;
  if (inner === undefined) throw new ConversionError(`unknown condition parameter type \`${type.name}\``);
  if (type.name === 'TYPE_NAME_LIST') {
    if (!Array.isArray(value)) throw new ConversionError(`list requires a list, found: ${goType(value)}`);
    return value.map((item, index) =>
      within(`found an invalid list item at index \`${index}\``, () => convertValue(inner, item)),
    ) as CelInput;
  }
  if (!isObject(value)) throw new ConversionError(`map requires a map, found: ${goType(value)}`);
  return new Map(
    Object.entries(value).map(([key, item]) => [key, within(`found an invalid value for key '${key}'`, () => convertValue(inner, item))]),
  );
}

function within<T>(where: string, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    throw new ConversionError(`${where}: ${error instanceof Error ? error.message : ''}`);
  }
}

/** How Go names the type of a decoded JSON value. */
function goType(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  return { string: 'string', number: 'float64', boolean: 'bool', object: 'map[string]interface {}' }[
    typeof value as 'string' | 'number' | 'boolean' | 'object'
  ];
}

/** A decimal as an exact fraction; `undefined` when it is none. */
function fraction(text: string): { over: bigint; under: bigint } | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eEpP]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null || /[pP]/.test(text) || text.length > MAX_DIGITS) return undefined;
  const [, sign = '', whole = '', part = '', exponent = '0'] = match;
  if (whole + part === '') return undefined;
  const scale = Number(exponent) - part.length;
  if (Math.abs(scale) > MAX_DIGITS) return undefined;
  const digits = BigInt(whole + part) * (sign === '-' ? -1n : 1n);
  return scale >= 0 ? { over: digits * 10n ** BigInt(scale), under: 1n } : { over: digits, under: 10n ** BigInt(-scale) };
}

function numberOf(kind: 'int64' | 'uint64' | 'float64', value: Json): { over: bigint; under: bigint } {
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return { over: BigInt(value), under: 1n };
    // Every double is a fraction with a power of two below.
    let [scaled, under] = [value, 1n];
    while (!Number.isInteger(scaled)) [scaled, under] = [scaled * 2, under * 2n];
    return { over: BigInt(scaled), under };
  }
  if (typeof value !== 'string') throw new ConversionError(`expected type value '${kind}', but found '${goType(value)}'`);
  const read = fraction(value);
  if (read === undefined) throw new ConversionError(`expected a ${kind} value, but found invalid string value '${value}'`);
  return read;
}

/** A decimal with ten digits at most, as Go's big.Float shows it. */
function shownNumber(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const [, sign = '', whole = '', part = '', exponent = '0'] = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = (whole + part).replace(/^0+/, '');
  if (all === '') return text;
  const point = Number(exponent) + whole.length - (whole.length + part.length - all.length);
  const rounded = String((BigInt(all.slice(0, 10).padEnd(10, '0')) * 10n + BigInt(all[10] ?? '0') + 5n) / 10n);
  const digits = rounded.slice(0, 10).replace(/0+$/, '');
  const at = point + rounded.length - 10;
  const minus = sign === '-' ? '-' : '';
  const places = digits.length < 10 && digits.length >= at ? digits.length : 10;
  if (at - 1 < -4 || at - 1 >= places) {
    const power = String(Math.abs(at - 1)).padStart(2, '0');
    return `${minus}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${at < 1 ? '-' : '+'}${power}`;
  }
  if (at <= 0) return `${minus}0.${'0'.repeat(-at)}${digits}`;
  return `${minus}${digits.slice(0, at).padEnd(at, '0')}${digits.length > at ? `.${digits.slice(at)}` : ''}`;
}

/** Out of range: the nearest 64-bit integer, as Go's big.Float does. */
function convertInteger(kind: 'int' | 'uint', value: Json): CelInput {
  const { over, under } = numberOf(kind === 'int' ? 'int64' : 'uint64', value);
  const shown = shownNumber(value);
  if (over % under !== 0n)
    throw new ConversionError(`expected ${kind === 'int' ? 'an int' : 'a uint'} value, but found numeric value '${shown}'`);
  const whole = over / under;
  const clamped = whole > INT64_MAX ? INT64_MAX : whole < INT64_MIN ? INT64_MIN : whole;
  if (kind === 'int') return clamped;
  if (clamped < 0n) throw new ConversionError(`expected a uint value, but found int64 value '${shown}'`);
  return celUint(clamped);
}

function convertDouble(value: Json): number {
  if (typeof value === 'number') return value;
  // Go's big.ParseFloat reads these two.
  const infinite = typeof value === 'string' ? /^([+-]?)[iI]nf$/.exec(value) : null;
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  const { over, under } = numberOf('float64', value);
  const nearest = Number(value);
  const exact = Number.isFinite(nearest) ? numberOf('float64', nearest) : undefined;
  if (exact === undefined || over * exact.under !== exact.over * under)
    throw new ConversionError(`number cannot be represented as a float64: ${shownNumber(value)}`);
  return nearest;
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: NANOS,
  m: 60n * NANOS,
  h: 3_600n * NANOS,
};

/** Go's time.ParseDuration: `1h30m`, `-1.5s`, `0`. */
function convertDuration(value: Json): CelInput {
  if (typeof value !== 'string')
    throw new ConversionError(`expected a duration string, but found: ${goType(value)} '${JSON.stringify(value)}'`);
  const wrong = new ConversionError(`expected a valid duration string, but found: '${value}'`);
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/s.exec(value) ?? [];
  if (rest.length > MAX_DIGITS || !(rest === '0' || /^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest))) throw wrong;
  let nanos = 0n;
  for (const [, number = '0', unit = 's'] of rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const [whole = '', part = ''] = number.split('.');
    const scale = UNITS[unit] ?? 0n;
    nanos += BigInt(whole === '' ? '0' : whole) * scale + (BigInt(part === '' ? '0' : part) * scale) / 10n ** BigInt(part.length);
  }
  const signed = sign === '-' ? -nanos : nanos;
  if (signed > INT64_MAX || signed < INT64_MIN) throw wrong;
  return create(DurationSchema, { seconds: signed / NANOS, nanos: Number(signed % NANOS) });
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,30}))?(Z|[+-]\d\d:\d\d)$/;

function convertTimestamp(value: Json): CelInput {
  if (typeof value !== 'string')
    throw new ConversionError(`expected RFC 3339 formatted timestamp string, but found: ${goType(value)} '${JSON.stringify(value)}'`);
  const wrong = new ConversionError(`expected RFC 3339 formatted timestamp string, but found '${value}'`);
  const match = RFC3339.exec(value);
  if (match === null) throw wrong;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  const [, sign = '+', zoneHours = '0', zoneMinutes = '0'] = /^([+-])(\d\d):(\d\d)$/.exec(match[8] ?? 'Z') ?? [];
  if (!real || Number(zoneHours) > 24 || Number(zoneMinutes) > 60) throw wrong;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -60 : 60);
  const seconds = Math.floor(date.getTime() / 1000) + hour * 3600 + minute * 60 + second - offset;
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: Number((match[7] ?? '').slice(0, 9).padEnd(9, '0')) });
}

// An address is a map with one member here: CEL values of a type of one's own would need a protobuf message. Nothing can look into it, for the
// checker knows it as `ipaddress`.
export const ADDRESS = 'ipaddress';

function convertAddress(value: Json): CelInput {
  if (typeof value !== 'string')
    throw new ConversionError(`expected an ipaddress string, but found: ${goType(value)} '${JSON.stringify(value)}'`);
  const address = readAddress(value);
  if (address === undefined) throw new ConversionError(`expected a well-formed IP address, but found: '${value}'`);
  return new Map([[ADDRESS, address]]);
}

/** The canonical text of an address (IPv4 mapped into IPv6 becomes IPv4); `undefined` when it is none. */
export function readAddress(text: string): string | undefined {
  if (!isStrictAddress(text)) return undefined;
  return ipaddr.process(text).toString();
}

/** Four decimal numbers without leading zeros, or any form of IPv6: netip.ParseAddr takes no others. */
function isStrictAddress(text: string): boolean {
  return text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text) && !/(?:^|\.)0\d/.test(text);
}

/** Whether an address lies in a network such as `10.0.0.0/8`; `undefined` when that is no network. */
export function inNetwork(address: string, cidr: string): boolean | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(cidr);
  const [, base = '', length = ''] = match ?? [];
  if (match === null || !isStrictAddress(base) || base.includes('%')) return undefined;
  const parsed = ipaddr.parse(base);
  let bits = Number(length);
  if (bits > (parsed.kind() === 'ipv4' ? 32 : 128)) return undefined;
  let network: ipaddr.IPv4 | ipaddr.IPv6 = parsed;
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && bits >= 96) {
    network = parsed.toIPv4Address();
    bits -= 96;
  }
  const own = ipaddr.parse(address);
  if (own instanceof ipaddr.IPv4 && network instanceof ipaddr.IPv4) return own.match(network, bits);
  return own instanceof ipaddr.IPv6 && network instanceof ipaddr.IPv6 && own.match(network, bits);
}
