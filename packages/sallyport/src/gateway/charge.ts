import type { TenantId } from '../kernel/index.ts';
import { costOf, worstOf, type Limiter, type Loops, type Price, type Prices } from '../limits/index.ts';
import type { Budget, Exhausted, Reserved, Spending } from '../limits/service.ts';
import type { KeyRecord } from '../identity/service.ts';
import type { ReadRequest, Usage } from '../message/index.ts';
import type { Target } from '../providers/service.ts';
import type { GatewayErrorCode } from './errors.ts';

/** What the data plane needs to know of money and tokens. */
export type Budgets = {
  readonly prices: Prices;
  readonly spending: Pick<Spending, 'reserve'>;
  readonly loops: Loops;
  readonly limiter: Pick<Limiter, 'takeTokens'>;
  /** Of each tenant, in millionths of a USD. */
  readonly tenant: { readonly microsPerDay: number | null; readonly microsPerMonth: number | null };
  /** Output tokens of a request under a budget that names no maximum. */
  readonly maxOutput: number;
  /** How often the same request may come within a minute; 0 = no bound. */
  readonly identicalCalls: number;
  /** Attempts that a call to these targets may take, retries included. */
  attempts(targets: readonly Target[]): number;
};

/** Why a call may not be made. `say` is public text. */
export type Refusal = { readonly code: GatewayErrorCode; readonly say: string; readonly retryAfterSeconds: number | undefined };

/** Tokens that a provider adds on its own: role markers, its instructions for tools. */
const OVERHEAD = 1_024;

/** What one exchange costs: set aside before it is sent, settled when it has ended. */
export class Charge {
  readonly #price: Price | undefined;
  /** Millionths of a USD that one attempt costs at most. */
  readonly #attempt: number;
  readonly #dear: boolean;
  readonly #tokens: number;
  readonly #giveBack: ((tokens: number) => void) | undefined;
  readonly #reserved: Reserved | undefined;
  #sent = false;
  #failed = false;
  #lost = 0;
  #cost: number | undefined;

  constructor(parts: {
    readonly price: Price | undefined;
    readonly attempt: number;
    readonly dear: boolean;
    readonly tokens: number;
    readonly giveBack: ((tokens: number) => void) | undefined;
    readonly reserved: Reserved | undefined;
  }) {
    this.#price = parts.price;
    this.#attempt = parts.attempt;
    this.#dear = parts.dear;
    this.#tokens = parts.tokens;
    this.#giveBack = parts.giveBack;
    this.#reserved = parts.reserved;
  }

  /** The request is on its way: from now on it can cost something. */
  sent(): void {
    this.#sent = true;
  }

  /** An attempt failed after the provider may have begun to work on it: nobody knows what it cost, so it costs the most. */
  lost(): void {
    this.#lost++;
  }

  /** No reply came, or an error instead of one: nothing more is owed for it. */
  failed(): void {
    this.#failed = true;
  }

  /** Settles once; answers millionths of a USD, or undefined where no price is known. */
  settle(usage: Usage | undefined): number | undefined {
    if (this.#cost === undefined) {
      this.#cost = this.#sent ? this.#lost * this.#attempt + this.#last(usage) : 0;
      this.#reserved?.settle(this.#cost);
      this.#giveBack?.(Math.max(0, this.#tokens - this.#used(usage)));
    }
    return this.#price === undefined ? undefined : this.#cost;
  }

  /** The attempt that gave the reply. Without the provider's count (a stream that was cut off) it costs the most. */
  #last(usage: Usage | undefined): number {
    if (usage === undefined || this.#price === undefined) return this.#failed ? 0 : this.#attempt;
    const { input, output, cachedInput, cacheWrite } = usage;
    return costOf(this.#price, { input, output, cached: cachedInput, written: cacheWrite }, this.#dear);
  }

  #used(usage: Usage | undefined): number {
    if (usage !== undefined) return usage.input + usage.output;
    return this.#sent && !this.#failed ? this.#tokens : 0;
  }
}

/**
 * Checks what a call may cost against the budgets of its key and its tenant, and sets the worst case aside. Under a budget the request
 * gets a maximum of output tokens and, where it streams, asks the provider for its count.
 */
