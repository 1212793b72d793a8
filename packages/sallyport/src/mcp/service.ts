export { readMachine } from './sandbox/index.ts';
