export { runCli, type CliDeps, type LocalApi, type LocalPlace } from './run.ts';
export { terminalOf, type Terminal } from './terminal.ts';
