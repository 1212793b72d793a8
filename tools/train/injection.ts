import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeModel, type Channel, type ChannelModel } from '../../packages/sallyport/src/guard/model/model.ts';
import { INPUTS } from '../../packages/sallyport/src/guard/model/stack.ts';
import { TOP } from '../top.ts';
import { learnCloser } from './closer.ts';
import { costsOf } from './costs.ts';
import { buildCorpus, type Corpus } from './corpus.ts';
import { FOLDS, foldsOf } from './folds.ts';
import { generate } from './generate/index.ts';
import { learn, quantised, type Learned } from './learner.ts';
import { namesOf } from './names.ts';
import { Random } from './random.ts';
import { judgeOf } from './readings.ts';
import { partOf } from './parts.ts';
import { printed, type Judged } from './report.ts';
import { readRows, sampleOf, UNVERIFIED, weightsOf, type Row } from './rows.ts';
import { traceRows } from './traces.ts';
import { calibrated, easeOf, learnStack, settled, type Allowance, type Allowed, type Example } from './stacker.ts';

/** Everything random in training and in the generators comes from this. */
const SEED = 20_261;

/** Texts that somebody generated: near misses on purpose, so no measure of how often ordinary texts are flagged; BIPIA's contexts carry its attacks in other rows. */
const WRITTEN = /^(?:own\/|synthetic\/|BIPIA)/;

/** What people ask and read every day: a conversation has thirty of these, and none may be refused. */
const ORDINARY = /^(?:dolly|T0|xquad|Taskmaster|GPTeacher|BFCL)/;

type Shares = { readonly all: number; readonly ordinary: number; readonly files: number };

/** Share of benign texts, of sources that the model had not seen, that may be flagged and refused: of all, of ordinary ones, and of files as an agent reads them. */
const ALARMS: Readonly<Record<Channel, { readonly flagged: Shares; readonly refused: Shares }>> = {
  prompt: { flagged: { all: 0.026, ordinary: 0.008, files: 0.02 }, refused: { all: 0.005, ordinary: 0.001, files: 0.006 } },
  content: { flagged: { all: 0.03, ordinary: 0.01, files: 0.006 }, refused: { all: 0.004, ordinary: 0.001, files: 0.0005 } },
};

/** Texts of the selection set of one kind, and the share of them that may be flagged. */
type Selected = { readonly what: string; readonly share: number };

/**
 * By these 0.5 is settled: sources, voices, shapes and documents of which the shipped head has learned nothing. `known`: what arrives at the point, of sources
 * that are known (1 % is what the detector promises; documents held back are of known sources, prompts mostly of the harder ones); the others are voices
 * of our own, nearer to attacks than most of what arrives.
 */
const SELECTED: Readonly<Record<Channel | 'results', readonly Selected[]>> = {
  prompt: [
    { what: 'known', share: 0.011 },
    { what: 'asked', share: 0.07 },
    { what: 'chat', share: 0.12 },
  ],
  content: [
    { what: 'known', share: 0.0075 },
    { what: 'mail', share: 0.05 },
    { what: 'manual', share: 0.035 },
    { what: 'about', share: 0.14 },
  ],
  // What tools answer is flagged earlier: orders are planted there most.
  results: [
    { what: 'files', share: 0.007 },
    { what: 'mail', share: 0.07 },
    { what: 'manual', share: 0.045 },
    { what: 'talk', share: 0.05 },
    { what: 'ordinary', share: 0.045 },
  ],
};

const LEARNING = { first: 2, epochs: 10, rate: 0.03, firstRate: 0.05, l2: 5e-5, dropped: 0.3, hidden: 0.3 };

/** Of the heads that only choose windows for the closer look. */
const CHOOSING = { ...LEARNING, epochs: 5, rate: 0.06 };
/** Rows of one source and label that are judged out of fold: judging costs more than learning. */
const JUDGED = 700;
const NO_STACK = { bias: 0, weights: INPUTS.map(() => 0) };
const MODEL = 'packages/sallyport/src/guard/model';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    dry: { type: 'boolean', default: false },
    dump: { type: 'string' },
    only: { type: 'string' },
    files: { type: 'string', multiple: true, default: [] },
    sources: { type: 'boolean', default: false },
    unverified: { type: 'boolean', default: false },
  },
});
const data = resolve(values.data ?? `${TOP}/../shared/data`);

