import { parser, Type, type ApiClient, type Static, type TSchema } from '../kernel/index.ts';
import { attempt, bad, doubtful, good, type Check } from './doctor_check.ts';

// What is read of the replies; a newer server may say more.
const AUDIT = Type.Object({
  size: Type.Number(),
  projectionLag: Type.Number(),
  state: Type.String(),
  witness: Type.Optional(Type.Object({ kind: Type.String(), failing: Type.Optional(Type.String()) })),
  missingLogs: Type.Array(Type.String()),
  contentDropped: Type.Number(),
});
const PROVIDERS = Type.Object({
  providers: Type.Array(
    Type.Object({ provider: Type.String(), circuit: Type.String(), key: Type.String(), lastError: Type.Optional(Type.String()) }),
  ),
});
const POLICY = Type.Object({
  rules: Type.Array(Type.Object({ enforced: Type.Boolean() })),
  refused: Type.Array(Type.Object({ rule: Type.String(), message: Type.String() })),
});

/** Events that the database may be behind the log on a busy gate: some seconds. */
const LAG = 10_000;
const OTHER_VERSION = 'Use the bin of the version that runs.';

/** Asks the running server about itself. */
export async function checkServer(api: ApiClient): Promise<readonly Check[]> {
  const ask = <S extends TSchema>(name: string, path: string, schema: S, check: (reply: Static<S>) => Check): Promise<Check> =>
    attempt(name, async () => {
      const parsed = parser(schema)(await api.call('GET', path));
      return parsed.ok ? check(parsed.value) : doubtful(name, 'The server answered in a form that is not known here.', OTHER_VERSION);
    });
  let witness: readonly Check[] = [];
  const log = await ask('event log', '/api/audit', AUDIT, (reply) => {
    witness = witnessCheck(reply);
    return logCheck(reply);
  });
  return [
    log,
    ...witness,
    // The first page of events is read from the database, whatever is in it.
    await ask('store', '/api/events?limit=1', Type.Unknown(), () => good('store', 'answers')),
    await ask('providers', '/api/providers', PROVIDERS, ({ providers }) => providersCheck(providers)),
    await ask('policy', '/api/policy', POLICY, ({ rules, refused }) =>
      refused[0] === undefined ? modesCheck(rules) : refusedCheck(refused[0], refused.length),
    ),
  ];
}

/** Only what the configuration cannot tell: whether the witness takes what it is sent. */
function witnessCheck({ witness }: Static<typeof AUDIT>): readonly Check[] {
  if (witness?.failing === undefined) return [];
  return [
    bad(
      'witness',
      `It does not take tree heads: ${witness.failing}.`,
      'Check its address; the newest head is sent again until it is taken.',
    ),
  ];
}

function logCheck({ state, size, projectionLag, missingLogs, contentDropped }: Static<typeof AUDIT>): Check {
  const name = 'event log';
  if (state === 'full')
    return bad(name, 'The disk is full: nothing is served until there is room.', 'Make room on the disk of the data folder.');
  if (state !== 'ok') return bad(name, 'It cannot be written any more.', 'Check the disk, then start the server again.');
  if (missingLogs.length > 0)
    return bad(
      name,
      `The database knows ${missingLogs.join(', ')}, and the data folder does not have it.`,
      'Find out who removed it, and put it back from a backup.',
    );
  if (projectionLag > LAG)
    return doubtful(name, `The database is ${projectionLag} events behind.`, 'Check that the database is not overloaded; nothing is lost.');
  if (contentDropped > 0)
    return doubtful(
      name,
      `${contentDropped} texts were not kept because too many came at once.`,
      'Events are complete; see whether the store is too slow.',
    );
  return good(name, `${size} records, the database ${projectionLag} behind`);
}

function providersCheck(providers: Static<typeof PROVIDERS>['providers']): Check {
  const name = 'providers';
  const own = providers.filter(({ provider }) => provider !== 'practice');
  if (own.length === 0)
    return doubtful(name, 'None is configured; only the practice provider answers.', 'Add one under `providers:` in sallyport.yaml.');
  const troubles = own.flatMap(({ provider, circuit, key, lastError }) => [
    ...(key === 'missing' ? [`${provider} has no key`] : []),
    ...(circuit === 'closed' ? [] : [`${provider} is not called for now (${lastError ?? circuit})`]),
  ]);
  if (troubles.length === 0) return good(name, own.map(({ provider }) => provider).join(', '));
  const fix = 'Try each with `sallyport provider test NAME`.';
  const say = `${troubles.join('; ')}.`;
  const usable = own.some(({ circuit, key }) => key !== 'missing' && circuit !== 'open');
  return usable ? doubtful(name, say, fix) : bad(name, say, fix);
}

/** How many rules are in force and how many only watch. */
export function modesCheck(rules: readonly { readonly enforced: boolean }[]): Check {
  const observed = rules.filter(({ enforced }) => !enforced).length;
  const say = `${rules.length} rules, ${observed} of them only observe`;
  return observed === rules.length
    ? doubtful('policy', `${say}: nothing is stopped.`, 'Enforce some: `sallyport policy enforce RULE`.')
    : good('policy', observed === 0 ? `${rules.length} rules, all enforced` : say);
}

function refusedCheck(first: { readonly rule: string; readonly message: string }, count: number): Check {
  return bad(
    'policy',
    `The last change was refused, the rules before it stay in force: ${first.rule}: ${first.message}${count > 1 ? ` (and ${count - 1} more)` : ''}`,
    'Correct it; `sallyport policy check` names every line.',
  );
}
