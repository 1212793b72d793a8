import { Type, type Static } from '../kernel/index.ts';

export { TEMPLATE } from './template_config.ts';

/** Largest request body: a request with a few images as data URLs; memory in flight is bounded by this times the concurrency. */
export const DEFAULT_BODY_BYTES: number = 32 * 1024 * 1024;
/** How long the gate goes on from its snapshots when the database is gone. */
export const DEFAULT_STORE_GRACE_SECONDS = 60;
/** Requests under way at once; beyond it the answer is an early 503 instead of a slow death. */
export const DEFAULT_IN_FLIGHT = 1_024;

export const STREAM_MODES = ['adaptive', 'buffer', 'passthrough'] as const;
export type StreamMode = (typeof STREAM_MODES)[number];

/** The gateway's part of `sallyport.yaml`, under `gateway:`. */
export const CONFIG: ReturnType<typeof schema> = schema();

function schema() {
  return Type.Object(
    {
      bodyBytes: Type.Optional(
        Type.Integer({
          minimum: 1024,
          maximum: 1 << 30,
          default: DEFAULT_BODY_BYTES,
          description: 'Largest request body in bytes, after decompression.',
        }),
      ),
      inFlight: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 100_000,
          default: DEFAULT_IN_FLIGHT,
          description: 'Requests under way at once; more get 503.',
        }),
      ),
      storeGraceSeconds: Type.Optional(
        Type.Integer({
          // The snapshot is read once a second: less than two would refuse healthy traffic.
          minimum: 2,
          maximum: 86_400,
          default: DEFAULT_STORE_GRACE_SECONDS,
          description: 'How long requests go on from memory when the database is gone.',
        }),
      ),
      stream: Type.Optional(
        Type.Enum(STREAM_MODES, {
          default: 'adaptive',
          description:
            'adaptive holds text only while it may still turn into a match; buffer holds the whole reply; passthrough checks after delivery.',
        }),
      ),
      publicUrl: Type.Optional(
        Type.String({
          pattern: '^https?://[^/?#]+/?$',
          description: 'The address of the gateway as clients reach it: what tokens are for.',
        }),
      ),
      guards: Type.Optional(
        Type.Boolean({ default: true, description: 'false switches all guards off; said at start, in health and in every event.' }),
      ),
    },
    { additionalProperties: false, description: 'The data plane.' },
  );
}

export type GatewayConfig = Required<Omit<Static<typeof CONFIG>, 'publicUrl'>> & { readonly publicUrl?: string };

/** Fills in the defaults. */
export function gatewayConfig(given: Static<typeof CONFIG> = {}): GatewayConfig {
  return {
    bodyBytes: given.bodyBytes ?? DEFAULT_BODY_BYTES,
    inFlight: given.inFlight ?? DEFAULT_IN_FLIGHT,
    storeGraceSeconds: given.storeGraceSeconds ?? DEFAULT_STORE_GRACE_SECONDS,
    stream: given.stream ?? 'adaptive',
    guards: given.guards ?? true,
    ...(given.publicUrl === undefined ? {} : { publicUrl: given.publicUrl }),
  };
}
