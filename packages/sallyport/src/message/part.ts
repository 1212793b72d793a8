import type { JsonObject, Point } from '../kernel/index.ts';

/** Whose words a text is. `unknown` is what no rule of the API assigns: treat it as untrusted. */
export type Origin = 'system' | 'user' | 'tool' | 'retrieved' | 'assistant' | 'unknown';

/** What a part holds. Everything but `text` is unscanned: the policy decides about it. */
export type PartKind = 'text' | 'image' | 'audio' | 'video' | 'file' | 'other';

/** Where the bytes of a file are. */
export type FileSource = 'body' | 'provider' | 'address';

/** The endpoints whose bodies this module reads. */
export type Api = 'chat' | 'completions' | 'responses' | 'messages' | 'count_tokens' | 'embeddings' | 'moderations';

/** One piece of a message with one origin: what guards scan and rules judge. */
export type Part = {
  /** Index in `parts`. */
  readonly id: number;
  /** In requests: prompt, content, tool_result, tool_call, response (earlier turns). In replies: response or tool_call. */
  readonly point: Point;
  readonly origin: Origin;
  /** The API's role word, or what the text is: `tool_definition`, `parameter`, `schema`, `reasoning`, `echo`, `error`. */
  readonly role: string;
  /** Index of the message (or output item, or choice); -1 for text that stands outside of messages. */
  readonly turn: number;
  readonly kind: PartKind;
  /** Media type or, for references, what is referred to (`stored-prompt`, `tokens`). */
  readonly media?: string | undefined;
  /** Path in the body, e.g. `messages[3].content[0].text`; `{keys}` ends the path of the part that holds an object's own key names. */
  readonly where: string;
  /** The text now, `''` for what is not text. */
  readonly text: string;
  /** Of what is not text: whether its bytes stand in the body, at the provider, or at an address that the provider fetches. */
  readonly source?: FileSource | undefined;
  /** Of a file whose bytes stand in the body: the bytes, decoded anew with each call, and its name. */
  readonly file?: { bytes(): Uint8Array; readonly name: string } | undefined;
  /** The tool that is called (tool_call) or answers (tool_result). */
  readonly tool?: { readonly name: string; /** For tool_result: the id of the call that it answers. */ readonly call?: string } | undefined;
  /** Writes into the body that will be forwarded (masking, quarantine); afterwards `text` is the new text. For what is not text: replaces it by a text block. */
  set(text: string): void;
};

/** A tool that the request offers to the model. */
export type ToolDefinition = {
  readonly name: string;
  readonly description: string;
  readonly where: string;
  /** Run by the provider (web_search, code_interpreter, mcp ...): its calls never pass the client. */
  readonly provider: boolean;
  readonly raw: JsonObject;
};

/** A call that the model asks for. */
export type ToolCall = {
  readonly id: string;
  readonly name: string;
  /** The arguments as they stand now (after masks): JSON text, or the free text of a custom tool. */
  readonly arguments: string;
  /** The arguments as an object, read strictly; undefined when they are not one (also with duplicate keys, where two readers may disagree). */
  readonly input: JsonObject | undefined;
  /** Ids of the parts that hold its argument texts. */
  readonly parts: readonly number[];
  /** The provider has run it already; the call is reported, not asked. */
  readonly provider: boolean;
  readonly where: string;
};

/** A request as the gate sees it. `parts` write into `body`, which is what is forwarded. */
export type ReadRequest = {
  api: Api;
  model: string;
  setModel(model: string): void;
  stream: boolean;
  body: JsonObject;
  parts: Part[];
  tools: ToolDefinition[];
  /** Calls of earlier turns. */
  toolCalls: ToolCall[];
  /** How many parts are not text. */
  attachments: number;
  /** The gate asked for the count of tokens, not the client: the chunk that carries nothing else is not delivered. */
  hideUsage?: boolean;
  previousResponseId?: string;
  user?: string;
};

/** Tokens as the provider counted them; `cachedInput` (read from a cache) and `cacheWrite` (written to it) are part of `input`. */
export type Usage = {
  readonly input: number;
  readonly output: number;
  readonly cachedInput?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
};

/** A whole reply as the gate sees it. */
export type ReadReply = {
  api: Api;
  id?: string;
  model?: string;
  parts: Part[];
  toolCalls: ToolCall[];
  usage?: Usage;
  /** The provider's words for why each choice ended (finish_reason, stop_reason, status). */
  finish: string[];
  body: JsonObject;
  /** Why the reply could not be read in full (too deep, too many parts): it must not be delivered. */
  malformed?: string;
};
