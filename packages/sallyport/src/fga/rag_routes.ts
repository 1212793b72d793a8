import type { ServerResponse } from 'node:http';
import type { Permission } from '../kernel/index.ts';
import { sendJson } from '../net/index.ts';
import { readBody, sendProblem } from './api_routes.ts';
import { FgaError } from './problem.ts';
import { allowedRequest, filterRequest } from './rag_request.ts';
import type { Rag, RagCaller } from './rag_service.ts';

/** A request below `/v1/rag`, authenticated, its body bounded. */
export type RagCall = {
  readonly method: string;
  /** `/filter`, `/allowed?user=...`. */
  readonly target: string;
  readonly body: Buffer;
  readonly caller: RagCaller;
  readonly permissions: Pick<ReadonlySet<Permission>, 'has'>;
};

/** Answers `POST /filter` and `GET /allowed`; both need `fga:read`. Rejects faults only. */
export async function serveRag(rag: Rag, { method, target, body, caller, permissions }: RagCall, response: ServerResponse): Promise<void> {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  try {
    if (!permissions.has('fga:read')) throw new FgaError('forbidden', 'This key may not do that: it needs the permission fga:read.');
    const answer =
      method === 'POST' && path === '/filter'
        ? await rag.filter(caller, filterRequest(readBody(body)))
        : method === 'GET' && path === '/allowed'
          ? await rag.allowed(caller, allowedRequest(Object.fromEntries(new URLSearchParams(mark < 0 ? '' : target.slice(mark)))))
          : undefined;
    if (answer === undefined) throw new FgaError('undefined_endpoint', 'Not Found');
    sendJson(response, 200, answer, { 'x-sallyport-event': answer.event });
  } catch (error) {
    if (!(error instanceof FgaError)) throw error;
    sendProblem(response, error);
  }
}
