import { isObject, type Json, type JsonObject } from '../kernel/index.ts';

/**
 * Takes tool calls out of a whole reply and puts a text in the place of each, so that the client sees a valid message of the assistant and
 * no call without a result. `texts` is keyed by the calls' place (`ToolCall.where`). What ended the message says so when no call is left.
 */
export function withhold(body: JsonObject, texts: ReadonlyMap<string, string>): void {
  if (Array.isArray(body['choices'])) withholdChoices(body['choices'], texts);
  if (Array.isArray(body['output'])) replaceAll(body['output'], 'output', texts, messageItem);
  if (!Array.isArray(body['content'])) return;
  replaceAll(body['content'], 'content', texts, (text) => ({ type: 'text', text }));
  if (body['stop_reason'] === 'tool_use' && !body['content'].some((block) => isObject(block) && block['type'] === 'tool_use'))
    body['stop_reason'] = 'end_turn';
}

/** An item of the responses API that holds a text of the assistant; it keeps the place of the call that it replaces. */
export function messageItem(text: string, index: number): JsonObject {
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
  return { id: `msg_withheld_${index}`, type: 'message', status: 'completed', role: 'assistant', content };
}

function withholdChoices(choices: Json[], texts: ReadonlyMap<string, string>): void {
  for (const [i, choice] of choices.entries()) {
    const message = isObject(choice) ? choice['message'] : undefined;
    if (!isObject(choice) || !isObject(message)) continue;
    const said: string[] = [];
    const take = (where: string): boolean => {
      const text = texts.get(where);
      if (text !== undefined) said.push(text);
      return text !== undefined;
    };
    const calls = message['tool_calls'];
    if (Array.isArray(calls)) {
      const left = calls.filter((_, j) => !take(`choices[${i}].message.tool_calls[${j}]`));
      if (left.length > 0) message['tool_calls'] = left;
      else delete message['tool_calls'];
    }
    if (take(`choices[${i}].message.function_call`)) delete message['function_call'];
    if (said.length === 0) continue;
    const before = typeof message['content'] === 'string' && message['content'] !== '' ? [message['content']] : [];
    message['content'] = [...before, ...said].join('\n\n');
    if (message['tool_calls'] === undefined && message['function_call'] === undefined) choice['finish_reason'] = 'stop';
  }
}

function replaceAll(
  list: Json[],
  name: string,
  texts: ReadonlyMap<string, string>,
  make: (text: string, index: number) => JsonObject,
): void {
  for (let i = 0; i < list.length; i++) {
    const text = texts.get(`${name}[${i}]`);
    if (text !== undefined) list[i] = make(text, i);
  }
}
