// What the OpenAI and Anthropic endpoints answer, as the documents of both describe it (platform.openai.com/docs/api-reference,
// platform.claude.com/docs/en/api). Written apart from the product's own shapes on purpose: a mistake there must not hide here.

export type ScriptedCall = {
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  readonly id?: string;
  /** The same text in the pieces in which it is streamed. */
  readonly deltas?: readonly string[];
};

/** What the model says; the endpoint that was asked decides the shape. */
export type Said = {
  readonly text?: string;
  /** `text` in the pieces in which it is streamed; default: word by word. */
  readonly deltas?: readonly string[];
  /** Texts of further choices (`n` > 1; chat and completions). */
  readonly choices?: readonly string[];
  readonly reasoning?: string;
  readonly refusal?: string;
  readonly toolCalls?: readonly ScriptedCall[];
  /** In the endpoint's own words; default `stop`, `tool_calls`, `end_turn`, `tool_use` ... */
  readonly finish?: string;
  readonly usage?: { readonly input: number; readonly output: number };
  /** Chat: a `logprobs` entry for each delta. */
  readonly logprobs?: boolean;
};

export type SseEvent = { readonly event?: string; readonly data: unknown };

const CREATED = 1_760_000_000;

export function pieces(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? (text === '' ? [] : [text]);
}

export function sseText(event: SseEvent): string {
  const data = typeof event.data === 'string' ? event.data : JSON.stringify(event.data);
  return `${event.event === undefined ? '' : `event: ${event.event}\n`}data: ${data}\n\n`;
}

const usageOf = (said: Said) => said.usage ?? { input: 7, output: Math.max(1, pieces(said.text ?? '').length) };
const deltasOf = (said: Said): readonly string[] => said.deltas ?? pieces(said.text ?? '');
const callId = (call: ScriptedCall, index: number): string => call.id ?? `call_${index + 1}`;
const callDeltas = (call: ScriptedCall): readonly string[] => call.deltas ?? call.arguments.match(/[\s\S]{1,7}/g) ?? [''];

// ---- chat ----

function chatUsage(said: Said) {
  const { input, output } = usageOf(said);
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function tokenLogprob(token: string) {
  const bytes = [...Buffer.from(token)];
  return { token, bytes, logprob: -0.01, top_logprobs: [{ token, bytes, logprob: -0.01 }] };
}

export function chatReply(said: Said, model: string): unknown {
  const calls = said.toolCalls ?? [];
  const finish = said.finish ?? (calls.length > 0 ? 'tool_calls' : 'stop');
  const message = {
    role: 'assistant',
    content: said.text ?? (calls.length > 0 || said.refusal !== undefined ? null : ''),
    refusal: said.refusal ?? null,
    annotations: [],
    ...(said.reasoning === undefined ? {} : { reasoning_content: said.reasoning }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call, i) => ({
            id: callId(call, i),
            type: 'function',
            function: { name: call.name, arguments: call.arguments },
          })),
        }),
  };
  const logprobs = said.logprobs === true ? { content: deltasOf(said).map(tokenLogprob), refusal: null } : null;
  return {
    id: 'chatcmpl-upstream1',
    object: 'chat.completion',
    created: CREATED,
    model,
    choices: [
      { index: 0, message, logprobs, finish_reason: finish },
      ...(said.choices ?? []).map((content, i) => ({
        index: i + 1,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      })),
    ],
    usage: chatUsage(said),
    service_tier: 'default',
    system_fingerprint: 'fp_upstream',
  };
}

export function* chatStream(said: Said, model: string, includeUsage: boolean): Generator<SseEvent> {
  const chunk = (index: number, delta: unknown, finish: string | null = null, logprobs: unknown = null): SseEvent => ({
    data: {
      id: 'chatcmpl-upstream1',
      object: 'chat.completion.chunk',
      created: CREATED,
      model,
      system_fingerprint: 'fp_upstream',
      choices: [{ index, delta, logprobs, finish_reason: finish }],
      ...(includeUsage ? { usage: null } : {}),
    },
  });
  const calls = said.toolCalls ?? [];
  yield chunk(0, { role: 'assistant', content: calls.length > 0 && said.text === undefined ? null : '', refusal: null });
  for (const text of said.reasoning === undefined ? [] : pieces(said.reasoning)) yield chunk(0, { reasoning_content: text });
  for (const text of said.refusal === undefined ? [] : pieces(said.refusal)) yield chunk(0, { refusal: text });
  for (const text of deltasOf(said)) {
    yield chunk(0, { content: text }, null, said.logprobs === true ? { content: [tokenLogprob(text)], refusal: null } : null);
  }
  for (const [i, call] of calls.entries()) {
    yield chunk(0, { tool_calls: [{ index: i, id: callId(call, i), type: 'function', function: { name: call.name, arguments: '' } }] });
    for (const part of callDeltas(call)) yield chunk(0, { tool_calls: [{ index: i, function: { arguments: part } }] });
  }
  for (const [i, text] of (said.choices ?? []).entries()) {
    yield chunk(i + 1, { role: 'assistant', content: '' });
    for (const part of pieces(text)) yield chunk(i + 1, { content: part });
    yield chunk(i + 1, {}, 'stop');
  }
  yield chunk(0, {}, said.finish ?? (calls.length > 0 ? 'tool_calls' : 'stop'));
  if (includeUsage) {
    const last = chunk(0, {}).data as Record<string, unknown>;
    yield { data: { ...last, choices: [], usage: chatUsage(said) } };
  }
  yield { data: '[DONE]' };
}

