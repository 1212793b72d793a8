import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SRC, TOP } from '../top.ts';

const PACKAGE = join(TOP, 'packages/sallyport');
/** What the program reads beside its code: everything in `src` that is neither TypeScript nor a text for people. */
const ASSETS = '**/*.{wasm,yaml,json,sql,zst,bin,txt}';

/**
 * Builds what is published: JavaScript and its types from `src`, the files that the code reads, the console's pages, licence and README.
 * `npm run pack [-- FOLDER]` prints the path of the archive, `build/sallyport-VERSION.tgz`, which `npm install` takes.
 */
function buildPackage(folder: string = join(TOP, 'build')): string {
  const root = join(folder, 'package');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  compile(join(root, 'dist'));
  for (const file of globSync(ASSETS, { cwd: join(TOP, SRC) })) copy(join(TOP, SRC, file), join(root, 'dist', file));
  for (const folder of ['console-dist', 'vendor-dist']) cpSync(join(PACKAGE, folder), join(root, folder), { recursive: true });
  for (const file of globSync('vendor/*.d.ts', { cwd: PACKAGE })) copy(join(PACKAGE, file), join(root, file));
  for (const file of ['LICENSE', 'README.md']) copy(join(TOP, file), join(root, file));
  writeFileSync(join(root, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  return archive(root, folder);
}

console.log(buildPackage(process.argv[2]));

function compile(out: string): void {
  const config = join(TOP, 'tools/pack/tsconfig.json');
  execFileSync(process.execPath, [join(TOP, 'node_modules/typescript/bin/tsc'), '-p', config, '--outDir', out], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // The compiler rewrites imports; a worker is named by an address.
  for (const file of globSync('**/*.js', { cwd: out })) {
    const text = readFileSync(join(out, file), 'utf8');
    const rewritten = text.replaceAll(/new URL\('(\.[^']*)\.ts', import\.meta\.url\)/g, "new URL('$1.js', import.meta.url)");
    if (rewritten !== text) writeFileSync(join(out, file), rewritten);
  }
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

/** The package's manifest without what only the repository needs; every dependency in its exact version. */
function manifest(): object {
  const written = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as Record<string, unknown>;
  Reflect.deleteProperty(written, 'devDependencies');
  return written;
}

function archive(root: string, folder: string): string {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', root, '--json', '--pack-destination', folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  ) as [{ filename: string }];
  const file = join(folder, packed.filename);
  const named = join(folder, 'sallyport.tgz');
  // Under a name without a version too: that is what the container file copies.
  cpSync(file, `${named}.new`);
  renameSync(`${named}.new`, named);
  return file;
}
