import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './open.ts';

/** Below the issuer, and the places where clients look for the metadata of an issuer that has a path (RFC 8414 section 3.1). */
const PLACES = ['/oidc/*', '/.well-known/oauth-authorization-server/oidc', '/.well-known/openid-configuration/oidc'];

/**
 * The authorization server beside the control API on the console port. It reads its own bodies; the checks of Host and Origin have been made by then:
 * they stand in a hook of the whole server.
 */
export function addAuthorizationServer({ control, authorization }: Pick<App, 'control' | 'authorization'>): void {
  for (const url of PLACES) {
    control.tcp.route({
      method: ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'],
      url,
      onRequest: (request: FastifyRequest, reply: FastifyReply) => {
        reply.hijack();
        authorization.handle(request.raw, reply.raw);
      },
      handler: () => undefined,
    });
  }
}
