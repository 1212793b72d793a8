import { FgaError, sendProblem, serveApi, type Fga } from '../fga/service.ts';
import type { Area } from '../gateway/service.ts';

/** OpenFGA's API at `/fga` of the gateway port: the tenant is the key's, the permissions are `fga:read` and `fga:write`. */
export function fgaArea(fga: Fga): Area {
  return {
    prefix: '/fga/',
    serve: (request, target, body, key, response) =>
      serveApi(
        fga,
        {
          method: request.method ?? 'GET',
          target,
          body,
          tenant: key.tenant,
          actor: key.principal,
          permissions: key.permissions,
          modelHeader: headerOf(request.headers['openfga-authorization-model-id']),
        },
        response,
      ),
    refuse: (response, status, message) => {
      const { code } = new FgaError(status === 401 ? 'unauthenticated' : 'validation_error', message);
      sendProblem(response, { status, code, message });
    },
  };
}

function headerOf(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}
