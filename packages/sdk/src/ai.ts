import { permitted, type Permission } from './permitted.ts';

// The shape of a tool of the Vercel AI SDK (`ai`): what `tool({...})` makes and what `streamText` and agents take.

type Tool<I, C> = { readonly execute?: (input: I, options: C) => unknown };

/** What `user` is asked with: the model's input, and what the application gave the call (`experimental_context`, `toolCallId`, messages). */
export type ToolCall<I, C> = { readonly input: I; readonly options: C };

/**
 * A retrieval tool that gives the model only documents that the user may read. The tool answers a list, or an object with the list at `list`
 * (then the rest stays). Who asks comes from the application, never from the model's input.
 */
export function permittedTool<D, I, C, T extends Tool<I, C>>(
  tool: T & Tool<I, C>,
  options: Permission<D, ToolCall<I, C>> & { readonly list?: string },
): T {
  const { execute } = tool;
  if (execute === undefined) throw new TypeError('the tool has no execute: what it gives back comes from elsewhere');
  const { list, ...permission } = options;
  return {
    ...tool,
    async execute(input: I, call: C) {
      const found: unknown = await execute(input, call);
      const documents = list === undefined ? found : (found as Readonly<Record<string, unknown>> | null)?.[list];
      if (!Array.isArray(documents)) throw new TypeError('the tool gave no list of documents');
      const kept = await permitted(documents as D[], { input, options: call }, permission);
      return list === undefined ? kept : { ...(found as object), [list]: kept };
    },
  };
}
