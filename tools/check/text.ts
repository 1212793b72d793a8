import { TOP } from '../top.ts';
import type { SourceFile } from './files.ts';

type Ban = { readonly what: string; readonly pattern: RegExp; readonly applies: (path: string) => boolean };

const TYPESCRIPT = /\.(ts|tsx|mjs)$/;
const isTest = (path: string): boolean => /\.test\.tsx?$|^packages\/sallyport\/test\//.test(path);
const isCode = (path: string): boolean => TYPESCRIPT.test(path) && !path.includes('/fixtures/');
/** Lock files name what a package manager resolved; they are written by it alone. */
const isWritten = (path: string): boolean => !path.endsWith('package-lock.json');
const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

const SQL_CALL = /\.query(<[^(]*>)?\(\s*['"`]\s*(select|insert|update|delete|with|create|alter|drop|truncate)\b/i;

/** What no committed text may hold. One-letter classes keep this list from finding itself. */
function bans(top: string): readonly Ban[] {
  return [
    { what: 'a path of one machine', pattern: new RegExp(`${escape(top)}(?![\\w-])|(?<![\\w.~-])/wor[k]/`), applies: isWritten },
    { what: 'the host of a registry', pattern: /registry[.]npmjs|deb[.]debian/, applies: isWritten },
    { what: 'a type check switched off', pattern: /@ts-(ignore|expect-error|nocheck)/, applies: isCode },
    { what: 'unfinished work', pattern: /(\/\/|\*)\s*(TOD[O]|FIXM[E]|XX[X])\b/, applies: isCode },
    { what: 'a test that runs alone', pattern: /\b(test|it|describe|suite)\.only\(/, applies: isTest },
    { what: 'SQL outside store.ts', pattern: SQL_CALL, applies: mayNotHoldSql },
  ];
}

function mayNotHoldSql(path: string): boolean {
  // The cases of the code scanner's checks are code of others that is meant to be wrong.
  return path.startsWith('packages/sallyport/src/') && !isTest(path) && !/\/store\.ts$|\/src\/store\/|\/scan\/code\/checks\//.test(path);
}

/** Lines of `files` that hold what no committed text may hold. */
export function bannedText(files: readonly SourceFile[], top: string = TOP): string[] {
  const problems: string[] = [];
  for (const ban of bans(top)) {
    for (const file of files) {
      if (!ban.applies(file.path)) continue;
      const at = ban.pattern.exec(file.text);
      if (at !== null) problems.push(`${file.path}:${file.text.slice(0, at.index).split('\n').length}: ${ban.what}: ${at[0].trim()}`);
    }
  }
  return problems;
}
