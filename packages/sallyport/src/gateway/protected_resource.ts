import type { ServerResponse } from 'node:http';
import { GATEWAY_SCOPES, PROOF_ALGORITHMS } from '../identity/service.ts';
import type { GatewayDeps } from './context.ts';
import { RESOURCE_METADATA } from './endpoint.ts';
import { sendError, sendJson } from './reply.ts';

/** A part of the port that has metadata of its own: MCP clients ask below the path of their server. */
const PATH = /^(?:\/[A-Za-z0-9_-]{1,100}){0,6}$/;

type Deps = { readonly identity: Pick<GatewayDeps['identity'], 'place'> };

/** OAuth 2.0 Protected Resource Metadata (RFC 9728) of the port, or of the part of it below `path`. */
export function resourceMetadata(deps: Deps, path: string, response: ServerResponse): void {
  const place = deps.identity.place();
  if (place === undefined || !PATH.test(path)) return sendError(response, 'chat', 'ENDPOINT_NOT_GUARDED');
  sendJson(response, 200, {
    resource: `${place.resource}${path}`,
    resource_name: 'Sallyport gateway',
    authorization_servers: [place.issuer],
    scopes_supported: [...GATEWAY_SCOPES],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: [...PROOF_ALGORITHMS],
    authorization_details_types_supported: ['tool_call'],
  });
}

/** `WWW-Authenticate` (RFC 9110 section 11.6.1, RFC 9728 section 5.1, RFC 9449 section 7.1): where to get a token, and what was wrong with this one. */
export function challengeOf({ identity }: Deps, target: string, say?: string, scope?: string): string {
  const place = identity.place();
  if (place === undefined) return 'Bearer';
  const named = target.split('?', 1)[0] as string;
  const path = named === '/mcp' || named.startsWith('/mcp/') ? named : '';
  const metadata = `resource_metadata="${place.resource}${RESOURCE_METADATA}${PATH.test(path) ? path : ''}"`;
  const error = scope === undefined ? (say === undefined ? undefined : 'invalid_token') : 'insufficient_scope';
  const parts = [
    metadata,
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(say === undefined ? [] : [`error_description="${say.replace(/["\\]/g, '')}"`]),
    ...(scope === undefined ? [] : [`scope="${scope}"`]),
  ];
  return `Bearer ${parts.join(', ')}, DPoP algs="${PROOF_ALGORITHMS.join(' ')}"`;
}
