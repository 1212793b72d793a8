import { SallyportError, type ApprovalState, type ProxyInit, type Sallyport } from './client.ts';

/** An action may not run. `code`: `approval_waiting` (nobody has answered yet: try again later), `approval_rejected`, `approval_expired`. */
export class ApprovalError extends SallyportError {
  readonly approval: ApprovalState & { readonly url?: string };

  constructor(code: string, message: string, approval: ApprovalState & { readonly url?: string }) {
    super(403, code, message);
    this.name = 'ApprovalError';
    this.approval = approval;
  }
}

export type ApprovalOptions<A> = {
  readonly client: Sallyport;
  /** The tool's name, as people and the configuration know it. */
  readonly tool: string;
  readonly conversation?: string;
  /** What the agent says about this call: shown to people as untrusted. */
  readonly said?: (args: A) => string;
  /** How long the call itself waits for an answer; without, it rejects `approval_waiting` at once and is made again later. */
  readonly waitMs?: number;
  /** Told when somebody has to be asked: `url` leads a person to the question. */
  readonly onWaiting?: (approval: ApprovalState & { readonly url: string }) => unknown;
};

/** One look for an answer. The gate ends it earlier when there is one. */
const LOOK_SECONDS = 45;

/** Wraps a tool so that it runs only once a person has approved exactly these arguments, once for each approval. Rejects ApprovalError. */
export function withApproval<A, R>(run: (args: A) => Promise<R>, options: ApprovalOptions<A>): (args: A) => Promise<R> {
  const { client, tool, conversation, said, waitMs = 0, onWaiting } = options;
  return async (args) => {
    const action = { tool, arguments: args, ...(conversation === undefined ? {} : { conversation }) };
    if (await client.useApproval(action)) return run(args);
    const asked = await client.requestApproval({ ...action, ...(said === undefined ? {} : { said: said(args) }) });
    await onWaiting?.(asked);
    const until = Date.now() + waitMs;
    let now: ApprovalState = asked;
    while (now.state === 'waiting' && Date.now() < until)
      now = await client.approval(asked.id, Math.min(LOOK_SECONDS, Math.ceil((until - Date.now()) / 1_000)));
    if (now.state === 'approved' && (await client.useApproval(action))) return run(args);
    const state = now.state === 'approved' || now.state === 'used' ? 'expired' : now.state;
    throw new ApprovalError(`approval_${state}`, MESSAGES[state], { ...now, url: asked.url });
  };
}

const MESSAGES = {
  waiting: 'A person has to approve this first.',
  rejected: 'A person has rejected this.',
  expired: 'The approval is over: ask again.',
} as const;

export type TokenVaultOptions<A extends readonly unknown[]> = {
  readonly client: Sallyport;
  readonly connection: string;
  /** Whose account: from the application, never from the model. Needless when the key may use one account only. */
  readonly user?: string | ((...args: A) => string | Promise<string>);
};

/** Calls the connection's API: a path that begins with a slash. */
export type VaultFetch = (path: string, init?: Omit<ProxyInit, 'user'>) => Promise<Response>;

/** Wraps a tool that needs a third-party account: it gets a fetch into which the gate puts the credential. A refusal rejects ConnectionError. */
export function withTokenVault<A extends readonly unknown[], R>(
  run: (vault: VaultFetch, ...args: A) => Promise<R>,
  { client, connection, user }: TokenVaultOptions<A>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    const who = typeof user === 'function' ? await user(...args) : user;
    // A user who is not known must not become the only account that there happens to be.
    if (user !== undefined && (typeof who !== 'string' || who === '')) throw new TypeError('it is not known whose account is used');
    return run((path, init) => client.proxy(connection, path, { ...init, ...(who === undefined ? {} : { user: who }) }), ...args);
  };
}
