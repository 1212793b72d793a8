import type { PracticeEvent, Shaped } from './shaped.ts';
import { wordsOf } from './words.ts';

type Item =
  | {
      id: string;
      type: 'message';
      role: 'assistant';
      status: string;
      content: { type: 'output_text'; text: string; annotations: []; logprobs: [] }[];
    }
  | { id: string; type: 'function_call'; status: string; call_id: string; name: string; arguments: string };

function itemsOf(shape: Shaped): Item[] {
  const { answer } = shape;
  if (answer.calls.length > 0) {
    return answer.calls.map(({ id, name, arguments: text }, i) => ({
      id: `fc_practice_${shape.id}_${i}`,
      type: 'function_call',
      status: 'completed',
      call_id: id,
      name,
      arguments: text,
    }));
  }
  const content = [{ type: 'output_text' as const, text: answer.text, annotations: [] as [], logprobs: [] as [] }];
  return [{ id: `msg_practice_${shape.id}`, type: 'message', role: 'assistant', status: 'completed', content }];
}

function responseOf(shape: Shaped, status: 'in_progress' | 'completed', output: readonly Item[]): object {
  const { input, output: out } = shape.usage;
  const usage = {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: out,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + out,
  };
  return {
    id: `resp_practice_${shape.id}`,
    object: 'response',
    created_at: shape.now,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: `practice/${shape.request.model}`,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    metadata: {},
    usage: status === 'completed' ? usage : null,
  };
}

/** `POST /v1/responses`, not streamed. */
export function responsesBody(shape: Shaped): unknown {
  return responseOf(shape, 'completed', itemsOf(shape));
}

/** `POST /v1/responses`, streamed. */
export function* responsesEvents(shape: Shaped): Generator<PracticeEvent> {
  let sequence_number = 0;
  const event = (type: string, fields: object): PracticeEvent => ({
    event: type,
    data: { type, sequence_number: sequence_number++, ...fields },
  });
  const items = itemsOf(shape);
  yield event('response.created', { response: responseOf(shape, 'in_progress', []) });
  yield event('response.in_progress', { response: responseOf(shape, 'in_progress', []) });
  for (const [output_index, item] of items.entries()) {
    const at = { item_id: item.id, output_index };
    if (item.type === 'function_call') {
      yield event('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', arguments: '' } });
      for (const delta of wordsOf(item.arguments)) yield event('response.function_call_arguments.delta', { ...at, delta });
      yield event('response.function_call_arguments.done', { ...at, name: item.name, arguments: item.arguments });
    } else {
      const [part] = item.content;
      const where = { ...at, content_index: 0 };
      yield event('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', content: [] } });
      yield event('response.content_part.added', { ...where, part: { ...part, text: '' } });
      for (const delta of wordsOf(part?.text ?? '')) yield event('response.output_text.delta', { ...where, delta, logprobs: [] });
      yield event('response.output_text.done', { ...where, text: part?.text ?? '', logprobs: [] });
      yield event('response.content_part.done', { ...where, part });
    }
    yield event('response.output_item.done', { output_index, item });
  }
  yield event('response.completed', { response: responseOf(shape, 'completed', items) });
}
