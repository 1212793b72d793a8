import { isObject, type Json, type JsonObject } from '../kernel/index.ts';

/** Bytes of a JSON object as a google.protobuf.Struct on the wire: what OpenFGA's limits count. https://protobuf.dev/programming-guides/encoding */
export function structSize(value: JsonObject): number {
  let size = 0;
  for (const [key, item] of Object.entries(value)) size += framed(framed(Buffer.byteLength(key)) + framed(valueSize(item)));
  return size;
}

/** A field below number 16 that has a length: its tag, the length, its bytes. */
function framed(length: number): number {
  let digits = 1;
  for (let rest = length; rest > 127; rest = Math.floor(rest / 128)) digits++;
  return 1 + digits + length;
}

function valueSize(value: Json): number {
  if (typeof value === 'number') return 9;
  if (typeof value === 'string') return framed(Buffer.byteLength(value));
  if (Array.isArray(value)) return framed(value.reduce<number>((sum, item) => sum + framed(valueSize(item)), 0));
  return isObject(value) ? framed(structSize(value)) : 2;
}
