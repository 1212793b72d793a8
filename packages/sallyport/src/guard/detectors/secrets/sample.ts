/** What documentation writes in place of a credential, as words. */
const SAMPLE =
  /x{5}|\*{3}|\.{3}|…|example|sample(?![a-z])|placeholder|change[-_]?(?:me|this)|replace[-_]?(?:me|this|with)|insert[-_]?|your[-_]?(?:own|[a-z]+[-_]|api|key|token|secret|pass)|my[-_](?:api|secret|token|key|pass)|redacted|dummy|(?<![a-z])fake|not[-_]?(?:a[-_])?(?:real|valid|secret)|invalid|<[a-z]|put[-_]|goes[-_]?here|[-_]here$|todo|fixme|lorem|foobar|(?<![a-z])mock|test[-_]?(?:key|token|secret|password|api)|deadbeef|cafebabe/i;

/** So many equal or counting characters on end are no chance; in longer values more come up, as in the base64 of a key. */
const SAME = 5;
const COUNTING = 6;
const LONG = 100;
const IN_LONG = 24;
const PERIOD = 16;
const PERIODIC = 0.8;

/** Whether a value is a sample from documentation: by what it says, or because it repeats or counts. */
export function isSample(value: string): boolean {
  return SAMPLE.test(value) || isPatterned(value);
}

/** Repeats one character or one block, or counts up or down, as nothing random does. */
export function isPatterned(value: string): boolean {
  const [mostSame, mostCounting] = value.length > LONG ? [IN_LONG, IN_LONG] : [SAME, COUNTING];
  let same = 1;
  let up = 1;
  let down = 1;
  for (let i = 1; i < value.length; i++) {
    const step = value.charCodeAt(i) - value.charCodeAt(i - 1);
    const bridge = step < 0 || step > 30 ? NEXT.has((value.charCodeAt(i - 1) << 7) | value.charCodeAt(i)) : false;
    same = step === 0 ? same + 1 : 1;
    up = step === 1 || bridge ? up + 1 : 1;
    down = step === -1 ? down + 1 : 1;
    if (same >= mostSame || up >= mostCounting || down >= mostCounting) return true;
  }
  return value.length >= PERIOD && value.length <= LONG && isPeriodic(value);
}

/** `90`, `9a`, `zA`, `Z0`: where a count goes on in the next alphabet. */
const NEXT = new Set(
  ['90', '9a', '9A', 'za', 'zA', 'Za', 'ZA', 'z0', 'Z0', 'fa', 'f0', 'FA', 'F0'].map((two) => (two.charCodeAt(0) << 7) | two.charCodeAt(1)),
);

function isPeriodic(value: string): boolean {
  for (let period = 1; period <= Math.min(PERIOD, value.length / 2); period++) {
    const least = PERIODIC * (value.length - period);
    let equal = value.length - period;
    for (let i = period; i < value.length && equal >= least; i++) if (value.charCodeAt(i) !== value.charCodeAt(i - period)) equal--;
    if (equal >= least) return true;
  }
  return false;
}
