/** How a block or item is read, by its `type`. What is not listed is unknown text in full (`blockRule`). */
export type BlockRule =
  /** Text and structure of the message it stands in. */
  | { readonly as: 'inherit' }
  /** A message of its own: `role` says whose words. */
  | { readonly as: 'message' }
  /** The model's thinking. */
  | { readonly as: 'reasoning' }
  /** A call of a tool; `provider`: run by the provider, never by the client. */
  | { readonly as: 'call'; readonly provider: boolean }
  /** What a tool answered. */
  | { readonly as: 'result'; readonly tool?: string }
  /** Text from documents, searches and pages. */
  | { readonly as: 'retrieved'; readonly tool?: string; readonly media?: 'file' }
  /** A file, an image or sound, replaced as a whole when it must not pass. */
  | { readonly as: 'media'; readonly media: 'image' | 'audio' | 'video' | 'file' }
  /** Offers tools. */
  | { readonly as: 'definitions' };

const rules = new Map<string, BlockRule>();
const add = (rule: BlockRule, types: string): void => {
  for (const type of types.split(' ')) rules.set(type, rule);
};

add(
  { as: 'inherit' },
  'text input_text output_text refusal content compaction compaction_trigger item_reference configuration_update tool_reference',
);
add({ as: 'message' }, 'message');
add({ as: 'reasoning' }, 'reasoning thinking redacted_thinking summary_text reasoning_text');
add(
  { as: 'call', provider: false },
  'tool_use function_call custom_tool_call computer_call local_shell_call shell_call apply_patch_call tool_search_call program',
);
add(
  { as: 'call', provider: true },
  'server_tool_use mcp_tool_use mcp_call web_search_call file_search_call code_interpreter_call image_generation_call mcp_approval_request',
);
add(
  { as: 'result' },
  'tool_result function_call_output custom_tool_call_output computer_call_output local_shell_call_output shell_call_output apply_patch_call_output ' +
    'program_output mcp_tool_result code_execution_tool_result bash_code_execution_tool_result text_editor_code_execution_tool_result ' +
    'tool_search_tool_result advisor_tool_result browser_state',
);
add({ as: 'retrieved', tool: 'web_search' }, 'web_search_tool_result web_search_result');
add({ as: 'retrieved', tool: 'web_fetch' }, 'web_fetch_tool_result web_fetch_result');
add({ as: 'retrieved' }, 'search_result');
add({ as: 'retrieved', media: 'file' }, 'document file input_file');
add({ as: 'media', media: 'image' }, 'image image_url input_image output_image computer_screenshot');
add({ as: 'media', media: 'audio' }, 'input_audio audio audio_url output_audio');
add({ as: 'media', media: 'video' }, 'video video_url input_video');
add({ as: 'media', media: 'file' }, 'container_upload');
add({ as: 'definitions' }, 'mcp_list_tools additional_tools tool_search_output');

const RESULT: BlockRule = { as: 'result' };
// A call of an unknown kind is taken for one that the client runs: the stricter reading, because it is then judged as a tool call.
const CALL: BlockRule = { as: 'call', provider: false };

/** The rule of a block type. Types that follow the naming of results and calls are read as such; undefined for all others. */
export function blockRule(type: string): BlockRule | undefined {
  const rule = rules.get(type);
  if (rule !== undefined) return rule;
  if (type.endsWith('_output') || type.endsWith('_result')) return RESULT;
  return type.endsWith('_call') || type.endsWith('_tool_use') ? CALL : undefined;
}
