import { wordsOf } from './words.ts';
import type { PracticeEvent, Shaped } from './shaped.ts';

/** Said in each reply where the shape has a place for it. */
const FINGERPRINT = 'practice';

function usageOf({ usage }: Shaped) {
  return { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output };
}

const choicesOf = ({ request }: Shaped): number[] => Array.from({ length: request.choices }, (_, index) => index);

/** `POST /v1/chat/completions`, not streamed. */
export function chatBody(shape: Shaped): unknown {
  const { answer } = shape;
  const calls = answer.calls.map(({ id, name, arguments: text }) => ({ id, type: 'function', function: { name, arguments: text } }));
  const message = {
    role: 'assistant',
    content: calls.length > 0 ? null : answer.text,
    refusal: null,
    annotations: [],
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  return {
    id: `chatcmpl-practice-${shape.id}`,
    object: 'chat.completion',
    created: shape.now,
    model: `practice/${shape.request.model}`,
    choices: choicesOf(shape).map((index) => ({ index, message, logprobs: null, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' })),
    usage: usageOf(shape),
    system_fingerprint: FINGERPRINT,
  };
}

/** `POST /v1/chat/completions`, streamed. */
export function* chatEvents(shape: Shaped): Generator<PracticeEvent> {
  const { answer, request } = shape;
  const frame = {
    id: `chatcmpl-practice-${shape.id}`,
    object: 'chat.completion.chunk',
    created: shape.now,
    model: `practice/${request.model}`,
    system_fingerprint: FINGERPRINT,
  };
  const chunk = (index: number, delta: unknown, finish_reason: string | null = null): PracticeEvent => ({
    data: { ...frame, choices: [{ index, delta, logprobs: null, finish_reason }], ...(request.includeUsage ? { usage: null } : {}) },
  });
  for (const choice of choicesOf(shape)) {
    yield chunk(choice, { role: 'assistant', content: answer.calls.length > 0 ? null : '', refusal: null });
    for (const content of wordsOf(answer.text)) yield chunk(choice, { content });
    for (const [index, { id, name, arguments: text }] of answer.calls.entries()) {
      yield chunk(choice, { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] });
      for (const piece of wordsOf(text)) yield chunk(choice, { tool_calls: [{ index, function: { arguments: piece } }] });
    }
    yield chunk(choice, {}, answer.calls.length > 0 ? 'tool_calls' : 'stop');
  }
  if (request.includeUsage) yield { data: { ...frame, choices: [], usage: usageOf(shape) } };
  yield { data: '[DONE]' };
}

/** `POST /v1/completions`, not streamed. */
export function completionBody(shape: Shaped): unknown {
  return {
    id: `cmpl-practice-${shape.id}`,
    object: 'text_completion',
    created: shape.now,
    model: `practice/${shape.request.model}`,
    choices: choicesOf(shape).map((index) => ({ text: shape.answer.text, index, logprobs: null, finish_reason: 'stop' })),
    usage: usageOf(shape),
    system_fingerprint: FINGERPRINT,
  };
}

/** `POST /v1/completions`, streamed. */
export function* completionEvents(shape: Shaped): Generator<PracticeEvent> {
  const frame = {
    id: `cmpl-practice-${shape.id}`,
    object: 'text_completion',
    created: shape.now,
    model: `practice/${shape.request.model}`,
    system_fingerprint: FINGERPRINT,
  };
  for (const index of choicesOf(shape)) {
    for (const text of wordsOf(shape.answer.text))
      yield { data: { ...frame, choices: [{ text, index, logprobs: null, finish_reason: null }] } };
    yield { data: { ...frame, choices: [{ text: '', index, logprobs: null, finish_reason: 'stop' }] } };
  }
  if (shape.request.includeUsage) yield { data: { ...frame, choices: [], usage: usageOf(shape) } };
  yield { data: '[DONE]' };
}
