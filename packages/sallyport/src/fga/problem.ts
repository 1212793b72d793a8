import { AppError } from '../kernel/index.ts';

/** OpenFGA's error codes that this engine gives, with the HTTP status of each (openfga/api, errors_ignore.proto; status by the number's range). */
export const STATUS = {
  validation_error: 400,
  authorization_model_not_found: 400,
  authorization_model_resolution_too_complex: 400,
  invalid_write_input: 400,
  cannot_allow_duplicate_tuples_in_one_request: 400,
  invalid_continuation_token: 400,
  invalid_expand_input: 400,
  write_failed_due_to_invalid_input: 400,
  latest_authorization_model_not_found: 400,
  type_not_found: 400,
  relation_not_found: 400,
  invalid_tuple: 400,
  assertions_too_many_items: 400,
  authorization_model_id_too_long: 400,
  tuple_key_value_not_specified: 400,
  tuple_keys_too_many_or_too_few_items: 400,
  page_size_invalid: 400,
  param_missing_value: 400,
  difference_base_missing_value: 400,
  subtract_base_missing_value: 400,
  type_definitions_too_few_items: 400,
  type_invalid_pattern: 400,
  relations_invalid_pattern: 400,
  store_id_invalid_length: 400,
  query_string_type_continuation_token_mismatch: 400,
  object_too_long: 400,
  relation_too_long: 400,
  exceeded_entity_limit: 400,
  invalid_authorization_model: 400,
  invalid_start_time: 400,
  unauthenticated: 401,
  forbidden: 403,
  Aborted: 409,
  internal_error: 500,
  deadline_exceeded: 500,
  unavailable: 500,
  undefined_endpoint: 404,
  store_id_not_found: 404,
  unimplemented: 404,
} as const;

export type Code = keyof typeof STATUS;
export const isCode = (text: string): text is Code => Object.hasOwn(STATUS, text);

/** A refusal in OpenFGA's terms: it reaches the client as `{code, message}` with the status of its code. */
export class FgaError extends AppError<Code> {
  constructor(code: Code, message: string) {
    super(code, { status: STATUS[code], message, fix: 'Correct what the message names.' });
    this.name = 'FgaError';
  }
}

/** OpenFGA's own words for the refusals that more than one place gives. */
export const TOO_COMPLEX =
  'Authorization Model resolution required too many rewrite rules to be resolved. Check your authorization model for infinite recursion or too much nesting';

export const tooComplex = (): FgaError => new FgaError('authorization_model_resolution_too_complex', TOO_COMPLEX);
export const typeNotFound = (type: string): FgaError => new FgaError('type_not_found', `type '${type}' not found`);
export const relationNotFound = (type: string, relation: string): FgaError =>
  new FgaError('relation_not_found', `relation '${type}#${relation}' not found`);