// ---- completions ----

export function completionReply(said: Said, model: string): unknown {
  return {
    id: 'cmpl-upstream1',
    object: 'text_completion',
    created: CREATED,
    model,
    choices: [said.text ?? '', ...(said.choices ?? [])].map((text, index) => ({
      text,
      index,
      logprobs: null,
      finish_reason: said.finish ?? 'stop',
    })),
    usage: chatUsage(said),
  };
}

export function* completionStream(said: Said, model: string): Generator<SseEvent> {
  const chunk = (index: number, text: string, finish: string | null = null): SseEvent => ({
    data: {
      id: 'cmpl-upstream1',
      object: 'text_completion',
      created: CREATED,
      model,
      choices: [{ index, text, logprobs: null, finish_reason: finish }],
    },
  });
  for (const text of deltasOf(said)) yield chunk(0, text);
  for (const [i, text] of (said.choices ?? []).entries()) for (const part of pieces(text)) yield chunk(i + 1, part);
  yield chunk(0, '', said.finish ?? 'stop');
  yield { data: '[DONE]' };
}

// ---- responses ----

type Item = Record<string, unknown>;

function outputItems(said: Said): Item[] {
  const items: Item[] = [];
  if (said.reasoning !== undefined) {
    items.push({ id: 'rs_upstream1', type: 'reasoning', summary: [{ type: 'summary_text', text: said.reasoning }] });
  }
  if (said.text !== undefined || said.refusal !== undefined || (said.toolCalls ?? []).length === 0) {
    const content =
      said.refusal === undefined
        ? { type: 'output_text', text: said.text ?? '', annotations: [], logprobs: [] }
        : { type: 'refusal', refusal: said.refusal };
    items.push({ id: 'msg_upstream1', type: 'message', role: 'assistant', status: 'completed', content: [content] });
  }
  for (const [i, call] of (said.toolCalls ?? []).entries()) {
    items.push({
      id: `fc_upstream${i + 1}`,
      type: 'function_call',
      status: 'completed',
      call_id: callId(call, i),
      name: call.name,
      arguments: call.arguments,
    });
  }
  return items;
}

function responseObject(said: Said, model: string, status: string, output: readonly Item[]): Item {
  const { input, output: out } = usageOf(said);
  return {
    id: 'resp_upstream1',
    object: 'response',
    created_at: CREATED,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    text: { format: { type: 'text' } },
    reasoning: { effort: null, summary: null },
    metadata: {},
    usage:
      status === 'completed'
        ? {
            input_tokens: input,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: out,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: input + out,
          }
        : null,
  };
}

export function responsesReply(said: Said, model: string): unknown {
  return responseObject(said, model, said.finish ?? 'completed', outputItems(said));
}

export function* responsesStream(said: Said, model: string): Generator<SseEvent> {
  let sequence = 0;
  const event = (type: string, fields: object): SseEvent => ({ event: type, data: { type, sequence_number: sequence++, ...fields } });
  const items = outputItems(said);
  yield event('response.created', { response: responseObject(said, model, 'in_progress', []) });
  yield event('response.in_progress', { response: responseObject(said, model, 'in_progress', []) });
  for (const [output_index, item] of items.entries()) {
    const at = { item_id: item['id'], output_index };
    if (item['type'] === 'reasoning') {
      const text = said.reasoning ?? '';
      yield event('response.output_item.added', { output_index, item: { ...item, summary: [] } });
      yield event('response.reasoning_summary_part.added', { ...at, summary_index: 0, part: { type: 'summary_text', text: '' } });
      for (const delta of pieces(text)) yield event('response.reasoning_summary_text.delta', { ...at, summary_index: 0, delta });
      yield event('response.reasoning_summary_text.done', { ...at, summary_index: 0, text });
      yield event('response.reasoning_summary_part.done', { ...at, summary_index: 0, part: { type: 'summary_text', text } });
    } else if (item['type'] === 'message') {
      const part = (item['content'] as Item[])[0] as Item;
      const refusal = said.refusal;
      yield event('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', content: [] } });
      const where = { ...at, content_index: 0 };
      if (refusal === undefined) {
        yield event('response.content_part.added', { ...where, part: { ...part, text: '' } });
        for (const delta of deltasOf(said)) yield event('response.output_text.delta', { ...where, delta, logprobs: [] });
        yield event('response.output_text.done', { ...where, text: said.text ?? '', logprobs: [] });
      } else {
        yield event('response.content_part.added', { ...where, part: { ...part, refusal: '' } });
        for (const delta of pieces(refusal)) yield event('response.refusal.delta', { ...where, delta });
        yield event('response.refusal.done', { ...where, refusal });
      }
      yield event('response.content_part.done', { ...where, part });
    } else {
      yield event('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', arguments: '' } });
      const call = (said.toolCalls ?? []).find((one) => one.name === item['name'] && one.arguments === item['arguments']);
      for (const delta of call === undefined ? [] : callDeltas(call))
        yield event('response.function_call_arguments.delta', { ...at, delta });
      yield event('response.function_call_arguments.done', { ...at, name: item['name'], arguments: item['arguments'] });
    }
    yield event('response.output_item.done', { output_index, item });
  }
  yield event('response.completed', { response: responseObject(said, model, 'completed', items) });
}

