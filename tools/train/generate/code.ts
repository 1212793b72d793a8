import { CLASSES } from '../../../packages/sallyport/src/guard/detectors/injection/class_words.ts';
import type { Random } from '../random.ts';

/** Words of the model's classes that programs use as names. */
const NAMES = CLASSES.flatMap(([, , words]) => words).filter((word) => /^[a-z]{3,14}$/.test(word));

/** Names that say nothing. */
const PLAIN =
  'item node index path width value count size buffer table row cell point color layer shape parser lexer cursor offset length total sum array map set entry option flag handler socket stream chunk frame module factory builder util node tree leaf graph edge vertex matrix vector lock mutex thread pool worker'.split(
    ' ',
  );

const LINES: readonly ((name: () => string) => string)[] = [
  (name) => `${name()}.${name()} = ${name()}.${name()};`,
  (name) => `const ${name()} = ${name()}(${name()}, ${name()});`,
  (name) => `  ${name()}: ${name()}.${name()} + ${name()}.${name()},`,
  (name) => `  ${name()}(${name()}: ${name()}): void;`,
  (name) => `if (${name()}.${name()} !== ${name()}) ${name()}.${name()}();`,
  (name) => `  ${name()}?(${name()}: string, ${name()}: any): ${name()};`,
  (name) => `import { ${name()}, ${name()}, ${name()} } from './${name()}.js';`,
  (name) => `exports.${name()} = ${name()};`,
  (name) => `def ${name()}(self, ${name()}=None):\n    return self.${name()}.${name()}(${name()})`,
  (name) => `  case '${name()}': return ${name()}(${name()});`,
  (name) => `"${name()}": "${name()}",`,
  (name) => `  { ${name()}: { ${name()}: ${name()}, ${name()}: ${name()} } },`,
  (name) => `${name()} --${name()} ${name()} --${name()}=${name()}`,
  (name) => `// ${name()} ${name()}`,
  (name) => `.${name()}-${name()} { ${name()}: ${name()}; }`,
  (name) => `throw new Error('${name()} ${name()} ${name()}');`,
  (name) => `insert into ${name()} (${name()}, ${name()}) values ($1, $2);`,
  (name) => `${name()}.on('${name()}', () => ${name()}.${name()}(${name()}));`,
];

/** Some lines of code some of whose names are words of orders: there they name things. A few names come again and again, as in a file. */
export function namedAsOrders(random: Random): string {
  const few = Array.from({ length: 6 + random.below(30) }, () => random.of(random.chance(0.4) ? NAMES : PLAIN));
  const own = random.chance(0.5) ? LINES : [random.of(LINES), random.of(LINES), random.of(LINES)];
  return Array.from({ length: 3 + random.below(30) }, () => random.of(own)(() => random.of(few))).join('\n');
}
