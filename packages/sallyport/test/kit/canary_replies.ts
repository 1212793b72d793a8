// What an upstream answers, with canaries in every place that can hold text.

import { args, hot, type Mark } from './canary_requests.ts';
import type { Reply } from './upstream.ts';

export const said = (mark: Mark, at: string): Reply => ({
  text: `${mark(`${at}: reply`)} ${hot(mark, `${at}: reply`)}`,
  reasoning: mark(`${at}: reasoning of the reply`),
  headers: { 'x-request-id': mark(`${at}: header of the reply`), 'set-cookie': `s=${mark(`${at}: cookie of the reply`)}` },
});
export const called = (mark: Mark, at: string): Reply => ({
  toolCalls: [{ name: 'look_up', arguments: args(mark, `${at}: call in the reply`) }],
});

export function errorWith(mark: Mark, at: string): object {
  return {
    error: {
      message: `You said ${mark(`${at}: message`)}`,
      type: mark(`${at}: type`),
      param: mark(`${at}: param`),
      code: mark(`${at}: code`),
    },
  };
}

/** A reply whose ids and closed words are not what they should be. An id, a model's and a tool's name are recorded on purpose when they look like one; a sentence in their place is not. */
export function oddReply(shape: string, mark: Mark, at: string): object {
  const m = (what: string): string => mark(`${at}, odd: ${what}`);
  if (shape === 'chat')
    return {
      id: `An id: ${m('id')}`,
      object: 'chat.completion',
      created: 1,
      model: m('model'),
      system_fingerprint: m('fingerprint'),
      service_tier: m('tier'),
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'ok',
            tool_calls: [
              {
                id: m('call id'),
                type: 'function',
                function: { name: `A tool: ${m('tool name')}`, arguments: `{"a":"${m('arguments')}"}` },
              },
            ],
          },
          finish_reason: m('finish'),
        },
      ],
    };
  if (shape === 'completions')
    return {
      id: `An id: ${m('id')}`,
      object: 'text_completion',
      created: 1,
      model: m('model'),
      choices: [{ index: 0, text: 'ok', finish_reason: m('finish'), logprobs: null }],
    };
  if (shape === 'messages')
    return {
      id: `An id: ${m('id')}`,
      type: 'message',
      role: 'assistant',
      model: m('model'),
      content: [{ type: m('block type'), text: m('block text') }],
      stop_reason: m('stop'),
      stop_sequence: m('sequence'),
      usage: { input_tokens: 1, output_tokens: 1 },
    };
  return {
    id: `An id: ${m('id')}`,
    object: 'response',
    created_at: 1,
    status: m('status'),
    model: m('model'),
    output: [{ id: m('item id'), type: m('item type'), name: m('item name'), arguments: m('item arguments') }],
    usage: null,
  };
}

export function oddStream(shape: string, mark: Mark, at: string): string[] {
  const m = (what: string): string => mark(`${at}, odd: ${what}`);
  if (shape === 'messages')
    return [
      `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message: oddReply('messages', mark, at) })}\n\n`,
      `event: ${m('event')}\ndata: ${JSON.stringify({ type: m('type'), text: m('text') })}\n\n`,
    ];
  if (shape === 'responses')
    return [
      `event: response.created\ndata: ${JSON.stringify({ type: 'response.created', response: oddReply('responses', mark, at) })}\n\n`,
      `event: ${m('event')}\ndata: ${JSON.stringify({ type: m('type'), text: m('text') })}\n\n`,
    ];
  return [
    `: ${m('comment')}\nid: ${m('sse id')}\nevent: ${m('event')}\ndata: ${JSON.stringify({ id: `An id: ${m('id')}`, model: m('model'), choices: [{ index: 0, delta: { content: 'ok' }, finish_reason: m('finish') }] })}\n\n`,
    `data: ${m('no JSON')}\n\n`,
    'data: [DONE]\n\n',
    `data: ${m('behind the end')}\n\n`,
  ];
}