// ---- messages ----

function blocks(said: Said): Item[] {
  const out: Item[] = [];
  if (said.reasoning !== undefined) out.push({ type: 'thinking', thinking: said.reasoning, signature: 'c2lnbmF0dXJl' });
  if (said.text !== undefined || (said.toolCalls ?? []).length === 0) out.push({ type: 'text', text: said.text ?? said.refusal ?? '' });
  for (const [i, call] of (said.toolCalls ?? []).entries()) {
    out.push({ type: 'tool_use', id: call.id ?? `toolu_${i + 1}`, name: call.name, input: JSON.parse(call.arguments) as unknown });
  }
  return out;
}

const stopReason = (said: Said): string =>
  said.finish ?? ((said.toolCalls ?? []).length > 0 ? 'tool_use' : said.refusal === undefined ? 'end_turn' : 'refusal');

export function messagesReply(said: Said, model: string): unknown {
  const { input, output } = usageOf(said);
  return {
    id: 'msg_upstream1',
    type: 'message',
    role: 'assistant',
    model,
    content: blocks(said),
    stop_reason: stopReason(said),
    stop_sequence: null,
    usage: { input_tokens: input, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: output },
  };
}

export function* messagesStream(said: Said, model: string): Generator<SseEvent> {
  const event = (type: string, fields: object): SseEvent => ({ event: type, data: { type, ...fields } });
  const { input, output } = usageOf(said);
  yield event('message_start', {
    message: {
      id: 'msg_upstream1',
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: input, output_tokens: 1 },
    },
  });
  yield event('ping', {});
  for (const [index, block] of blocks(said).entries()) {
    if (block['type'] === 'text') {
      yield event('content_block_start', { index, content_block: { type: 'text', text: '' } });
      for (const text of said.text === undefined ? pieces(said.refusal ?? '') : deltasOf(said)) {
        yield event('content_block_delta', { index, delta: { type: 'text_delta', text } });
      }
    } else if (block['type'] === 'thinking') {
      yield event('content_block_start', { index, content_block: { type: 'thinking', thinking: '', signature: '' } });
      for (const thinking of pieces(said.reasoning ?? ''))
        yield event('content_block_delta', { index, delta: { type: 'thinking_delta', thinking } });
      yield event('content_block_delta', { index, delta: { type: 'signature_delta', signature: block['signature'] } });
    } else {
      yield event('content_block_start', { index, content_block: { ...block, input: {} } });
      const call = (said.toolCalls ?? []).find((one) => one.name === block['name']);
      for (const partial_json of call === undefined ? [] : ['', ...callDeltas(call)]) {
        yield event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } });
      }
    }
    yield event('content_block_stop', { index });
  }
  yield event('message_delta', { delta: { stop_reason: stopReason(said), stop_sequence: null }, usage: { output_tokens: output } });
  yield event('message_stop', {});
}

// ---- the rest ----

export function embeddingsReply(inputs: number, model: string, base64: boolean): unknown {
  const vector = [0.25, -0.5, 0.125, 1];
  const embedding = base64 ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector;
  return {
    object: 'list',
    data: Array.from({ length: inputs }, (_, index) => ({ object: 'embedding', index, embedding })),
    model,
    usage: { prompt_tokens: 3 * inputs, total_tokens: 3 * inputs },
  };
}

export function moderationsReply(inputs: number, model: string): unknown {
  const result = {
    flagged: false,
    categories: { hate: false, violence: false },
    category_scores: { hate: 0.001, violence: 0.001 },
    category_applied_input_types: { hate: ['text'], violence: ['text'] },
  };
  return { id: 'modr-upstream1', model, results: Array.from({ length: inputs }, () => result) };
}

export function modelsReply(ids: readonly string[], anthropic: boolean): unknown {
  return anthropic
    ? {
        data: ids.map((id) => ({ type: 'model', id, display_name: id, created_at: '2025-10-01T00:00:00Z' })),
        has_more: false,
        first_id: ids[0] ?? null,
        last_id: ids.at(-1) ?? null,
      }
    : { object: 'list', data: ids.map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'upstream' })) };
}
