#!/usr/bin/env node
// Imports nothing before it has looked: an older Node would stop at the first name that it lacks, with a message about that name.
const OLDEST = 24;

if (Number(process.versions.node.split('.')[0]) >= OLDEST) await import('./main.ts');
else {
  process.stderr.write(
    `sallyport: This Node is too old: it is ${process.versions.node}.\nUse Node ${OLDEST} or newer (https://nodejs.org); \`./run\` of a checkout brings its own.\n`,
  );
  process.exitCode = 1;
}
