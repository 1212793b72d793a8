import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  UPSTREAM_TIMEOUT: {
    status: 504,
    message: 'The model provider did not answer in time.',
    fix: 'Try again; raise `timeouts` of the provider in sallyport.yaml when its replies take longer.',
  },
  UPSTREAM_UNREACHABLE: {
    status: 502,
    message: 'The model provider could not be reached.',
    fix: 'Run `sallyport provider test NAME`: it names the reason (name service, connection, certificate).',
  },
  UPSTREAM_RESET: { status: 502, message: 'The model provider broke the connection off.', fix: 'Try again.' },
  UPSTREAM_TOO_LARGE: {
    status: 502,
    message: 'The reply of the model provider is larger than allowed.',
    fix: 'Ask for less, or ask for a stream.',
  },
  UPSTREAM_PROTOCOL: {
    status: 502,
    message: 'The model provider did not answer in correct HTTP.',
    fix: 'Check that `baseUrl` leads to the provider itself.',
  },
  UPSTREAM_REDIRECT: {
    status: 502,
    message: 'The model provider redirects to another address, which is never followed.',
    fix: 'Write the final address into `baseUrl`.',
  },
  UPSTREAM_ENCODING: {
    status: 502,
    message: 'The model provider sent a compressed reply although that was not asked for.',
    fix: 'Switch compression off on the provider or on the proxy before it.',
  },
  UPSTREAM_ADDRESS_REFUSED: {
    status: 502,
    message: 'The address of the model provider may not be reached.',
    fix: 'Use https for public addresses; cloud metadata and link-local addresses are never reached.',
  },
  UPSTREAM_UNAVAILABLE: {
    status: 503,
    message: 'The model provider is not available at present.',
    fix: 'Try again later; `sallyport provider list` shows why (circuit open, key missing).',
  },
  UPSTREAM_BUSY: {
    status: 503,
    message: 'Too many requests to this model provider are under way.',
    fix: 'Try again; raise `maxConcurrent` of the provider.',
  },
  PROVIDERS_CONFIG: {
    status: 500,
    message: 'The providers in the configuration are wrong.',
    fix: 'Correct the named entries of `providers` in sallyport.yaml.',
  },
  PROVIDER_UNKNOWN: { status: 404, message: 'There is no provider of this name.', fix: 'Run `sallyport provider list`.' },
  PROVIDER_KEY_INVALID: {
    status: 400,
    message: 'This is no usable provider key.',
    fix: 'Give 8 to 4,096 visible ASCII characters without spaces, as the provider shows them.',
  },
  PROVIDER_KEY_UNKNOWN: { status: 404, message: 'No key is sealed under this name.', fix: 'Run `sallyport provider key set NAME`.' },
} satisfies ErrorCatalogue;

export const fail = errors(ERRORS);
