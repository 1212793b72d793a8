import type { FastifyInstance } from 'fastify';
import type { Permission } from '../kernel/index.ts';
import type { Identify } from './caller.ts';
import { fail } from './errors.ts';

/** Prometheus text, and who may read it: traffic figures say much about an organisation. */
export type Metrics = { read(): Promise<{ contentType: string; text: string }>; readonly permission: Permission | 'public' };

/** `/healthz` says that the process answers and nothing else; whoever restarts it needs no more. */
export function addHealth(server: FastifyInstance): void {
  server.get('/healthz', (_request, reply) => reply.type('application/json; charset=utf-8').send('{"status":"ok"}'));
}

/** `/metrics`, in the text form of Prometheus. */
export function addMetrics(server: FastifyInstance, metrics: Metrics, identify: Identify): void {
  server.get('/metrics', async (request, reply) => {
    if (metrics.permission !== 'public') {
      const caller = await identify(request.headers);
      if (!caller.permissions.has(metrics.permission)) throw fail('CONTROL_FORBIDDEN', { say: `It needs ${metrics.permission}.` });
    }
    const { contentType, text } = await metrics.read();
    return reply.type(contentType).send(text);
  });
}
