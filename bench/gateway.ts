import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { startCluster } from '../packages/sallyport/test/kit/postgres.ts';
import { runCli } from '../packages/sallyport/test/kit/sallyport.ts';

// The gate against its peers: npm run bench -- TOOLS [--only REGEXP] [--passes N] [--plan short|full] [--off]
// TOOLS is the folder of the load bench (mock upstream, load generator, peers; see bench/README.md). The store is an ephemeral PostgreSQL,
// whose CPU is not in the figures; --off measures with the guards off as well. Everything listens on 127.0.0.1.

const HERE = import.meta.dirname;
const WORK = resolve(HERE, 'work');
const MAIN = resolve(HERE, '../packages/sallyport/src/app/main.ts');
const [tools, ...rest] = process.argv.slice(2);
if (tools === undefined || tools.startsWith('--')) {
  console.error('usage: npm run bench -- TOOLS [--only REGEXP] [--passes N] [--plan short|full] [--off]');
  process.exit(2);
}
const off = rest.includes('--off');
const flags = rest.filter((flag) => flag !== '--off');

rmSync(resolve(WORK, 'gates'), { recursive: true, force: true });
mkdirSync(resolve(WORK, 'gates'), { recursive: true });
const cluster = await startCluster();
if (cluster === undefined) {
  console.error('PostgreSQL is needed: install postgresql-15');
  process.exit(2);
}
try {
  const targets = [
    await target('sallyport', 8140, true, cluster.url),
    ...(off ? [await target('sallyport-guards-off', 8141, false, cluster.url)] : []),
  ];
  const files = targets.map((one) => {
    const file = resolve(WORK, 'gates', `${one.name}.json`);
    writeFileSync(file, JSON.stringify(one));
    return file;
  });
  await new Promise((done) => {
    const bench = spawn(process.execPath, [resolve(tools, 'bench-all.mjs'), ...files, ...flags], {
      stdio: 'inherit',
      env: { ...process.env, GB: resolve(WORK, 'peers'), NODE: process.execPath },
    });
    bench.on('exit', done);
  });
} finally {
  await cluster.stop();
}

async function target(name: string, port: number, guards: boolean, url: string): Promise<{ name: string } & Record<string, unknown>> {
  const dir = resolve(WORK, 'gates', name);
  mkdirSync(dir, { recursive: true });
  const database = `bench_${port}`;
  spawnSync('psql', [url, '-qc', `create database ${database}`], { stdio: 'inherit' });
  const own = new URL(url);
  own.pathname = `/${database}`;
  const config = resolve(dir, 'sallyport.yaml');
  writeFileSync(
    config,
    [
      'providers:',
      `  - { name: openai, kind: openai, baseUrl: "http://127.0.0.1:${process.env['MOCK_PORT'] ?? '9900'}/v1", apiKey: "\${env:BENCH_PROVIDER_KEY}", models: ["*"], discover: false }`,
      `store: { url: "\${env:BENCH_STORE}" }`,
      ...(guards ? [] : ['gateway: { guards: false }']),
      '',
    ].join('\n'),
  );
  const env = { ...process.env, BENCH_STORE: own.href, BENCH_PROVIDER_KEY: 'sk-bench-1234567890abcdefghij' };
  const data = resolve(dir, 'data');
  const made = await runCli(['key', 'create', '--name', 'bench', '--json', '--data', data, '--config', config], env);
  if (made.code !== 0) throw new Error(made.stderr);
  const { key } = JSON.parse(made.stdout) as { key: string };
  return {
    name,
    cmd: [
      process.execPath,
      '--max-semi-space-size=16',
      MAIN,
      'up',
      '--config',
      config,
      '--data',
      data,
      '--gateway-port',
      String(port),
      '--console-port',
      '0',
    ],
    port,
    env: {
      MALLOC_ARENA_MAX: '2',
      NODE_COMPILE_CACHE: resolve(HERE, '../.cache/compile'),
      BENCH_STORE: own.href,
      BENCH_PROVIDER_KEY: env.BENCH_PROVIDER_KEY,
    },
    headers: [`Authorization: Bearer ${key}`],
    model: 'openai/%s',
  };
}
