import { Type, type Static } from '../../kernel/index.ts';

const pinned = (what: string) =>
  Type.Object(
    {
      file: Type.String({ minLength: 1, description: `Path of ${what}.` }),
      sha256: Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: 'SHA-256 of the file in small letters; another file stops the start.',
      }),
    },
    { additionalProperties: false },
  );

const zone = (what: string) =>
  Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
    minItems: 2,
    maxItems: 2,
    description: `Scores of the first stage, lowest and highest, between which the classifier decides about ${what}.`,
  });

/** The part `guards.secondStage:` of sallyport.yaml. */
export const SECOND_STAGE_CONFIG = Type.Object(
  {
    model: pinned('the classifier: an ONNX file without external data, logits by label as its first output'),
    tokenizer: pinned('its tokenizer.json (WordPiece, BPE or Unigram, as Hugging Face writes it)'),
    labels: Type.Array(Type.Union([Type.Literal('benign'), Type.Literal('attack')]), {
      minItems: 1,
      maxItems: 16,
      description: 'What each output of the classifier stands for, in its order. One output alone is `attack`.',
    }),
    greyZone: Type.Object(
      { prompt: Type.Optional(zone('what a user typed')), content: Type.Optional(zone('text from outside')) },
      { additionalProperties: false, minProperties: 1, description: 'Where it is asked. Elsewhere the first stage decides alone.' },
    ),
    calibration: Type.Optional(
      Type.Object(
        { scale: Type.Number({ exclusiveMinimum: 0, maximum: 100 }), offset: Type.Number({ minimum: -100, maximum: 100 }) },
        {
          additionalProperties: false,
          description: 'Its probability is 1 / (1 + exp(-(scale * log-odds + offset))); fit both on texts of your own. Default 1 and 0.',
        },
      ),
    ),
    maxTokens: Type.Optional(Type.Integer({ minimum: 16, maximum: 8192, default: 512, description: 'Tokens that it reads at once.' })),
    timeoutMs: Type.Optional(
      Type.Integer({ minimum: 10, maximum: 30_000, default: 500, description: 'A text waits no longer than this for its answer.' }),
    ),
    memoryMb: Type.Optional(Type.Integer({ minimum: 128, maximum: 65_536, default: 2048, description: 'Its process is ended beyond.' })),
    threads: Type.Optional(Type.Integer({ minimum: 1, maximum: 64, default: 1, description: 'Processor threads that it may use.' })),
    onError: Type.Optional(
      Type.Union([Type.Literal('keep'), Type.Literal('deny')], {
        default: 'keep',
        description: 'When it gives no answer: the verdict of the first stage stands, or the text is refused. Either is in the event.',
      }),
    ),
    runtime: Type.Optional(
      Type.String({ minLength: 1, description: 'Folder into which `onnxruntime-node` was installed; beside this program when absent.' }),
    ),
  },
  {
    additionalProperties: false,
    description: 'A classifier (ONNX) that decides about injections where the first stage is unsure. Needs the package onnxruntime-node.',
  },
);

export type SecondStageConfig = Static<typeof SECOND_STAGE_CONFIG>;

/** One thing wrong; `pointer` is relative to the part. */
export function secondStageProblems({ labels, greyZone }: SecondStageConfig): { readonly pointer: string; readonly message: string }[] {
  return [
    ...(labels.includes('attack') ? [] : [{ pointer: '/labels', message: 'no output stands for `attack`' }]),
    ...(['prompt', 'content'] as const).flatMap((channel) => {
      const [low = 0, high = 1] = greyZone[channel] ?? [];
      return low < high ? [] : [{ pointer: `/greyZone/${channel}`, message: 'the lowest score must lie below the highest' }];
    }),
  ];
}
