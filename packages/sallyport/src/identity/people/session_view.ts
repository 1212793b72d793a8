import ipaddr from 'ipaddr.js';
import type { SessionNote } from './person.ts';

/** A session as the list shows it. */
export type ListedSession = Omit<SessionNote, 'methods'> & {
  /** Program and system, as far as the user agent says. */
  readonly device: string;
  /** Where from: this machine, or the network of the address. */
  readonly place: string;
  readonly risk: 'low' | 'medium' | 'high';
  /** Why, as sentences. */
  readonly signals: readonly string[];
};

/** Bits of a network that one house or office usually has. */
const NETWORK_BITS = { ipv4: 24, ipv6: 48 } as const;
/** Used within this of each other, two sessions are at the same time. */
const TOGETHER_MS = 10 * 60_000;

const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\/(\d{1,4})/, 'Edge'],
  [/\bOPR\/(\d{1,4})/, 'Opera'],
  [/\b(?:Firefox|FxiOS)\/(\d{1,4})/, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS)\/(\d{1,4})/, 'Chrome'],
  [/\bVersion\/(\d{1,4})[\d.]* (?:Mobile\/\w+ )?Safari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** `Chrome 150 on Linux`; what is no browser by its first word. */
export function deviceOf(agent: string): string {
  const { program, system } = partsOf(agent);
  return system === undefined ? program : `${program} on ${system}`;
}

function partsOf(agent: string): { program: string; family: string; system: string | undefined } {
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1];
  for (const [pattern, family] of PROGRAMS) {
    const version = pattern.exec(agent)?.[1];
    if (version !== undefined) return { program: `${family} ${version}`, family, system };
  }
  const first = agent.split(/[\s/]/, 1)[0] ?? '';
  const program = first === '' ? 'unknown program' : first.slice(0, 40);
  return { program, family: program, system };
}

/** The network of an address, such as `203.0.113.0/24`; addresses of this machine and of no network by themselves. */
export function placeOf(address: string): string {
  if (!ipaddr.isValid(address)) return address === '' ? 'unknown' : address;
  const from = ipaddr.process(address);
  if (from.range() === 'loopback') return 'this machine';
  const bits = NETWORK_BITS[from.kind()];
  const bytes = from.toByteArray().map((byte, at) => (at < bits / 8 ? byte : 0));
  const network = `${ipaddr.fromByteArray(bytes).toString()}/${bits}`;
  return from.range() === 'private' || from.range() === 'uniqueLocal' ? `local network ${network}` : network;
}

/**
 * What speaks against a session, from the person's others of the last weeks: a device or network that is new, and use in two places at once. A version
 * of the same program is no new device. Whoever signed in for the first time has nothing to compare with.
 */
export function listedSession(session: SessionNote, others: readonly SessionNote[]): ListedSession {
  const { methods, ...note } = session;
  const own = others.filter(({ id, person }) => person === session.person && id !== session.id);
  const before = own.filter(({ created }) => created < session.created);
  const place = placeOf(session.address);
  const family = ({ agent }: SessionNote): string => {
    const parts = partsOf(agent);
    return `${parts.family} ${parts.system ?? ''}`;
  };
  const found = [
    before.length > 0 && !before.some((one) => family(one) === family(session)) ? 'A device that is new for this person.' : undefined,
    before.length > 0 && !before.some(({ address }) => placeOf(address) === place) ? 'A network that is new for this person.' : undefined,
    own.some((one) => placeOf(one.address) !== place && Math.abs(one.seen - session.seen) < TOGETHER_MS)
      ? 'Used from another network at the same time.'
      : undefined,
  ].filter((one) => one !== undefined);
  const weak = methods.length === 1 && methods[0] === 'pwd' ? ['By password alone.'] : [];
  const risk = found.length === 0 ? 'low' : found.length === 1 ? 'medium' : 'high';
  return { ...note, device: deviceOf(session.agent), place, risk, signals: [...found, ...weak] };
}
