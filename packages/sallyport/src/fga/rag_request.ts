import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { FgaError } from './problem.ts';
import type { Question } from './queries.ts';
import { consistencyOf, contextualOf, modelIdOf, objectOf, refuse, textOf } from './request.ts';

/** Documents of one request: what a vector store gives for one question is a hundred at most, a reranker's input some hundreds. */
export const MAX_DOCUMENTS = 1_000;
/** Ids that one list may hold: more do not fit the filter of any vector store. */
export const MAX_ALLOWED = 10_000;
const DEFAULT_ALLOWED = 1_000;
const ID = /^[^#\s]{1,256}$/u;
const FIELD = /^[A-Za-z_][\w.-]{0,127}$/;

/** Who asks about what, in both requests. */
export type RagSubject = {
  readonly user: string;
  readonly relation: string;
  readonly type: string;
  /** Id or name; '' when there is one only. */
  readonly store: string;
  readonly question: Question;
};

export type FilterRequest = RagSubject & {
  readonly documents: readonly Json[];
  /** The object of each document; `undefined` for one that names none. */
  readonly objects: readonly (string | undefined)[];
};

const invalid = (message: string): FgaError => new FgaError('validation_error', message);

function subjectOf(body: JsonObject, defaults: Question['consistency']): RagSubject {
  const user = textOf(body, 'user');
  if (user === '') throw refuse('user', 'value is required');
  const given = body['consistency'] === undefined ? { ...body, consistency: defaults } : body;
  return {
    // `anne` is `user:anne`, as documents without a type are documents.
    user: user.includes(':') ? user : `user:${user}`,
    relation: textOf(body, 'relation') || 'viewer',
    type: textOf(body, 'type') || 'document',
    store: textOf(body, 'store'),
    question: {
      model: modelIdOf(body, 'RagRequest'),
      contextual: contextualOf(body),
      context: objectOf(body, 'context') ?? {},
      consistency: consistencyOf(given, 'RagRequest'),
    },
  };
}

/**
 * Reads `{user, documents, id?, relation?, type?, store?, context?, ...}`. A document is its id, or an object that holds it where `id` says
 * (`metadata.source`; a path through objects). Ids may be without type. Throws FgaError.
 */
export function filterRequest(body: JsonObject): FilterRequest {
  const subject = subjectOf(body, 'HIGHER_CONSISTENCY');
  const { documents } = body;
  if (!Array.isArray(documents)) throw refuse('documents', 'value is required');
  if (documents.length > MAX_DOCUMENTS) throw refuse('documents', `value must contain no more than ${MAX_DOCUMENTS} item(s)`);
  const path = (textOf(body, 'id') || 'id').split('.');
  return { ...subject, documents, objects: documents.map((document) => objectOfDocument(document, path, subject.type)) };
}

function objectOfDocument(document: Json, path: readonly string[], type: string): string | undefined {
  let value: Json | undefined = document;
  if (isObject(document)) for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  const id = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof id !== 'string' || !ID.test(id)) return undefined;
  return qualified(id, type);
}

/** `roadmap` as `document:roadmap`; what has this type already stays. An id may not name another type: it would be asked about something else. */
function qualified(id: string, type: string): string | undefined {
  if (id.startsWith(`${type}:`)) return id;
  return id.includes(':') ? undefined : `${type}:${id}`;
}

export type AllowedRequest = RagSubject & { readonly limit: number; readonly format: string; readonly field: string };

/** Reads the query of `GET /v1/rag/allowed`. Throws FgaError. */
export function allowedRequest(query: JsonObject): AllowedRequest {
  const context = textOf(query, 'context');
  const subject = subjectOf({ ...query, ...(context === '' ? {} : { context: contextText(context) }) }, 'UNSPECIFIED');
  const limit = Number(textOf(query, 'limit') || DEFAULT_ALLOWED);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_ALLOWED) throw refuse('limit', `value must be inside range [1, ${MAX_ALLOWED}]`);
  const field = textOf(query, 'field') || 'id';
  if (!FIELD.test(field)) throw refuse('field', 'value must be the name of a metadata field');
  return { ...subject, limit, field, format: textOf(query, 'format') || 'ids' };
}

function contextText(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw invalid('syntax error: context is not a JSON object');
}
