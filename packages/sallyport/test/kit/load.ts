import { Agent, request } from 'undici';
import { randomUUID } from 'node:crypto';
import type { Running } from './sallyport.ts';

/** What clients were told before the gate went down. */
export type Acknowledged = {
  /** Event ids of whole replies that were read to their last byte, and of streams whose last event was seen. */
  readonly ended: Set<string>;
  /** Event ids of streams of which at least the head was seen. */
  readonly started: Set<string>;
  /** Keys whose making was answered, by id. */
  readonly keys: Map<string, string>;
  /** Keys whose revocation was asked for, and those where it was answered. */
  readonly revoking: Set<string>;
  readonly revoked: Set<string>;
  /** Replies that were neither what was asked for nor cut off by the end of the gate. */
  readonly odd: string[];
};

export function nothingYet(): Acknowledged {
  return { ended: new Set(), started: new Set(), keys: new Map(), revoking: new Set(), revoked: new Set(), odd: [] };
}

export type LoadOptions = {
  /** A key that may use the models and make keys. */
  readonly key: string;
  /** Models of the OpenAI and of the Anthropic endpoints. */
  readonly models: readonly { readonly openai: string; readonly anthropic: string }[];
  readonly writers: number;
  readonly into: Acknowledged;
};

/** Clients that make and revoke keys beside those that ask: changes of state, each in a transaction of its own. */
const KEY_MAKERS = 4;

type Shape = { readonly path: string; readonly stream: boolean; body(model: string): object; readonly end: string };

const question = (): string => `Question ${randomUUID()}: what is a gate?`;
const chat = (stream: boolean): Shape => ({
  path: '/v1/chat/completions',
  stream,
  body: (model) => ({ model, stream, messages: [{ role: 'user', content: question() }] }),
  end: 'data: [DONE]',
});
const SHAPES: readonly Shape[] = [
  chat(false),
  chat(true),
  {
    path: '/v1/responses',
    stream: true,
    body: (model) => ({ model, stream: true, input: question() }),
    end: 'event: response.completed',
  },
  {
    path: '/v1/messages',
    stream: true,
    body: (model) => ({ model, stream: true, max_tokens: 50, messages: [{ role: 'user', content: question() }] }),
    end: 'event: message_stop',
  },
  {
    path: '/v1/messages',
    stream: false,
    body: (model) => ({ model, max_tokens: 50, messages: [{ role: 'user', content: question() }] }),
    end: '',
  },
];

/** Requests of all kinds and new keys, without a pause, until `stop` is called or nobody answers any more. Notes what was acknowledged. */
export function startLoad(gate: Running, options: LoadOptions): { stop(): Promise<void> } {
  const agent = new Agent({ connections: options.writers + KEY_MAKERS, pipelining: 1 });
  let over = false;
  const repeat = async (once: (turn: number) => Promise<void>): Promise<void> => {
    for (let turn = 0; !over; turn++) {
      try {
        await once(turn);
      } catch {
        // The connection broke: that is what happens to clients when the process is killed.
        if (!over) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  };
  const asks = Array.from({ length: options.writers }, (_, writer) => repeat((turn) => ask(agent, gate, options, writer + turn)));
  const keys = Array.from({ length: KEY_MAKERS }, () => repeat((turn) => makeKey(agent, gate, options, turn)));
  const work = Promise.all([...asks, ...keys]);
  return {
    async stop() {
      over = true;
      await agent.destroy();
      await work;
    },
  };
}

async function ask(agent: Agent, gate: Running, { key, models, into }: LoadOptions, turn: number): Promise<void> {
  const shape = SHAPES[turn % SHAPES.length] as Shape;
  const model = models[Math.floor(turn / SHAPES.length) % models.length]?.[shape.path === '/v1/messages' ? 'anthropic' : 'openai'] ?? '';
  const reply = await request(`${gate.gateway}${shape.path}`, {
    dispatcher: agent,
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(shape.body(model)),
  });
  const event = String(reply.headers['x-sallyport-event']);
  if (reply.statusCode !== 200) {
    into.odd.push(`${shape.path} ${reply.statusCode} ${(await reply.body.text()).slice(0, 200)}`);
    return;
  }
  if (shape.stream) into.started.add(event);
  let text = '';
  for await (const chunk of reply.body) {
    text += String(chunk);
    // The last event counts when it was seen, whether or not the connection is closed properly behind it.
    if (shape.stream && text.includes(shape.end)) into.ended.add(event);
  }
  if (!shape.stream) into.ended.add(event);
}

async function makeKey(agent: Agent, gate: Running, { key, into }: LoadOptions, turn: number): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const made = await request(`${gate.console}/api/keys`, {
    dispatcher: agent,
    method: 'POST',
    headers,
    body: JSON.stringify({ name: `load-${randomUUID()}` }),
  });
  const body = (await made.body.json()) as { id: string; key: string };
  if (made.statusCode !== 201) {
    into.odd.push(`key ${made.statusCode} ${JSON.stringify(body).slice(0, 200)}`);
    return;
  }
  into.keys.set(body.id, body.key);
  if (turn % 2 !== 1) return;
  into.revoking.add(body.id);
  const revoked = await request(`${gate.console}/api/keys/${body.id}`, { dispatcher: agent, method: 'DELETE', headers });
  await revoked.body.dump();
  if (revoked.statusCode === 200) into.revoked.add(body.id);
}
