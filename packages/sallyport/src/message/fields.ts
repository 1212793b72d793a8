/**
 * Field names of the APIs, and the named list of strings that are not scanned.
 * A field that is in neither list is text, and so is its name: what the providers add tomorrow is scanned before anybody reads about it.
 */

/** What an opaque string must look like; anything else in such a field is text and is scanned. */
export type Shape = 'token' | 'base64' | 'credential';

/** A field whose strings are not scanned while they have the shape, with the reason. */
export type OpaqueField = { readonly field: string; readonly shape: Shape; readonly reason: string };

const list = (shape: Shape, reason: string, fields: string): OpaqueField[] => fields.split(' ').map((field) => ({ field, shape, reason }));

/** Every string field that may pass unscanned. `type`, `id` and the like count only outside of free objects (tool input, metadata, unknown fields). */
export const OPAQUE_FIELDS: readonly OpaqueField[] = [
  ...list('token', 'names the form of the object; unknown forms are read as unknown text, this word included', 'type role object'),
  ...list(
    'token',
    'identifier that one side of the API made up and the other repeats; no model reads it',
    'id call_id tool_call_id tool_use_id item_id response_id previous_response_id previous_message_id comparison_response_id file_id file_ids container_id ' +
      'vector_store_ids approval_request_id caller_id stream_id tool_id skill_id system_fingerprint container conversation',
  ),
  ...list('token', 'the model as the request or the provider names it; routed by its own list', 'model'),
  ...list('token', 'why or how far something ended: one word of the API', 'status finish_reason native_finish_reason stop_reason phase'),
  ...list(
    'token',
    'option of the API: one word from a fixed set, read by the provider and not by the model',
    'service_tier media_type detail effort reasoning_effort verbosity encoding_format tool_choice function_call truncation include modalities ttl ' +
      'search_context_size generate_summary speed prompt_cache_retention prompt_cache_key_retention betas allowed_callers',
  ),
  ...list(
    'base64',
    'sealed by the provider for itself: nobody between the two ends can read it, and a changed one is refused by the provider',
    'signature encrypted_content encrypted_index encrypted_stdout',
  ),
  ...list('base64', 'random padding against traffic analysis of streams', 'obfuscation'),
  ...list('base64', 'vector of an embedding in base64: numbers', 'embedding'),
  ...list(
    'credential',
    'credential that the caller hands to a connector of the provider; masking it would only break the call',
    'authorization authorization_token',
  ),
];

/** Fields that hold a file, an image or sound, or a reference to one: such a part is marked unscanned and the policy decides about it. */
export const PAYLOAD_FIELDS: ReadonlySet<string> = new Set(
  'data file_data b64_json partial_image_b64 result url image_url file_url video_url audio_url input_image_mask'.split(' '),
);

/** Payload fields whose raw base64 needs no `data:` prefix to be a file. */
export const BASE64_FIELDS: ReadonlySet<string> = new Set('data file_data b64_json partial_image_b64 result'.split(' '));

/** Strings that pass unscanned because they are files, each of which is reported as a part (or, in a stream, counted) that is not text. */
export const UNSCANNED_PAYLOADS: readonly OpaqueField[] = [
  ...list('base64', 'a file, image or sound: marked unscanned, and the policy decides about it', [...BASE64_FIELDS].join(' ')),
  ...list('base64', 'sound in `response.audio.delta` events only: counted as unscanned', 'delta'),
];

/** References to files that the provider holds. */
export const FILE_REFERENCES: ReadonlySet<string> = new Set(['file_id', 'file_ids']);

const OPAQUE: ReadonlyMap<string, Shape> = new Map(OPAQUE_FIELDS.map((entry) => [entry.field, entry.shape]));

/** The longest identifier seen in the wild is 92 characters (a Vertex call id); text hides badly in 128 without a blank. */
const MAX_TOKEN = 128;
/** OAuth tokens with claims reach a few thousand characters. */
const MAX_CREDENTIAL = 8192;

/** Whether a string in this field may pass unscanned: the field is in the list and the value has the shape. */
export function isOpaque(field: string, value: string): boolean {
  const shape = OPAQUE.get(field);
  if (shape === undefined) return false;
  if (shape === 'token') return isToken(value, MAX_TOKEN);
  return shape === 'base64' ? isBase64(value) : isCredential(value);
}

