import type { ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  ENDPOINT_NOT_GUARDED: {
    status: 404,
    message: 'This endpoint is not guarded, so it is not served.',
    fix: 'Use one of the endpoints in the documentation; nothing is passed through unchecked.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    message: 'This endpoint does not take that method.',
    fix: 'Send the method named in the allow header.',
  },
  HOST_NOT_ALLOWED: {
    status: 421,
    message: 'The Host header names a host that this gate does not serve.',
    fix: 'Call it by a loopback name, or add the name to `listen.hosts` in the configuration.',
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    message: 'Requests from other web sites are refused.',
    fix: 'Call the gate from your server, or add the origin to `listen.origins`.',
  },
  UNAUTHENTICATED: {
    status: 401,
    message: 'No valid Sallyport key was sent.',
    fix: 'Send a key as `Authorization: Bearer sp_...` or `x-api-key`; make one with `sallyport key create --name NAME`.',
  },
  MODEL_NOT_ALLOWED: {
    status: 403,
    message: 'This key may not use that model.',
    fix: 'Use an allowed model, or make a key with `--models`.',
  },
  TOKEN_REFUSED: {
    status: 401,
    message: 'The access token is not accepted.',
    fix: 'Ask the authorization server that /.well-known/oauth-protected-resource names for a new one.',
  },
  TOOL_NOT_ALLOWED: {
    status: 403,
    message: 'The agent may not use one of the tools that the request offers.',
    fix: 'Leave it out, or give the task to an agent that may use it.',
  },
  DEGRADED: {
    status: 503,
    message: 'The database does not answer, so that a revocation could be missed: agents and changes of rights wait.',
    fix: 'Bring the database back; the gate goes on by itself.',
  },
  PERMISSION_MISSING: {
    status: 403,
    message: 'This key may not use this endpoint.',
    fix: 'Make a key with the permission that the documentation names.',
  },
  RATE_LIMITED: { status: 429, message: 'This key is over its limit.', fix: 'Wait for the time in the retry-after header.' },
  BUDGET_EXHAUSTED: {
    status: 429,
    message: 'This request could cost more than is left to spend.',
    fix: 'Wait for the time in the retry-after header, ask for fewer output tokens, or raise the budget.',
  },
  PRICE_UNKNOWN: {
    status: 403,
    message: 'This key has a budget, and nobody knows what this model costs.',
    fix: 'Write its price into `limits: {prices: [{model, input, output}]}` in sallyport.yaml.',
  },
  LOOP_DETECTED: {
    status: 429,
    message: 'This key sends the same request again and again.',
    fix: 'Look for a loop in the app. `limits: {identicalCalls}` in sallyport.yaml sets how often is too often.',
  },
  BODY_TOO_LARGE: { status: 413, message: 'The request body is too large.', fix: 'Send less, or raise `gateway.bodyBytes`.' },
  BODY_INCOMPLETE: { status: 400, message: 'The request body ended early.', fix: 'Send the whole body, with the right content-length.' },
  ENCODING_NOT_SUPPORTED: {
    status: 415,
    message: 'This content-encoding is not supported.',
    fix: 'Send the body as it is, or with gzip, deflate, br or zstd.',
  },
  ENCODING_BROKEN: {
    status: 400,
    message: 'The compressed body cannot be decoded within its bounds.',
    fix: 'Send a well-formed body whose size is at most 100 times its compressed size.',
  },
  TYPE_NOT_JSON: { status: 415, message: 'The body must be JSON.', fix: 'Send `content-type: application/json`.' },
  BODY_NOT_JSON: { status: 400, message: 'The body is not valid JSON.', fix: 'Check the syntax of the body.' },
  BODY_NOT_UTF8: { status: 400, message: 'The body is not valid UTF-8.', fix: 'Encode the body as UTF-8.' },
  BODY_TOO_DEEP: { status: 400, message: 'The JSON is nested too deeply or holds too many values.', fix: 'Send at most 64 levels.' },
  BODY_DUPLICATE_KEY: {
    status: 400,
    message: 'An object in the body has the same key twice.',
    fix: 'Send each key once: two readers could take different values.',
  },
  BODY_UNSAFE_INTEGER: { status: 400, message: 'The body holds an integer beyond 2^53.', fix: 'Send such a number as a string.' },
  REQUEST_INVALID: { status: 400, message: 'The request is not valid.', fix: 'Correct what is named.' },
  EVENT_UNKNOWN: {
    status: 404,
    message: 'There is no such event, or it belongs to another key.',
    fix: 'Use the id from the x-sallyport-event header of your own request.',
  },
  UNKNOWN_MODEL: {
    status: 404,
    message: 'No provider is configured for this model.',
    fix: 'Use one of the models listed, or add a provider.',
  },
  WRONG_ENDPOINT: { status: 400, message: 'This model is not served at this endpoint.', fix: "Use the endpoint of the model's own API." },
  PROVIDER_FAILED: {
    status: 502,
    message: 'The model provider could not be reached or broke off.',
    fix: 'Try again; `sallyport doctor` shows the health of each provider.',
  },
  PROVIDER_INVALID: {
    status: 502,
    message: 'The model provider sent a reply that cannot be checked.',
    fix: 'Nothing unchecked is delivered; look at the event for what was wrong.',
  },
  PROVIDER_TIMEOUT: {
    status: 504,
    message: 'The model provider did not answer in time.',
    fix: 'Try again, or raise the provider time limits.',
  },
  PROVIDER_UNAVAILABLE: {
    status: 503,
    message: 'The model provider is not available at present.',
    fix: 'Try again after the time in the retry-after header; `sallyport doctor` shows the health of each provider.',
  },
  NOT_RECORDED: {
    status: 503,
    message: 'The event log cannot be written, so the request is refused rather than left unrecorded.',
    fix: 'Free disk space on the gate; it goes on by itself.',
  },
  STORE_GONE: {
    status: 503,
    message: 'The database has been gone for longer than the configured grace.',
    fix: 'Bring the database back; the gate goes on by itself.',
  },
  OVERLOADED: { status: 503, message: 'Too many requests are under way.', fix: 'Try again after the time in the retry-after header.' },
  INTERNAL: { status: 500, message: 'The gate failed.', fix: 'Look at the log of the gate at this time; the event names the request.' },
} satisfies ErrorCatalogue;

export type GatewayErrorCode = keyof typeof ERRORS;
