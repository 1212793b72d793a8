/** What a tool does to the world, as far as its name or its operator tells. `unknown` is to be treated as `write`. */
export type Effect = 'read' | 'write' | 'egress' | 'destructive' | 'unknown';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/**
 * Verbs by effect. General English verbs of APIs and agent tools, not those of one product. Where a verb has two readings the stricter
 * one counts: `fetch` reaches out to an address that an attacker may name, so it is egress and no read.
 */
const VERBS: readonly { readonly effect: Exclude<Effect, 'unknown'>; readonly verbs: ReadonlySet<string> }[] = [
  {
    effect: 'destructive',
    verbs: words(
      'delete remove drop destroy purge erase wipe truncate reset revoke kill terminate uninstall format overwrite cancel ban kick disable deactivate ' +
        'shutdown rollback unsubscribe expire clear shred prune force rm rmdir unlink evict',
    ),
  },
  {
    effect: 'egress',
    verbs: words(
      'send post share publish upload forward email mail sms text call notify invite transfer pay wire withdraw donate export sync push tweet reply ' +
        'message broadcast dispatch submit webhook fetch browse navigate download crawl scrape visit request curl http wget ping open goto redirect ' +
        'announce purchase buy order checkout refund charge',
    ),
  },
  {
    effect: 'write',
    verbs: words(
      'create add insert update edit modify set write save store put patch append replace rename move copy merge apply assign schedule reserve book ' +
        'run execute exec eval invoke start stop restart deploy install configure enable activate grant approve accept reject close lock unlock ' +
        'mark tag label import register subscribe follow unfollow join leave commit change upsert bash shell python sql command click type press ' +
        'scroll drag fill generate build make draft comment react star unstar archive restore login authenticate verify reschedule input clone pull issue return exchange',
    ),
  },
  {
    effect: 'read',
    verbs: words(
      'get list read search find lookup look query view show describe retrieve check count peek inspect summarize summarise calculate compute ' +
        'compare validate preview explain analyze analyse translate convert parse recall watch monitor status stat ls cat head tail grep glob diff ' +
        'filter sort rank classify detect extract history who what when is has exists',
    ),
  },
];

/** Names are scanned this far; longer ones are no tool names of any API (OpenAI: 64, Anthropic: 128, MCP: 128 characters). */
const MAX_NAME = 256;

/**
 * The effect of a tool: as the operator declared it, else by the verbs in its name (camelCase, snake_case, kebab-case; of a namespaced
 * name such as `mcp__server__tool` the last part). The first verb decides and what follows it are its objects (`get_deleted_items`
 * reads), unless a conjunction brings another verb (`read_and_delete`): then the stricter one counts. A name is a hint and no proof:
 * it may only be trusted as far as the one who named the tool.
 */
export function toolEffect(name: string, declared?: Readonly<Record<string, Effect>>): Effect {
  if (declared !== undefined && Object.hasOwn(declared, name)) return declared[name] ?? 'unknown';
  const parts = wordsOf(lastSegment(name.slice(0, MAX_NAME)));
  const first = parts.findIndex((word, i) => effectOfVerb(word) !== undefined && !isNounHere(parts, i));
  if (first < 0) return 'unknown';
  let effect = effectOfVerb(parts[first] ?? '') ?? 'unknown';
  for (let i = first + 1; i < parts.length; i++) {
    const joined = CONJUNCTIONS.has(parts[i - 1] ?? '') ? effectOfVerb(parts[i] ?? '') : undefined;
    if (joined !== undefined) effect = stricter(effect, joined);
    // Reading an address is a request to it: whoever chose the address learns what stands in it.
    if (REMOTE.has(parts[i] ?? '')) effect = stricter(effect, 'egress');
  }
  return effect;
}

// Words that are as often the thing as the deed: they are the thing when another verb follows (`email_search`, `order_status`).
const NOUNS = words('email mail message call post order comment label tag text sms draft format star export shell command log');
const CONJUNCTIONS = words('and or then n');
const REMOTE = words('url urls webpage webpages website websites');
const ORDER: readonly Effect[] = ['read', 'write', 'egress', 'destructive'];

function isNounHere(parts: readonly string[], at: number): boolean {
  if (!NOUNS.has(parts[at] ?? '')) return false;
  return at === 0 && parts.slice(1).some((word) => effectOfVerb(word) !== undefined && !NOUNS.has(word));
}

function effectOfVerb(word: string): Effect | undefined {
  for (const { effect, verbs } of VERBS) if (verbs.has(word)) return effect;
  return undefined;
}

function stricter(a: Effect, b: Effect): Effect {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

/** The last part of a namespaced name that has a letter: servers prefix the names of their tools. */
export function lastSegment(name: string): string {
  const segments = name.split(/__|[./:]/).filter((segment) => /[a-z]/i.test(segment));
  return segments.at(-1) ?? '';
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
