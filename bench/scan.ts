// The speed and memory of the code scanner: node bench/scan.ts DIR... [--language python] [--rounds N]
// Prints one line a language: megabytes of text per second of parsing and lowering alone, of the whole scan, their ratio, findings per 1,000 lines.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { grammarOf, languageOf, LANGUAGES, scanCode, type SourceFile } from '../packages/sallyport/src/scan/code/index.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { language: { type: 'string' }, rounds: { type: 'string', default: '3' }, list: { type: 'boolean', default: false } },
});

function* filesBelow(path: string): Generator<string> {
  if (statSync(path).isFile()) yield path;
  else
    for (const entry of readdirSync(path, { withFileTypes: true })) if (!entry.isSymbolicLink()) yield* filesBelow(join(path, entry.name));
}

const files: SourceFile[] = positionals
  .flatMap((folder) => [...filesBelow(folder)])
  .filter((path) => grammarOf(path) !== undefined && statSync(path).size < 1_000_000)
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

for (const language of LANGUAGES) {
  if (values.language !== undefined && values.language !== language) continue;
  const own = files.filter(({ path }) => languageOf(grammarOf(path) ?? 'python') === language);
  if (own.length === 0) continue;
  const lines = own.reduce((sum, { text }) => sum + text.split('\n').length, 0);
  for (let round = 0; round < Number(values.rounds); round++) {
    const { stats, findings, notScanned } = await scanCode(own);
    const megabytes = stats.characters / 1e6;
    const whole = stats.front + stats.analysis;
    console.log(
      `${language}: ${own.length} files, ${megabytes.toFixed(2)} MB; front end ${((megabytes / stats.front) * 1000).toFixed(2)} MB/s, whole ` +
        `${((megabytes / whole) * 1000).toFixed(2)} MB/s, ratio ${(whole / stats.front).toFixed(2)}; ${findings.length} findings, ` +
        `${((findings.length / lines) * 1000).toFixed(2)} per 1,000 lines; ${notScanned.length} not scanned; ` +
        `${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident`,
    );
    if (values.list && round === 0) {
      for (const { rule, location } of findings) if (location.kind === 'file') console.log(`  ${rule} ${location.path}:${location.line}`);
    }
  }
}
