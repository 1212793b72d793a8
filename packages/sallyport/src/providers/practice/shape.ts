import type { Api } from '../../message/index.ts';
import { chatBody, chatEvents, completionBody, completionEvents } from './shape_chat.ts';
import { countTokensBody, embeddingsBody, moderationsBody } from './shape_data.ts';
import type { PracticeEvent, Shaped } from './shaped.ts';
import { messagesBody, messagesEvents } from './shape_messages.ts';
import { responsesBody, responsesEvents } from './shape_responses.ts';

type Shapes = { readonly body: (shape: Shaped) => unknown; readonly events?: (shape: Shaped) => Iterable<PracticeEvent> };

const SHAPES: Readonly<Record<Api, Shapes>> = {
  chat: { body: chatBody, events: chatEvents },
  completions: { body: completionBody, events: completionEvents },
  responses: { body: responsesBody, events: responsesEvents },
  messages: { body: messagesBody, events: messagesEvents },
  count_tokens: { body: countTokensBody },
  embeddings: { body: embeddingsBody },
  moderations: { body: moderationsBody },
};

/** The whole reply of an endpoint. */
export function bodyOf(shape: Shaped): unknown {
  return SHAPES[shape.request.api].body(shape);
}

/** The events of a streamed reply; undefined where the endpoint has no stream. */
export function eventsOf(shape: Shaped): Iterable<PracticeEvent> | undefined {
  return SHAPES[shape.request.api].events?.(shape);
}
