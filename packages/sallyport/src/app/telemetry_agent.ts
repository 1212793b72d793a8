import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { guardedConnector } from '../net/index.ts';

/** Batches that are sent at once; the exporter makes them one after the other. */
const CONNECTIONS = 2;

/**
 * An agent for Node's own HTTP client whose connections pass the address guard, for libraries that bring no other client. The operator wrote
 * the address down, so it may be private; metadata addresses are refused, and plain HTTP across a public network too.
 */
export function guardedAgent(protocol: string): HttpAgent {
  const connect = guardedConnector({ allow: 'as-written' });
  const tls = protocol === 'https:';
  const options = { keepAlive: true, maxSockets: CONNECTIONS };
  const agent = tls ? new HttpsAgent(options) : new HttpAgent(options);
  agent.createConnection = ({ host, port }, done) => {
    const hostname = host ?? '';
    connect({ hostname, protocol, port: String(port ?? (tls ? 443 : 80)) }, (error, socket) => {
      // Node reads the socket only where there is no error; its types ask for both.
      if (error === null) done?.(null, socket);
      else (done as ((error: Error) => void) | undefined)?.(error);
    });
    return undefined;
  };
  return agent;
}