function main(): void {
  const known = readRows(join(data, 'injection/train.jsonl.gz')).map((row) => ({
    ...row,
    verified: values.unverified || !UNVERIFIED.test(row.source),
    ...(isHeldBack(row) ? { calibrates: true } : {}),
  }));
  const files = values.files.flatMap((path) => readRows(path)).map((row) => ({ ...row, calibrates: partOf(row.source) === 'calibrate' }));
  const traces = traceRows(data).map((row) => ({ ...row, calibrates: isHeldBack(row, 4) }));
  const results = traces.filter(({ calibrates }) => !calibrates);
  const documents = [
    ...results,
    ...results,
    ...known.filter(
      ({ kind, verified, calibrates }) => verified && calibrates !== true && (kind === 'benign_document' || kind === 'benign_code'),
    ),
    ...files.filter(({ calibrates }) => !calibrates),
  ];
  const held = [...known, ...files, ...traces].filter(
    ({ kind, calibrates }) => calibrates === true && /^benign_(?:document|code)/.test(kind),
  );
  const rows: Row[] = [...known, ...files, ...traces, ...generate(SEED, documents, held)];
  const judged: Record<string, unknown> = {};
  const corpus = buildCorpus(rows);
  const costs = costsOf(rows);
  const channels = Object.fromEntries(
    (['prompt', 'content'] as const).flatMap((channel) => {
      if (values.only !== undefined && values.only !== channel) return [];
      const { model, outOfFold, selected } = train(corpus, channel, channel === 'prompt' ? costs : undefined);
      console.log(printed(`${channel}: flagged when the whole source is left out of training`, outOfFold));
      console.log(printed(`${channel}: flagged of the selection set`, selected));
      judged[channel] = { outOfFold: outOfFold.map(dumped), selected: selected.map(dumped) };
      return [[channel, model]];
    }),
  ) as Record<Channel, ChannelModel>;
  if (values.dump !== undefined) writeFileSync(values.dump, JSON.stringify(judged));
  // A file is made of one training, or it could not be made again.
  if (values.dry || values.only !== undefined) return;
  const file = encodeModel({ channels, names: namesOf(rows, channels) });
  writeFileSync(join(TOP, MODEL, 'weights.bin'), file);
  const hash = createHash('sha256').update(file).digest('hex');
  writeFileSync(
    join(TOP, MODEL, 'weights.generated.ts'),
    `// Generated by tools/train/injection.ts.\n\n/** The hash of weights.bin. */\nexport const WEIGHTS_SHA256 = '${hash}';\n`,
  );
  console.log(`${file.length} bytes, sha256 ${hash}`);
}

/** Heads on all but one fold judge that fold; the last step learns from those judgements, the shipped head from every row. */
function train(
  corpus: Corpus,
  channel: Channel,
  costs: Uint8Array | undefined,
): { model: ChannelModel; outOfFold: readonly Judged[]; selected: readonly Judged[] } {
  const { rows } = corpus;
  const rowOf = (r: number): Row => rows[r] as Row;
  const weights = weightsOf(rows).map((weight, r) => weight * shareOf(rowOf(r), channel));
  const folds = foldsOf(rows, !values.sources);
  const inputs: Float64Array[] = [];
  const sample = sampleOf(rows, JUDGED).filter((r) => shareOf(rowOf(r), channel) === 1);
  // Long files that were held back also say how the threshold grows with the length.
  const judgedRows = sample.filter((r) => rowOf(r).calibrates !== true || rowOf(r).source.startsWith('files/'));
  for (let fold = 0; fold < FOLDS; fold++) {
    const judge = judgeOf({ ...learnedOf(corpus, weights, (r) => folds[r] !== fold, 1), stack: NO_STACK, ease: 0, costs }, channel);
    for (const r of judgedRows) if (folds[r] === fold) inputs[r] = judge(rowOf(r).text).inputs;
  }
  const of = (numbers: readonly number[]): Float64Array[] => numbers.map((r) => inputs[r] as Float64Array);
  const learned = judgedRows
    .filter((r) => rowOf(r).verified !== false && rowOf(r).calibrates !== true)
    .map((r) => ({ row: rowOf(r), inputs: inputs[r] as Float64Array, label: rowOf(r).label, weight: weights[r] as number }));
  const benign = judgedRows.filter((r) => {
    const { label, verified, source } = rowOf(r);
    return label === 0 && verified !== false && !WRITTEN.test(source) && !source.startsWith('files/');
  });
  const ordinary = benign.filter((r) => ORDINARY.test(rowOf(r).source));
  const files = judgedRows.filter((r) => rowOf(r).calibrates === true);
  const allowance = (shares: Shares): Allowance => ({
    all: [
      { benign: of(benign), share: shares.all },
      { benign: of(ordinary), share: shares.ordinary },
    ],
    long: { benign: of(files), share: shares.files },
  });
  const threshold = calibrated(learnStack(learned satisfies Example[], new Random(SEED)), {
    flagged: allowance(ALARMS[channel].flagged),
    refused: allowance(ALARMS[channel].refused),
  });
  const shipped = learnedOf(corpus, weights, () => true, HEADS);
  const judge = judgeOf({ ...shipped, stack: NO_STACK, ease: 0, costs }, channel);
  const held = sample
    .filter((r) => rowOf(r).calibrates === true)
    .map((r) => ({ row: rowOf(r), inputs: judge(rowOf(r).text).inputs.slice() }));
  const allowed = (list: readonly Selected[]): Allowed[] =>
    list.map(({ what, share }) => ({
      what,
      share,
      benign: held.filter(({ row }) => row.label === 0 && isOf(row, what, channel)).map((one) => one.inputs),
    }));
  const stack = settled(threshold, allowed(SELECTED[channel]));
  const ease = channel === 'prompt' ? 0 : easeOf(stack, allowed(SELECTED.results));
  const scored = <T extends { inputs: Float64Array }>(one: T): T & { score: number } => ({ ...one, score: scoreOf(stack, one.inputs) });
  return {
    model: { ...shipped, stack, ease, costs },
    outOfFold: judgedRows.map((r) => scored({ row: rowOf(r), inputs: inputs[r] as Float64Array })),
    selected: held.map(scored),
  };
}

