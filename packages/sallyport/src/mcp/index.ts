export { readServers } from './gateway/server_spec.ts';
