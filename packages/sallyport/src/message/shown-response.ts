import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { incomplete, responseFrame } from './refusal.ts';
import { messageItem } from './withhold.ts';

type Part = { part: JsonObject; text: string; readonly field: 'text' | 'refusal'; ended: boolean };
type Item = { item: JsonObject; readonly parts: Map<Json, Part>; ended: boolean };

/** What the client of a responses stream has seen, so that a refusal can end it with the output so far. */
export class ShownResponse {
  readonly #items = new Map<Json, Item>();
  #response: JsonObject | undefined;

  /** Notes an event that is delivered. */
  add(data: JsonObject): void {
    const item = this.#items.get(data['output_index'] ?? null);
    switch (data['type']) {
      case 'response.created':
      case 'response.in_progress':
        if (isObject(data['response'])) this.#response = data['response'];
        return;
      case 'response.output_item.added':
        if (isObject(data['item'])) this.#items.set(data['output_index'] ?? null, { item: data['item'], parts: new Map(), ended: false });
        return;
      case 'response.output_item.done':
        if (item !== undefined && isObject(data['item'])) Object.assign(item, { item: data['item'], ended: true });
        return;
      case 'response.content_part.added':
      case 'response.content_part.done':
        if (item !== undefined && isObject(data['part'])) addPart(item, data, data['part']);
        return;
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        if (item !== undefined) addText(item, data);
        return;
      default:
    }
  }

  /** The events that end the stream; tool calls that were not complete are left out, because a client might run them. */
  refused(frame: { readonly id: string; readonly model: string }, note: JsonObject): JsonObject[] {
    const events: JsonObject[] = [];
    const response = this.#response ?? responseFrame(frame.id, frame.model, 0);
    if (this.#response === undefined) events.push({ type: 'response.created', response: { ...response } });
    const output: JsonObject[] = [];
    for (const [index, item] of this.#items) {
      if (!item.ended && item.item['type'] !== 'message') continue;
      output.push(item.ended ? item.item : endMessage(events, index, item));
    }
    events.push({ type: 'response.incomplete', response: { ...response, ...incomplete(), output }, sallyport: note });
    return events;
  }
}

function addPart(item: Item, data: JsonObject, part: JsonObject): void {
  const field = part['type'] === 'refusal' ? 'refusal' : 'text';
  const text = part[field];
  item.parts.set(data['content_index'] ?? 0, {
    part,
    text: typeof text === 'string' ? text : '',
    field,
    ended: data['type'] === 'response.content_part.done',
  });
}

function addText(item: Item, data: JsonObject): void {
  const index = data['content_index'] ?? 0;
  const field = data['type'] === 'response.refusal.delta' ? 'refusal' : 'text';
  let part = item.parts.get(index);
  if (part === undefined) {
    const empty: JsonObject = field === 'refusal' ? { type: 'refusal' } : { type: 'output_text', annotations: [] };
    part = { part: empty, text: '', field, ended: false };
    item.parts.set(index, part);
  }
  if (typeof data['delta'] === 'string') part.text += data['delta'];
}

/** Ends an open message as the API does when output is cut: each part, then the item with status `incomplete`. */
function endMessage(events: JsonObject[], index: Json, item: Item): JsonObject {
  const id = item.item['id'] ?? null;
  const content: JsonObject[] = [];
  for (const [contentIndex, shown] of item.parts) {
    const part: JsonObject = { ...shown.part, [shown.field]: shown.text };
    content.push(part);
    if (shown.ended) continue;
    const at: JsonObject = { item_id: id, output_index: index, content_index: contentIndex };
    if (shown.field === 'text') events.push({ type: 'response.output_text.done', ...at, text: shown.text, logprobs: [] });
    else events.push({ type: 'response.refusal.done', ...at, refusal: shown.text });
    events.push({ type: 'response.content_part.done', ...at, part });
  }
  const done: JsonObject = { ...item.item, status: 'incomplete', content };
  events.push({ type: 'response.output_item.done', output_index: index, item: done });
  return done;
}

/** The events of a whole message at a place of the output, as the API sends them. */
export function messageEvents(text: string, index: number): JsonObject[] {
  const item = messageItem(text, index);
  const at = { item_id: item['id'] ?? null, output_index: index, content_index: 0 };
  const part = { type: 'output_text', text, annotations: [], logprobs: [] };
  return [
    { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    { type: 'response.output_text.delta', ...at, delta: text, logprobs: [] },
    { type: 'response.output_text.done', ...at, text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', output_index: index, item },
  ];
}
