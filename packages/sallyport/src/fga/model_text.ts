import type syntax from '@openfga/syntax-transformer';
import { AppError, type JsonObject } from '../kernel/index.ts';
import { fail } from './errors.ts';

// The parser of the model language is large and rarely needed: it is loaded with its first use.
const load = async (): Promise<(typeof syntax)['transformer']> => (await import('@openfga/syntax-transformer')).default.transformer;

/** Longest text of a model; as JSON it may have 256 KB, which is several times as long. */
export const MAX_MODEL_TEXT = 128 * 1_024;

/** A model in OpenFGA's language as JSON. Rejects FGA_MODEL_INVALID, which names lines. */
export async function modelFromText(text: string): Promise<JsonObject> {
  const transformer = await load();
  try {
    return transformer.transformDSLToJSONObject(text) as unknown as JsonObject;
  } catch (error) {
    throw fail('FGA_MODEL_INVALID', { say: problemsOf(error).join('; ') });
  }
}

/** A modular model: the text of its `fga.mod`, and a way to the files that it names. Rejects FGA_MODEL_INVALID. */
export async function modelFromModules(mod: string, read: (name: string) => string): Promise<JsonObject> {
  const transformer = await load();
  try {
    const { schema, contents } = transformer.transformModFileToJSON(mod);
    const files = contents.value.map(({ value }) => ({ name: value, contents: read(value) }));
    return transformer.transformModuleFilesToModel(files, schema.value) as unknown as JsonObject;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw fail('FGA_MODEL_INVALID', { say: problemsOf(error).join('; ') });
  }
}

/** A model in OpenFGA's language. Rejects FGA_MODEL_INVALID for what the language cannot say. */
export async function textFromModel(model: JsonObject): Promise<string> {
  const transformer = await load();
  try {
    return transformer.transformJSONToDSL(model as unknown as Parameters<typeof transformer.transformJSONToDSL>[0]);
  } catch (error) {
    throw fail('FGA_MODEL_INVALID', { say: problemsOf(error).join('; ') });
  }
}

/** Problems shown; a text that is no model at all has one a line. */
const MAX_PROBLEMS = 10;

function problemsOf(error: unknown): string[] {
  const list = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : [];
  const found = list.slice(0, MAX_PROBLEMS).map((one) => {
    const { line, msg } = one as { line?: { start?: number }; msg?: string };
    const at = typeof line?.start === 'number' ? `line ${line.start + 1}: ` : '';
    return `${at}${msg ?? 'cannot be read'}`;
  });
  return found.length > 0 ? found : [error instanceof Error ? error.message : String(error)];
}
