import { ChoicesCodec } from './stream-choices.ts';
import { MessagesCodec } from './stream-messages.ts';
import { ResponsesCodec } from './stream-responses.ts';
import type { StreamApi, StreamCodec } from './stream.ts';

/** The codec of one stream of this API; a new one for each stream. */
export function openStream(api: StreamApi): StreamCodec {
  if (api === 'messages') return new MessagesCodec();
  return api === 'responses' ? new ResponsesCodec() : new ChoicesCodec(api);
}