export function chargeOf(
  budgets: Budgets,
  tenant: TenantId,
  key: KeyRecord,
  request: ReadRequest,
  bytes: number,
  targets: readonly Target[],
  call: string,
  now: number,
): Charge | Refusal | Promise<Charge | Refusal> {
  const prices = targets.map((target) =>
    target.kind === 'practice' || UNBILLED.has(request.api) ? FREE : budgets.prices.find(target.model),
  );
  const own = budgetsOf(budgets, key);
  const limited = own.length > 0 || key.tokensPerMinute !== null;
  const [price] = prices;
  if (!limited) return new Charge({ price, attempt: 0, dear: isDear(request), tokens: 0, giveBack: undefined, reserved: undefined });
  if (own.length > 0 && prices.some((one) => one === undefined)) return UNKNOWN_PRICE;
  if (own.length > 0 && budgets.loops.looping(key.id, call, budgets.identicalCalls, now)) return LOOP;

  // Whichever of the targets answers in the end.
  const known = prices.filter((one) => one !== undefined);
  const output = boundOutput(request, Math.max(0, ...known.map((one) => one.maxOutput)) || budgets.maxOutput, budgets.maxOutput);
  const choices = choicesOf(request);
  const context = known.length === 0 ? bytes + OVERHEAD : Math.max(...known.map((one) => one.context));
  const input = Math.min(context, isOpen(request) ? Number.POSITIVE_INFINITY : bytes + OVERHEAD);
  const attempt = Math.max(0, ...prices.map((one) => (one === undefined ? 0 : worstOf(one, { input, output, choices }))));
  const tokens = input + output * choices;
  const rate = key.tokensPerMinute === null ? undefined : budgets.limiter.takeTokens(`${key.id} tokens`, key.tokensPerMinute, tokens, now);
  if (rate?.ok === false)
    return {
      code: 'RATE_LIMITED',
      say: `It may take ${tokens} tokens; ${rate.remaining} of ${key.tokensPerMinute} a minute are left.`,
      retryAfterSeconds: rate.retryAfterSeconds,
    };
  askForUsage(request);
  const make = (reserved: Reserved | Exhausted): Charge | Refusal => {
    if (reserved.ok)
      return new Charge({
        price,
        attempt,
        dear: isDear(request),
        tokens,
        giveBack: rate === undefined ? undefined : (unused) => rate.giveBack(unused),
        reserved,
      });
    rate?.giveBack(tokens);
    return {
      code: 'BUDGET_EXHAUSTED',
      say: `The budget of ${reserved.scope === TENANT ? 'this organisation' : 'this key'} for this ${reserved.per} does not cover what it may cost.`,
      retryAfterSeconds: reserved.retryAfterSeconds,
    };
  };
  const reserved = budgets.spending.reserve(tenant, own, attempt * budgets.attempts(targets));
  if (!(reserved instanceof Promise)) return make(reserved);
  return reserved.then(make, (error: unknown) => {
    rate?.giveBack(tokens);
    throw error;
  });
}

const FREE: Price = { input: 0, output: 0, context: 1_000_000, maxOutput: 1_000_000 };
/** Endpoints that providers do not bill. */
const UNBILLED: ReadonlySet<ReadRequest['api']> = new Set(['count_tokens', 'moderations']);
/** The scope of a tenant's own budget; the others are ids of keys. */
export const TENANT = 'tenant';

const UNKNOWN_PRICE: Refusal = { code: 'PRICE_UNKNOWN', say: '', retryAfterSeconds: undefined };
const LOOP: Refusal = { code: 'LOOP_DETECTED', say: '', retryAfterSeconds: 60 };

function budgetsOf(budgets: Budgets, key: KeyRecord): Budget[] {
  const own: Budget[] = [];
  if (key.microsPerDay !== null || key.microsPerMonth !== null)
    own.push({ scope: key.id, microsPerDay: key.microsPerDay, microsPerMonth: key.microsPerMonth });
  const { microsPerDay, microsPerMonth } = budgets.tenant;
  if (microsPerDay !== null || microsPerMonth !== null) own.push({ scope: TENANT, microsPerDay, microsPerMonth });
  return own;
}

/** Content that the provider brings in itself has no bound but the model's context. */
function isOpen(request: ReadRequest): boolean {
  // A conversation or a prompt that the provider keeps is input like any other, of any length.
  const kept = request.api === 'responses' && (isGiven(request.body['conversation']) || isGiven(request.body['prompt']));
  return kept || request.attachments > 0 || request.previousResponseId !== undefined || request.tools.some((tool) => tool.provider);
}

/** Tiers that cost more than the list's price. */
function isDear(request: ReadRequest): boolean {
  const tier = request.body['service_tier'];
  return tier === 'priority' || tier === 'fast';
}

function choicesOf(request: ReadRequest): number {
  const count = (value: unknown): number => (typeof value === 'number' && value > 1 ? Math.ceil(value) : 1);
  const choices = Math.max(count(request.body['n']), count(request.body['best_of']));
  return request.api === 'completions' ? choices * promptsOf(request.body['prompt']) : choices;
}

/** The completions API answers each prompt of a list; a list of numbers is one prompt, as tokens. */
function promptsOf(prompt: unknown): number {
  return Array.isArray(prompt) && typeof prompt[0] !== 'number' ? Math.max(1, prompt.length) : 1;
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const MAXIMUM: Partial<Record<ReadRequest['api'], string>> = {
  chat: 'max_completion_tokens',
  completions: 'max_tokens',
  responses: 'max_output_tokens',
  messages: 'max_tokens',
};

/** Names under which one API or another takes the maximum; providers differ in which of two they follow. */
const MAXIMA = ['max_completion_tokens', 'max_output_tokens', 'max_tokens'];

/**
 * The most output tokens of one reply; a request that names no maximum gets one, and so does one that names less than nothing, which some
 * servers (llama.cpp, Ollama) take for no bound at all.
 */
function boundOutput(request: ReadRequest, most: number, fallback: number): number {
  const field = MAXIMUM[request.api];
  if (field === undefined) return 0;
  const bound = Math.min(fallback, most);
  const named: number[] = [];
  for (const name of MAXIMA) {
    const value = request.body[name];
    if (typeof value === 'number' && value < 0) request.body[name] = bound;
    if (isGiven(value)) named.push(typeof value === 'number' && value > 0 ? value : bound);
  }
  if (named.length === 0) request.body[field] = bound;
  return named.length === 0 ? bound : Math.min(Math.max(...named), most);
}

/** The chat and completions APIs count a stream's tokens only when asked to; the chunk with the count is not delivered to who did not ask. */
function askForUsage(request: ReadRequest): void {
  if (!request.stream || (request.api !== 'chat' && request.api !== 'completions')) return;
  const given = request.body['stream_options'];
  const options = typeof given === 'object' && given !== null && !Array.isArray(given) ? given : {};
  if (options['include_usage'] === true) return;
  request.body['stream_options'] = { ...options, include_usage: true };
  request.hideUsage = true;
}
