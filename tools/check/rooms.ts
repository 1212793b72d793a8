import { SRC } from '../top.ts';
import type { SourceFile } from './files.ts';

/** A file that is longer holds more than one idea. */
export const MAX_FILE_LINES = 400;
/** A README that is longer is not read. */
export const MAX_README_LINES = 60;

const lineCount = (text: string): number => (text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0));

/** Source files over the limit; tests, generated files and declarations may be longer. */
export function longFiles(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => /^(packages|tools|bench)\/.*\.tsx?$/.test(file.path) && !/\.test\.tsx?$|\.generated\.tsx?$|\.d\.ts$/.test(file.path))
    .filter((file) => lineCount(file.text) > MAX_FILE_LINES)
    .map((file) => `${file.path}: ${lineCount(file.text)} lines, ${MAX_FILE_LINES} at most; split it by idea`);
}

/** Modules whose README is missing or too long. */
export function readmes(files: readonly SourceFile[]): string[] {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  const modules = new Set(files.filter((file) => file.path.startsWith(`${SRC}/`)).map((file) => file.path.split('/')[3] ?? ''));
  const problems: string[] = [];
  for (const module of [...modules].sort()) {
    const path = `${SRC}/${module}/README.md`;
    const text = texts.get(path);
    if (text === undefined) problems.push(`${path}: missing; say the purpose, invariants, tables, events, and the files in reading order`);
    else if (lineCount(text) > MAX_README_LINES) problems.push(`${path}: ${lineCount(text)} lines, ${MAX_README_LINES} at most`);
  }
  return problems;
}

/** Folders and files that are named after no thing. */
export function drawers(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => /^(packages|tools)\/.*\.tsx?$/.test(file.path))
    .filter((file) => /(^|\/)(utils?|helpers?|common|misc|shared)(\/|\.tsx?$)|[Mm]anager\.tsx?$/.test(file.path))
    .map((file) => `${file.path}: name it after the thing it holds`);
}