// Allowed in a token besides letters and digits: - . / : = @ _ | + # ~ (ids such as `functions.search:0`, `call_1|fc_1`).
const TOKEN = tableOf('-./:=@_|+#~');

function tableOf(others: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const char of `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${others}`) table[char.charCodeAt(0)] = 1;
  return table;
}

/** Whether `value` is one word of identifier characters, at most `max` long. */
export function isToken(value: string, max: number = MAX_TOKEN): boolean {
  if (value.length > max) return false;
  for (let i = 0; i < value.length; i++) if (TOKEN[value.charCodeAt(i)] !== 1) return false;
  return true;
}

/** Whether `value` is base64 or base64url throughout (RFC 4648 sections 4 and 5). */
export function isBase64(value: string): boolean {
  return !/[^A-Za-z0-9+/_=-]/.test(value);
}

function isCredential(value: string): boolean {
  return value.length <= MAX_CREDENTIAL && !/[^\x21-\x7e]/.test(value) && !value.includes('<');
}

/** Field names of the published APIs and of well-known compatible servers: a name in here is no text of a user. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set(
  [
    ...OPAQUE_FIELDS.map((entry) => entry.field),
    ...PAYLOAD_FIELDS,
    // Requests
    'messages content name system instructions input prompt suffix stop stop_sequences tools functions function custom parameters schema json_schema response_format',
    'text format prediction metadata user safety_identifier prompt_cache_key prompt_cache_options stream stream_options max_tokens max_completion_tokens max_output_tokens',
    'temperature top_p top_k min_p n best_of seed logprobs top_logprobs logit_bias frequency_penalty presence_penalty repetition_penalty parallel_tool_calls',
    'max_tool_calls store background reasoning reasoning_effort audio voice web_search_options user_location approximate city country region timezone',
    'thinking budget_tokens cache_control citations enabled context title source media_type output_config output_format context_management edits mcp_servers',
    'dimensions file image video filename variables version echo moderation strict description input_schema output_schema allowed_tools mode disable_parallel_tool_use',
    'tool_calls arguments refusal image_generation include_usage include_obfuscation summary defer_loading max_uses prompt_cache_breakpoint',
    // Replies
    'created created_at completed_at expires_at choices index message delta usage transcript annotations annotation output outputs output_text error errors code param message',
    'incomplete_details reason prompt_tokens completion_tokens total_tokens input_tokens output_tokens prompt_tokens_details completion_tokens_details input_tokens_details',
    'output_tokens_details cached_tokens audio_tokens reasoning_tokens text_tokens image_tokens accepted_prediction_tokens rejected_prediction_tokens',
    'cache_creation cache_creation_input_tokens cache_read_input_tokens ephemeral_5m_input_tokens ephemeral_1h_input_tokens server_tool_use web_search_requests',
    'web_fetch_requests stop_sequence stop_details container_upload caller sequence_number output_index content_index summary_index annotation_index command_index',
    'partial_image_index item part content_block response partial_json token bytes logprob tokens token_logprobs text_offset flagged categories category_scores',
    'category_applied_input_types results action query queries sources score attributes operation diff path command commands env timeout_ms working_directory',
    'stdout stderr outcome exit_code return_code lines logs pending_safety_checks acknowledged_safety_checks server_label tool_name tool_references',
    'start_index end_index start_char_index end_char_index document_index document_title cited_text start_page_number end_page_number start_block_index end_block_index',
    'search_result_index page_age retrieved_at error_code is_error url_citation file_citation toolset_name namespace input_audio url',
    // Compatible servers: Azure, DeepSeek, OpenRouter, Groq, vLLM, Perplexity, Mistral
    'content_filter_results prompt_filter_results prompt_index content_filter_offsets filtered severity hate self_harm sexual violence jailbreak protected_material_code',
    'protected_material_text detected reasoning_content reasoning_details reasoning_text x_groq prompt_logprobs prompt_token_ids token_ids kv_transfer_params',
    'matched_stop provider images prompt_cache_hit_tokens prompt_cache_miss_tokens queue_time prompt_time completion_time total_time cost cost_details is_byok prefix',
  ]
    .join(' ')
    .split(' '),
);
