export { isPublicAddress, networkOf } from './address.ts';
export { systemResolver, type Resolve, type ResolvedAddress } from './resolve.ts';
export { outboundUrl } from './url.ts';
export { guardedConnector, type Allow } from './connect.ts';
export { guardedPool } from './pool.ts';
export { asNetError, guardedFetch, type GuardedReply } from './fetch.ts';
export { openServerTls, type ServerTls } from './server_tls.ts';
export { clientAddress, proxyProblem, type AddressOf } from './client_address.ts';
export { isLoopback, listenOn, listenOnHosts, type Listening } from './listen.ts';
