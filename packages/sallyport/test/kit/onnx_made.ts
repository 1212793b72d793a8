import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// A classifier of texts as small as can be, written byte by byte: ONNX is protocol buffers (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).

/** Folder with `onnxruntime-node`, which `./test` installs; undefined when it is not there. */
export const ONNX_RUNTIME: string | undefined = [
  process.env['SALLYPORT_TEST_ONNXRUNTIME'] ?? join(import.meta.dirname, '../../../../.cache/onnxruntime'),
].find((folder) => existsSync(join(folder, 'node_modules/onnxruntime-node')));

/** Logits [benign, attack] that a word adds; `hangs`: with it the model never ends. */
export type Words = Readonly<Record<string, readonly [number, number] | 'hangs'>>;

const NO_WORDS = ['[PAD]', '[UNK]'];

/** A tokenizer that knows these words and takes all others for one unknown one. */
export function tokenizerOf(words: Words): string {
  const vocab = Object.fromEntries([...NO_WORDS, ...Object.keys(words)].map((word, id) => [word, id]));
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab },
  });
}

/** `logits = sum over tokens of W[token]`, and a loop that runs as often as a token asks for. */
export function modelOf(words: Words): Buffer {
  const rows = [...NO_WORDS.map(() => [0, 0] as const), ...Object.values(words)];
  const weights = Buffer.from(Float32Array.from(rows.flatMap((row) => (row === 'hangs' ? [0, 0] : [...row]))).buffer);
  const rounds = Buffer.from(BigInt64Array.from(rows, (row) => (row === 'hangs' ? 1n << 60n : 0n)).buffer);
  const body = graph('body', [node('Identity', ['go'], ['go_on']), node('Identity', ['x'], ['y'])], [], {
    inputs: [value('i', INT64, []), value('go', BOOL, []), value('x', FLOAT, ['rows', 2])],
    outputs: [value('go_on', BOOL, []), value('y', FLOAT, ['rows', 2])],
  });
  const main = graph(
    'main',
    [
      node('Gather', ['weights', 'input_ids'], ['found']),
      node('ReduceSum', ['found'], ['sum'], [ints('axes', [1]), int('keepdims', 0)]),
      node('Gather', ['rounds', 'input_ids'], ['asked']),
      node('ReduceMax', ['asked'], ['times'], [int('keepdims', 0)]),
      node('Loop', ['times', 'true', 'sum'], ['logits'], [subgraph('body', body)]),
    ],
    [
      tensor('weights', FLOAT, [rows.length, 2], weights),
      tensor('rounds', INT64, [rows.length], rounds),
      tensor('true', BOOL, [], Buffer.from([1])),
    ],
    {
      inputs: [value('input_ids', INT64, ['rows', 'tokens']), value('attention_mask', INT64, ['rows', 'tokens'])],
      outputs: [value('logits', FLOAT, ['rows', 2])],
    },
  );
  return Buffer.concat([number(1, 6), message(8, Buffer.concat([message(1, ''), number(2, 11)])), message(7, main)]);
}

/** Model and tokenizer in a new folder, as `guards.secondStage` names them. */
export function classifierOf(words: Words): Record<'model' | 'tokenizer', { file: string; sha256: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-onnx-'));
  const pinned = (name: string, bytes: string | Buffer): { file: string; sha256: string } => {
    writeFileSync(join(folder, name), bytes);
    return { file: join(folder, name), sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  return { model: pinned('model.onnx', modelOf(words)), tokenizer: pinned('tokenizer.json', tokenizerOf(words)) };
}

const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;

function graph(
  name: string,
  nodes: readonly Buffer[],
  initializers: readonly Buffer[],
  { inputs, outputs }: { readonly inputs: readonly Buffer[]; readonly outputs: readonly Buffer[] },
): Buffer {
  return Buffer.concat([
    ...nodes.map((one) => message(1, one)),
    message(2, name),
    ...initializers.map((one) => message(5, one)),
    ...inputs.map((one) => message(11, one)),
    ...outputs.map((one) => message(12, one)),
  ]);
}

function node(type: string, inputs: readonly string[], outputs: readonly string[], attributes: readonly Buffer[] = []): Buffer {
  return Buffer.concat([
    ...inputs.map((one) => message(1, one)),
    ...outputs.map((one) => message(2, one)),
    message(4, type),
    ...attributes.map((one) => message(5, one)),
  ]);
}

const int = (name: string, given: number): Buffer => Buffer.concat([message(1, name), number(3, given), number(20, 2)]);
const ints = (name: string, given: readonly number[]): Buffer =>
  Buffer.concat([message(1, name), ...given.map((one) => number(8, one)), number(20, 7)]);
const subgraph = (name: string, given: Buffer): Buffer => Buffer.concat([message(1, name), message(6, given), number(20, 5)]);

function tensor(name: string, type: number, dims: readonly number[], raw: Buffer): Buffer {
  return Buffer.concat([...dims.map((dim) => number(1, dim)), number(2, type), message(8, name), message(9, raw)]);
}

function value(name: string, type: number, dims: readonly (string | number)[]): Buffer {
  const shape = Buffer.concat(dims.map((dim) => message(1, typeof dim === 'number' ? number(1, dim) : message(2, dim))));
  return Buffer.concat([message(1, name), message(2, message(1, Buffer.concat([number(1, type), message(2, shape)])))]);
}

/** A field of variable length (wire type 2). */
function message(field: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

/** A field that is a number (wire type 0). */
function number(field: number, given: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(given)]);
}

function varint(given: number): Buffer {
  const bytes: number[] = [];
  for (let left = given; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) | 128);
  }
}
