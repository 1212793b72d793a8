import { Type, type Static } from '../kernel/index.ts';

const WitnessSchema = Type.Union(
  [
    Type.Object(
      {
        kind: Type.Literal('file'),
        path: Type.String({ minLength: 1, description: 'A file that only grows, on another disk or machine than the data folder.' }),
      },
      { additionalProperties: false, description: 'Appends each checkpoint to a file.' },
    ),
    Type.Object(
      {
        kind: Type.Literal('webhook'),
        url: Type.String({ pattern: '^https?://', description: 'Gets each checkpoint as the body of a POST; 2xx means that it was kept.' }),
        headers: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Sent along, for example an authorization.' })),
      },
      { additionalProperties: false, description: 'Posts each checkpoint to an address.' },
    ),
    Type.Object(
      {
        kind: Type.Literal('syslog'),
        address: Type.String({
          pattern: '^(udp://|tcp://|unix:/)',
          description: '`udp://HOST:514`, `tcp://HOST:601` or `unix:/PATH`; messages are RFC 5424.',
        }),
      },
      { additionalProperties: false, description: 'Sends each checkpoint to a syslog collector.' },
    ),
  ],
  {
    description:
      'Keeps signed tree heads outside this machine, so that a log that was removed, shortened, rolled back or made anew is found.',
  },
);

/** Where signed tree heads are kept outside the data folder. */
export type WitnessConfig = Static<typeof WitnessSchema>;

/** `audit:` in sallyport.yaml. */
export const CONFIG = Type.Object(
  { witness: Type.Optional(WitnessSchema) },
  { additionalProperties: false, description: 'The event log.' },
);
