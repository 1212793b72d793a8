import { Type, parser } from '../../kernel/index.ts';
import { ROW_BITS, UNITS, type Closer } from './closer.ts';
import { BITS } from './features.ts';
import { KIND_BITS } from './skeleton.ts';
import { TRIGRAMS } from './surprise.ts';
import { INPUTS } from './stack.ts';
import type { Stack } from './stack.ts';
import type { Head } from './windows.ts';

/** A text from outside is held to a stricter measure than what a user types. */
export type Channel = 'prompt' | 'content';

/**
 * What one channel is judged by. `costs`: of a suffix made by machine, looked for only in what a user typed. `ease`: log-odds by which a result of a tool
 * is flagged earlier than other text.
 */
export type ChannelModel = {
  readonly head: Head;
  readonly closer: Closer;
  readonly stack: Stack;
  readonly ease: number;
  readonly costs: Uint8Array | undefined;
};

/** The trained model. `names`: words behind the strongest buckets, the only features that evidence may show. */
export type Model = { readonly channels: Readonly<Record<Channel, ChannelModel>>; readonly names: ReadonlyMap<number, string> };

/** First bytes of the file: the format and its version. */
const MAGIC = 'SPM3';
const TABLE = (1 << BITS) + (1 << KIND_BITS);
const ROWS = UNITS << ROW_BITS;

const ChannelHeader = Type.Object({
  step: Type.Number(),
  bias: Type.Tuple([Type.Number(), Type.Number()]),
  closer: Type.Object({
    step: Type.Number(),
    bias: Type.Array(Type.Number(), { minItems: UNITS, maxItems: UNITS }),
    out: Type.Array(Type.Number(), { minItems: UNITS + 1, maxItems: UNITS + 1 }),
  }),
  ease: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
  stack: Type.Object({ bias: Type.Number(), weights: Type.Array(Type.Number(), { minItems: INPUTS.length, maxItems: INPUTS.length }) }),
});
const parseHeader = parser(
  Type.Object({
    bits: Type.Literal(BITS),
    prompt: ChannelHeader,
    content: ChannelHeader,
    names: Type.Array(Type.Tuple([Type.Integer(), Type.String()])),
  }),
);

/**
 * The model as a file: `SPM3`, the length of the header (unsigned 32 bits, little endian), the header as JSON, the tables of `prompt` and `content`
 * (one signed byte a bucket; then those of the closer look), the costs of trigrams (one unsigned byte each).
 */
export function encodeModel({ channels: { prompt, content }, names }: Model): Buffer {
  const header = Buffer.from(JSON.stringify({ bits: BITS, prompt: headerOf(prompt), content: headerOf(content), names: [...names] }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([
    Buffer.from(MAGIC),
    length,
    header,
    bytes(prompt.head.table),
    bytes(content.head.table),
    bytes(prompt.closer.table),
    bytes(content.closer.table),
    prompt.costs ?? new Uint8Array(TRIGRAMS),
  ]);
}

function bytes(table: Int8Array): Buffer {
  return Buffer.from(table.buffer, table.byteOffset, table.length);
}

function headerOf({ head: { step, bias }, closer, stack, ease }: ChannelModel): object {
  return { step, bias, ease, closer: { step: closer.step, bias: closer.bias, out: closer.out }, stack };
}

/** Reads what `encodeModel` wrote; undefined when it is something else. */
export function decodeModel(file: Buffer): Model | undefined {
  if (file.length < 8 || file.toString('latin1', 0, 4) !== MAGIC) return undefined;
  const start = 8 + file.readUInt32LE(4);
  if (file.length !== start + 2 * TABLE + 2 * ROWS + TRIGRAMS) return undefined;
  const header = parseHeader(JSON.parse(file.toString('utf8', 8, start)));
  if (!header.ok) return undefined;
  const { prompt, content, names } = header.value;
  const channel = ({ step, bias, closer, stack, ease }: typeof prompt, at: 0 | 1, costs?: Uint8Array): ChannelModel => ({
    head: { step, bias, table: new Int8Array(file.subarray(start + at * TABLE, start + (at + 1) * TABLE)) },
    closer: { ...closer, table: new Int8Array(file.subarray(start + 2 * TABLE + at * ROWS, start + 2 * TABLE + (at + 1) * ROWS)) },
    stack,
    ease: ease ?? 0,
    costs,
  });
  return {
    channels: {
      prompt: channel(prompt, 0, new Uint8Array(file.subarray(start + 2 * TABLE + 2 * ROWS))),
      content: channel(content, 1),
    },
    names: new Map(names),
  };
}
