export { addressClass, isPublicAddress, type AddressClass } from './address.ts';
export { systemResolver, type Resolve, type ResolvedAddress } from './resolve.ts';
export { outboundUrl } from './url.ts';
export { guardedConnector, type Allow, type ConnectOptions } from './connect.ts';
export { guardedPool, type PoolLimits } from './pool.ts';
export { asNetError, guardedFetch, type GuardedReply, type GuardedRequest } from './fetch.ts';
export { isLoopback, listenOn, listenOnHosts, type Listening } from './listen.ts';