/** Whether a text of the selection set is of one kind of `SELECTED`. */
function isOf({ source, kind }: Row, what: string, channel: Channel): boolean {
  if (what === 'files') return /^(?:files|traces)\b/.test(source);
  if (what === 'known') return !source.startsWith('selection/') && POINTS[channel].test(kind);
  return source === `selection/${what}`;
}

/** A judgement as `--dump` writes it. */
function dumped({ row, score, inputs }: Judged): object {
  return { ...row, text: row.text.slice(0, 3_000), score, inputs: [...inputs] };
}

/** Kinds of benign texts that arrive at a point. */
const POINTS: Readonly<Record<Channel, RegExp>> = { prompt: /^benign_(?:instruction|hard)/, content: /^benign_(?:document|code)/ };

/** One in so many benign texts that nobody wrote for this, by a hash of the text: nothing is learned from it. */
function isHeldBack({ label, source, text }: Row, one = 12): boolean {
  if (label === 1 || WRITTEN.test(source) || UNVERIFIED.test(source)) return false;
  let hash = 29;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 8) % one === 0;
}

/** How much of a row's weight counts at a point; below 1 it is learned from, but nothing is judged by it. */
function shareOf({ kind, only, source, label }: Row, channel: Channel): number {
  if (only !== undefined && only !== channel) return 0;
  // A plain task that was planted is an attack only in text from outside: a user may ask for anything.
  if (channel === 'prompt') return kind === 'indirect_task' ? 0 : 1;
  // What users ask for is, in text from outside, as often as not an order that was planted.
  const asked = kind === 'benign_instruction' || (kind === 'benign_hard_negative' && !/about|writing|jackhhao|mined/.test(source));
  return label === 0 && asked ? ASKED : 1;
}

/** Share of the weight of a user's request as an example of benign text from outside. */
const ASKED = 0.6;

function learnedOf(
  corpus: Corpus,
  weights: Float32Array,
  isMember: (row: number) => boolean,
  heads: number,
): Pick<ChannelModel, 'head' | 'closer'> {
  const members = Int32Array.from([...corpus.rows.keys()].filter((r) => isMember(r)));
  const random = new Random(SEED);
  const head = meanOf(Array.from({ length: heads }, () => learn(corpus, members, weights, LEARNING, random)));
  // The closer look must see windows as it will find them: chosen by a head that had not learned from the text.
  const chosenBy = [0, 1].map((half) =>
    learn(
      corpus,
      members.filter((r) => halfOf(r) !== half),
      weights,
      CHOOSING,
      random,
    ),
  );
  return { head: quantised(head), closer: learnCloser(corpus, members, weights, (r) => chosenBy[halfOf(r)] ?? head, random) };
}

/** Heads that are learned in different orders; what they disagree on is chance. */
const HEADS = 3;

/** A linear head is as good as any of several on average, and their mean better. */
function meanOf(heads: readonly Learned[]): Learned {
  const mean = ({ length }: Float32Array, of: (head: Learned) => Float32Array): Float32Array =>
    Float32Array.from({ length }, (_, i) => heads.reduce((sum, head) => sum + (of(head)[i] as number), 0) / heads.length);
  const [first] = heads as readonly [Learned];
  return { weights: mean(first.weights, ({ weights }) => weights), bias: mean(first.bias, ({ bias }) => bias) };
}

/** Two halves of the rows, mixed. */
function halfOf(row: number): 0 | 1 {
  return ((Math.imul(row + 7, 0x9e3779b1) >>> 16) & 1) === 0 ? 0 : 1;
}

function scoreOf(stack: ChannelModel['stack'], inputs: Float64Array): number {
  return 1 / (1 + Math.exp(-stack.weights.reduce((sum, w, i) => sum + w * (inputs[i] as number), stack.bias)));
}

main();
