import type { Ecosystem } from './dependency.ts';

/** Numbers longer than this are no versions; bounds the comparison. */
const MAX_LENGTH = 200;

/** Negative, zero or positive, as `one` is older than, the same as or newer than `other`; undefined when one of them is no version. */
export function compareVersions(ecosystem: Ecosystem, one: string, other: string): number | undefined {
  const parse = ecosystem === 'pypi' ? pep440 : semver;
  const [a, b] = [parse(one), parse(other)];
  return a === undefined || b === undefined ? undefined : compareKeys(a, b);
}

/** Parts that compare from left to right; strings are newer than numbers (SemVer 2.0.0, 11.4.3), a missing part is older than any. */
type Key = readonly (number | string)[];

function compareKeys(a: Key, b: Key): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [x, y] = [a[at], b[at]];
    if (x === y) continue;
    if (x === undefined) return -1;
    if (y === undefined) return 1;
    if (typeof x === typeof y) return x < y ? -1 : 1;
    return typeof x === 'number' ? -1 : 1;
  }
  return 0;
}

/** SemVer 2.0.0; a leading `v` and missing parts are allowed, as advisories write them. Build metadata does not count. */
function semver(text: string): Key | undefined {
  const match = /^v?(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15}))?(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/.exec(text.slice(0, MAX_LENGTH));
  if (match === null) return undefined;
  const [, major, minor = '0', patch = '0', before] = match;
  const numbers = [Number(major), Number(minor), Number(patch)];
  // A version without pre-release is newer than every one with.
  if (before === undefined) return [...numbers, 1];
  return [...numbers, 0, ...before.split('.').map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : part))];
}

const PEP440 =
  /^v?(?:(\d{1,9})!)?(\d{1,15}(?:\.\d{1,15}){0,20})[-_.]?(?:(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d{0,9}))?(?:-(\d{1,9})|[-_.]?(?:post|rev|r)[-_.]?(\d{0,9}))?(?:[-_.]?dev[-_.]?(\d{0,9}))?(?:\+[a-z0-9._-]+)?$/i;
const PRE: Readonly<Record<string, number>> = { a: -3, alpha: -3, b: -2, beta: -2, c: -1, rc: -1, pre: -1, preview: -1 };
const FINAL = 0;
/** Before every pre-release: what is a development release of the final one. */
const DEVELOPMENT = -4;
const NEVER = 1e9;

/** PEP 440: epoch, release, pre-, post-, development release; the local part does not count against advisories. */
function pep440(text: string): Key | undefined {
  const match = PEP440.exec(text.trim().slice(0, MAX_LENGTH));
  if (match === null) return undefined;
  const [whole, epoch = '0', release = '', pre, preNumber = '0', dashPost, post, dev] = match;
  const numbers = release.split('.').map(Number);
  while (numbers.length > 1 && numbers.at(-1) === 0) numbers.pop();
  const isPost = dashPost !== undefined || post !== undefined;
  const isDev = dev !== undefined || /dev/i.test(whole);
  const stage = pre === undefined ? (isDev && !isPost ? DEVELOPMENT : FINAL) : (PRE[pre.toLowerCase()] ?? FINAL);
  // Releases have any length: a separator below every number ends them.
  return [
    Number(epoch),
    ...numbers.map((number) => number + 10),
    5 + stage,
    Number(preNumber || 0),
    isPost ? Number(dashPost ?? post ?? 0) : -1,
    isDev ? Number(dev ?? 0) : NEVER,
  ];
}
