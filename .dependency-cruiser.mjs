// The import order of the product, one sentence: a module imports only from modules to its left in ORDER, and only their index.ts (pure)
// or service.ts (state); app/ alone also imports routes.ts, commands.ts and config.ts. tools/check/order.ts runs this and counts the modules
// that were seen; tools/check/order.test.ts plants one violation of each rule and expects its name.
export const ORDER = [
  ...[
    'kernel',
    'net',
    'store',
    'keyring',
    'audit',
    'limits',
    'cel',
    'policy',
    'fga',
    'message',
    'flow',
    'guard',
    'documents',
    'risk',
    'scan',
  ],
  ...['identity', 'inventory', 'vault', 'approvals', 'providers', 'knowledge', 'monitor', 'redteam', 'respond', 'govern'],
  ...['gateway', 'mcp', 'control', 'github', 'cli', 'app'],
];
/** Modules that are ports to the outside: all of their files may do input and output. Elsewhere only the stateful rooms may. */
export const PORTS = ['kernel', 'net', 'store', 'keyring', 'audit', 'scan/disk', 'gateway', 'mcp', 'control', 'github', 'cli', 'app'];

const SRC = '^packages/sallyport/src';
const TEST = '\\.test\\.tsx?$';
const rule = (name, from, to) => ({ name, severity: 'error', from, to });

const order = ORDER.slice(0, -1).map((module, at) =>
  rule(`order:${module}`, { path: `${SRC}/${module}/` }, { path: `${SRC}/(${ORDER.slice(at + 1).join('|')})/` }),
);

const frontDoor = [
  rule(
    'front-door',
    { path: `${SRC}/([^/]+)/`, pathNot: `${SRC}/app/` },
    { path: `${SRC}/`, pathNot: [`${SRC}/$1/`, `${SRC}/[^/]+/(index|service)\\.ts$`] },
  ),
  rule(
    'front-door:app',
    { path: `${SRC}/app/` },
    { path: `${SRC}/`, pathNot: [`${SRC}/app/`, `${SRC}/[^/]+/(index|service|routes|commands|config)\\.ts$`] },
  ),
];

const IO = '^(node:)?(fs|fs/promises|net|http|https|http2|child_process|dns|dns/promises|tls|dgram|worker_threads|cluster)$';
const pure = { path: `${SRC}/`, pathNot: [`${SRC}/(${PORTS.join('|')})/`, '[/_](service|store|routes|commands)\\.ts$', TEST] };

export default {
  forbidden: [
    ...order,
    ...frontDoor,
    rule('listed', { path: `${SRC}/`, pathNot: `${SRC}/(${ORDER.join('|')})/` }, {}),
    rule('pure:io', pure, { path: IO }),
    rule('pure:state', pure, { path: [`${SRC}/store/`, `${SRC}/.*/(service|store|routes)\\.ts$`] }),
    rule('test-kit', { path: `${SRC}/`, pathNot: TEST }, { path: '^packages/sallyport/test/' }),
    rule('tests-are-leaves', {}, { path: TEST }),
    rule('tools-are-apart', { path: '^packages/' }, { path: '^(tools|bench)/' }),
    rule('resolved', { path: '^packages/' }, { couldNotResolve: true }),
    rule('no-cycles', {}, { circular: true }),
  ],
  // TypeScript 7 has no parser that dependency-cruiser can use: with its own it sees no module at all and reports no violation.
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|console-dist|node_modules)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
