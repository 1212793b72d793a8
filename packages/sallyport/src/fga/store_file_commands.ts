import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, isAbsolute, relative, resolve } from 'node:path';
import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { fail } from './errors.ts';
import { modelFromModules, modelFromText } from './model_text.ts';
import type { StoreFile } from './store_file.ts';

/** Most that one file of a store may have. */
const MAX_FILE_BYTES = 16 * 1_024 * 1_024;

const wrong = (say: string): Error => fail('FGA_FILE_INVALID', { say });

/**
 * Reads a store file with all that it names (model, modules, tuples), as OpenFGA's command line has them: `model` or `model_file` (`.fga`, `.json`,
 * `fga.mod`), `tuples`, `tuple_file` and `tuple_files` (`.yaml`, `.json`, `.jsonl`, `.csv`). Files that it names must lie in its folder or below.
 * Rejects FGA_FILE_INVALID, FGA_MODEL_INVALID.
 */
export async function readStoreFile(path: string): Promise<StoreFile> {
  const folder = dirname(path);
  const { parse } = await import('yaml');
  const yaml = (text: string, name: string): Json => {
    try {
      return parse(text) as Json;
    } catch (error) {
      throw wrong(`${name}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'cannot be read'}`);
    }
  };
  const read = (name: string): string => textOf(inside(folder, name), name);
  const file = yaml(textOf(path, path), path);
  if (!isObject(file)) throw wrong('It is not a mapping.');
  const tuplesOf = (name: Json): JsonObject[] => (typeof name === 'string' ? tuplesIn(name, read(name), yaml) : []);
  const many = Array.isArray(file['tuple_files']) ? file['tuple_files'] : [];
  return {
    name: typeof file['name'] === 'string' ? file['name'] : '',
    model: await modelOf(file, read, folder),
    tuples: [...objects(file['tuples']), ...[file['tuple_file'] ?? null, ...many].flatMap(tuplesOf)],
    tests: objects(file['tests']).map((test) => ({
      ...test,
      tuples: [...objects(test['tuples']), ...tuplesOf(test['tuple_file'] ?? null)],
    })),
  };
}

/** The path of a file that a store file names. */
function inside(folder: string, name: string): string {
  const path = resolve(folder, name);
  const way = relative(folder, path);
  if (way.startsWith('..') || isAbsolute(way)) throw wrong(`${name} lies outside the folder of the store file.`);
  return path;
}

function textOf(path: string, name: string): string {
  const about = statSync(path, { throwIfNoEntry: false });
  if (about?.isFile() !== true) throw wrong(`${name} cannot be read.`);
  if (about.size > MAX_FILE_BYTES) throw wrong(`${name} has more than ${MAX_FILE_BYTES} bytes.`);
  return readFileSync(path, 'utf8');
}

async function modelOf(file: JsonObject, read: (name: string) => string, folder: string): Promise<JsonObject> {
  const name = file['model_file'];
  if (typeof file['model'] === 'string' && file['model'] !== '') return modelOfText(file['model']);
  if (typeof name !== 'string') throw wrong('It has no model.');
  if (extname(name) !== '.mod') return modelOfText(read(name));
  // What a modular model names is named from its own folder.
  const own = relative(folder, dirname(resolve(folder, name)));
  return modelFromModules(read(name), (part) => read(own === '' ? part : `${own}/${part}`));
}

/** A model in the modelling language, or as JSON. */
async function modelOfText(source: string): Promise<JsonObject> {
  return source.trimStart().startsWith('{') ? jsonOf(source, 'the model') : modelFromText(source);
}

function jsonOf(text: string, name: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    if (isObject(value)) return value;
  } catch {
    // As below.
  }
  throw wrong(`${name} is not a JSON object.`);
}

function tuplesIn(name: string, text: string, yaml: (text: string, name: string) => Json): JsonObject[] {
  switch (extname(name)) {
    case '.json':
    case '.yaml':
    case '.yml':
      return objects(yaml(text, name));
    case '.jsonl':
      return text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [jsonOf(line, `line ${i + 1} of ${name}`)]));
    case '.csv':
      return tuplesOfRows(rowsOf(text), name);
    default:
      throw wrong(`${name}: tuples are read from .yaml, .json, .jsonl and .csv.`);
  }
}

const REQUIRED = ['user_type', 'user_id', 'relation', 'object_type', 'object_id'] as const;
const COLUMNS: readonly string[] = [...REQUIRED, 'user_relation', 'condition_name', 'condition_context'];

function tuplesOfRows([head = [], ...rows]: readonly (readonly string[])[], name: string): JsonObject[] {
  const columns = head.map((column) => column.trim());
  const unknown = columns.find((column) => !COLUMNS.includes(column));
  if (unknown !== undefined) throw wrong(`${name}: there is no column ${unknown}; there are ${COLUMNS.join(', ')}.`);
  const missing = REQUIRED.find((column) => !columns.includes(column));
  if (missing !== undefined) throw wrong(`${name} has no column ${missing}.`);
  return rows.map((row, i) => {
    const at = (column: string): string => row[columns.indexOf(column)] ?? '';
    const condition = at('condition_name');
    const context = at('condition_context');
    const given = context === '' ? {} : jsonOf(context, `condition_context in row ${i + 1} of ${name}`);
    return {
      user: `${at('user_type')}:${at('user_id')}${at('user_relation') === '' ? '' : `#${at('user_relation')}`}`,
      relation: at('relation'),
      object: `${at('object_type')}:${at('object_id')}`,
      ...(condition === '' ? {} : { condition: { name: condition, context: given } }),
    };
  });
}

/** Rows of RFC 4180; empty lines are none. */
function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end = ''] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
