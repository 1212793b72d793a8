import type { PracticeEvent, Shaped } from './shaped.ts';
import { wordsOf } from './words.ts';

type Block = { type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: unknown };

function blocksOf({ answer }: Shaped): { block: Block; raw: string }[] {
  if (answer.calls.length === 0) return [{ block: { type: 'text', text: answer.text }, raw: answer.text }];
  return answer.calls.map(({ id, name, arguments: raw }) => ({
    block: { type: 'tool_use', id: id.replace(/^call_/, 'toolu_'), name, input: JSON.parse(raw) as unknown },
    raw,
  }));
}

const stopReason = ({ answer }: Shaped): string => (answer.calls.length > 0 ? 'tool_use' : 'end_turn');

function messageOf(shape: Shaped, content: readonly Block[], stop_reason: string | null, output: number): object {
  return {
    id: `msg_practice_${shape.id}`,
    type: 'message',
    role: 'assistant',
    model: `practice/${shape.request.model}`,
    content,
    stop_reason,
    stop_sequence: null,
    usage: { input_tokens: shape.usage.input, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: output },
  };
}

/** `POST /v1/messages`, not streamed. */
export function messagesBody(shape: Shaped): unknown {
  return messageOf(shape, blocksOf(shape).map(({ block }) => block), stopReason(shape), shape.usage.output); // prettier-ignore
}

/** `POST /v1/messages`, streamed. */
export function* messagesEvents(shape: Shaped): Generator<PracticeEvent> {
  const event = (type: string, fields: object): PracticeEvent => ({ event: type, data: { type, ...fields } });
  yield event('message_start', { message: messageOf(shape, [], null, 1) });
  for (const [index, { block, raw }] of blocksOf(shape).entries()) {
    const content_block = block.type === 'text' ? { type: 'text', text: '' } : { ...block, input: {} };
    yield event('content_block_start', { index, content_block });
    for (const piece of wordsOf(raw)) {
      const delta = block.type === 'text' ? { type: 'text_delta', text: piece } : { type: 'input_json_delta', partial_json: piece };
      yield event('content_block_delta', { index, delta });
    }
    yield event('content_block_stop', { index });
  }
  yield event('message_delta', {
    delta: { stop_reason: stopReason(shape), stop_sequence: null },
    usage: { output_tokens: shape.usage.output },
  });
  yield event('message_stop', {});
}
