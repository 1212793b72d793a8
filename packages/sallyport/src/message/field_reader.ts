import type { Json, JsonObject } from '../kernel/index.ts';
import type { Context, Side } from './context.ts';
import type { Holder } from './leaf.ts';

/** What the reader of a single field may ask of the reader of the whole body. */
export type BodyReader = {
  readonly side: Side;
  value(holder: Holder, key: string | number, field: string, context: Context, where: string, depth: number): void;
  free(holder: Holder, key: string | number, context: Context, where: string, depth: number): void;
  definitions(list: Json[], where: string, depth: number, offered: boolean): void;
  schema(holder: Holder, key: string | number, context: Context, where: string, depth: number): void;
  logprobs(alternatives: readonly string[], drop: () => void, context: Context, where: string): void;
  call(call: JsonObject, where: string, depth: number): void;
};
