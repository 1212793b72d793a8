import { entropy } from '../secrets/random.ts';

/** How a reply makes someone ask for an address: an image is fetched when it is shown, a link when it is clicked. */
export type Carrier = 'image' | 'link';

/** Why an address is thought to carry data out, or undefined. Confidence 0 to 1. */
export type Verdict = { readonly confidence: number; readonly reason: string };

/** Longest part of an address that is looked into; RFC 9110 4.1 asks servers for 8,000 octets. */
const MAX_URL = 8192;

/** Letters of decoded text that are a sentence and not a label. */
const MIN_SENTENCE = 40;
const MIN_WORDS = 6;

/** A value that decodes to so many readable characters was encoded to be carried. */
const MIN_ENCODED = 12;

/** Random characters in a parameter from which an image is no image. */
const MIN_OPAQUE = 32;
const OPAQUE_ENTROPY = 3.8;

/** Judges an address. `trusted`: the operator lets replies carry data to this host. */
export function carriesData(url: string, carrier: Carrier, trusted: (host: string) => boolean): Verdict | undefined {
  const parts = split(url.slice(0, MAX_URL));
  if (parts === undefined || trusted(parts.host)) return undefined;
  const values = [...parts.values, parts.rest];
  return (
    first(values, (value) => placeholder(value)) ??
    first(values, (value) => identifier(value)) ??
    first([...parts.values, ...parts.segments], (value) => encodedText(value, carrier)) ??
    label(parts.host) ??
    (carrier === 'image'
      ? (first(parts.named, ([name, value]) => opaque(name, value)) ??
        first([...parts.values, ...parts.segments], (value) => sentence(value)))
      : undefined)
  );
}

function first<T>(values: readonly T[], judge: (value: T) => Verdict | undefined): Verdict | undefined {
  for (const value of values) {
    const verdict = judge(value);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

type Parts = {
  host: string;
  rest: string;
  segments: readonly string[];
  values: readonly string[];
  named: readonly (readonly [string, string])[];
};

const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^/?#@]*@)?([^/?#:]*)(?::\d*)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is;

function split(url: string): Parts | undefined {
  const match = ADDRESS.exec(url);
  if (match === null) return undefined;
  const named = `${match[3] ?? ''}&${match[4] ?? ''}`
    .split('&')
    .filter((pair) => pair !== '')
    .map(nameAndValue);
  return {
    host: (match[1] ?? '').toLowerCase(),
    rest: unescaped(`${match[2] ?? ''}?${match[3] ?? ''}#${match[4] ?? ''}`),
    segments: (match[2] ?? '')
      .split('/')
      .filter((segment) => segment !== '')
      .map(unescaped),
    values: named.map(([, value]) => value),
    named,
  };
}

function nameAndValue(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? ['', unescaped(pair)] : [pair.slice(0, at).toLowerCase(), unescaped(pair.slice(at + 1))];
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** A placeholder of the gate, or the slot of an instruction such as `?q={conversation}`. */
function placeholder(value: string): Verdict | undefined {
  if (/<?\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_[0-9a-f]{10,}>?/.test(value)) return { confidence: 0.97, reason: 'a masked value in the address' };
  if (
    /[{[<](?:[A-Za-z]+[ _-]){0,3}(?:data|secret|conversation|history|summary|user[ _-]?info|email|prompt|message|chat|content|key|token|password)s?(?:[ _-][A-Za-z]+){0,3}[}\]>]/i.test(
      value,
    )
  ) {
    return { confidence: 0.85, reason: 'a slot for data in the address' };
  }
  return undefined;
}

/** An e-mail address or a credential inside an address that is not a mailto. */
function identifier(value: string): Verdict | undefined {
  if (/(?:^|[=?&#/: ])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}\.[A-Za-z]{2,24}\b/.test(value))
    return { confidence: 0.8, reason: 'an e-mail address in the address' };
  if (/\b(?:sk-[A-Za-z0-9_-]{20}|gh[pousr]_[A-Za-z0-9]{30}|AKIA[A-Z0-9]{16}|eyJ[A-Za-z0-9_-]{10,}\.eyJ)/.test(value))
    return { confidence: 0.95, reason: 'a credential in the address' };
  return undefined;
}

function encodedText(value: string, carrier: Carrier): Verdict | undefined {
  const compact = value.replaceAll(' ', '+');
  if (!/^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(compact)) return undefined;
  const text = Buffer.from(compact, /^(?:[0-9a-f]{2})+$/i.test(compact) ? 'hex' : 'base64').toString('latin1');
  if (text.length < MIN_ENCODED || !/^[\x20-\x7e\n\r\t]+$/.test(text) || !/[a-z]{2}/i.test(text)) return undefined;
  return { confidence: carrier === 'image' ? 0.95 : 0.85, reason: 'encoded text in the address' };
}

/** Data in a host name: DNS carries it out even where the request is blocked. */
function label(host: string): Verdict | undefined {
  const long = host.split('.').find((part) => part.length >= 40 && /^[a-z0-9-]+$/.test(part) && /[0-9]/.test(part) && entropy(part) >= 3);
  return long === undefined ? undefined : { confidence: 0.75, reason: 'data in the host name' };
}

/** Parameters with which storage services sign their addresses: random by design. */
const SIGNATURE =
  /^(?:x-amz-|x-goog-|sig$|signature$|se$|sp$|sv$|sr$|st$|skoid$|expires$|key-pair-id$|policy$|ixid$|ixlib$|token$|hash$|h$|v$|s$|oe$|oh$|stp$|ccb$|_nc_|hmac)/;

function opaque(name: string, value: string): Verdict | undefined {
  if (SIGNATURE.test(name) || value.length < MIN_OPAQUE || !/^[A-Za-z0-9+/_=-]+$/.test(value) || entropy(value) < OPAQUE_ENTROPY)
    return undefined;
  return { confidence: 0.7, reason: 'unreadable data in the address of an image' };
}

function sentence(value: string): Verdict | undefined {
  const words = value.split(/[ _]+/).filter((word) => /^[\p{L}\p{N}'’.,:;!?()-]+$/u.test(word));
  return value.length >= MIN_SENTENCE && words.length >= MIN_WORDS
    ? { confidence: 0.75, reason: 'text in the address of an image' }
    : undefined;
}
