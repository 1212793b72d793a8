import type { ProviderError } from '../providers/service.ts';
import { ERRORS, type GatewayErrorCode } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { failure, upstreamCode, type Answer } from './forward.ts';

/** The answer when no complete reply came from any provider. The event keeps the provider's own code, the client gets one of ours. */
export function upstreamFailure(exchange: Exchange, error: ProviderError): Answer {
  const code = codeOf(error);
  const { status } = ERRORS[code];
  const answer = failure(exchange, code, status);
  return {
    ...answer,
    headers: error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) },
    outcome: { status, code: error.code, ...(error.provider === '' ? {} : { provider: error.provider }) },
  };
}

/** Nothing was sent, and that is known: the client may ask again without fear of asking twice. */
function codeOf(error: ProviderError): GatewayErrorCode {
  return error.code === 'UPSTREAM_BUSY' || error.code === 'UPSTREAM_UNAVAILABLE' ? 'PROVIDER_UNAVAILABLE' : upstreamCode(error);
}
