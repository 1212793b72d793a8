import { canonical } from './text.ts';

/**
 * What a value is. `email`, `url`, `iban`, `phone` can be owned by anybody: whoever chose the value may be at the other end.
 * `handle` names a thing inside of a system (id, user, channel, file, key); `credential` opens one; `text` is composed.
 */
export type ValueKind =
  | 'email'
  | 'url'
  | 'iban'
  | 'phone'
  | 'handle'
  | 'path'
  | 'credential'
  | 'title'
  | 'locator'
  | 'text'
  | 'number'
  | 'date'
  | 'boolean';

/** What an argument is for: where something goes to, what is acted on, what is said. */
export type Role = 'sink' | 'target' | 'place' | 'content';

export const OWNABLE: ReadonlySet<ValueKind> = new Set<ValueKind>(['email', 'url', 'iban', 'phone']);

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

// Words of argument names, general vocabulary of tool schemas (English). `sink`: who or what receives.
const SINK_WORDS = words(
  'to cc bcc recipient recipients address addresses email emails participant participants attendee attendees invitee invitees guest guests ' +
    'receiver receivers payee beneficiary destination user users username usernames member members collaborator collaborators owner owners ' +
    'assignee assignees reviewer reviewers channel channels group groups room rooms audience account iban url urls uri link links href host ' +
    'hostname domain endpoint webhook callback phone mobile tel chat team contact contacts follower company recipientid userid channelid',
);
const TARGET_WORDS = words(
  'id ids uid uuid key number no ref reference sku repo repository repositories branch project database table bucket collection resource ' +
    'object item items product products order orders event file files document documents message thread ticket issue record hotel restaurant ' +
    'vendor seller app application package image server device node job task target name',
);
const PLACE_WORDS = words('path paths dir directory folder filename filepath location_path cwd');
const CREDENTIAL_WORDS = words('password passwd passphrase pwd secret token credential credentials ssh apikey pin');
const TITLE_WORDS = words('title subject headline summary_line caption label');
// A word of content after a word of authority makes content: `user_message`, `order_note`, `email_body`.
const CONTENT_WORDS = words(
  'body content contents text message note notes description comment comments reason summary html markdown query question prompt otp',
);
// The code that a service sent to its user and wants back tells nobody anything new; nor does one that lowers a price.
const ONE_TIME = words('otp verification confirmation discount promo coupon voucher');
// Names of the parts of a form or page: they say where on the page, not what or to whom.
const LOCATOR_WORDS = words(
  'input inputs field fields element elements selector selectors xpath css column columns attribute property widget button',
);

/** Role and kind hint of an argument by the words of its name. The last words of a name weigh most: `message_id` is an id. */
export function roleOf(argument: string): {
  readonly role: Role;
  readonly hint: 'handle' | 'path' | 'credential' | 'title' | 'locator' | 'text';
} {
  const parts = argument
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^\d+$/.test(word));
  if (parts.some((word) => ONE_TIME.has(word))) return { role: 'content', hint: 'text' };
  if (LOCATOR_WORDS.has(parts[0] ?? '') && ['id', 'ids', 'name', 'names'].includes(parts.at(-1) ?? ''))
    return { role: 'content', hint: 'locator' };
  if (parts.some((word) => CREDENTIAL_WORDS.has(word))) return { role: 'target', hint: 'credential' };
  const last = parts.at(-1) ?? '';
  if (PLACE_WORDS.has(last) || PLACE_WORDS.has(argument.toLowerCase())) return { role: 'place', hint: 'path' };
  if (TITLE_WORDS.has(last)) return { role: 'content', hint: 'title' };
  if (CONTENT_WORDS.has(last)) return { role: 'content', hint: 'text' };
  if (SINK_WORDS.has(last)) return { role: 'sink', hint: 'handle' };
  if (last === 'id' || last === 'ids' || last === 'name' || last === 'names') {
    const before = parts.at(-2) ?? '';
    if (SINK_WORDS.has(before)) return { role: 'sink', hint: 'handle' };
    return { role: 'target', hint: 'handle' };
  }
  if (TARGET_WORDS.has(last)) return { role: 'target', hint: 'handle' };
  return { role: 'content', hint: 'text' };
}

const EMAIL = /^[^\s@<>()"',;:]+@[^\s@<>()"',;:]+\.[a-z]{2,}$/i;
const URL_LIKE = /^(?:[a-z][a-z0-9+.-]*:\/\/\S+|www\.\S+)$/i;
// A bare host is told from a name with a dot by its last label: the common ones, or any where the argument says that it is an address.
const BARE_HOST = /^(?:[a-z0-9_][a-z0-9_-]{0,62}\.)+([a-z]{2,24})(?::\d+)?(?:[/?#]\S*)?$/i;
const TOP_LEVEL = words(
  'com org net edu gov mil int io dev app ai co info biz me xyz site online shop cloud tech uk de fr nl ch at eu us ca au jp cn ru br in it es pl se no',
);
// ISO 13616: two letters, two check digits, then the country's own number; test data and shorter account numbers look alike.
const IBAN = /^[a-z]{2}\d{2}[a-z0-9]{6,30}$/i;
const PHONE = /^\+?\d{6,15}$/;
const NUMBER = /^[+-]?\d{1,15}(?:[.,]\d+)?%?$/;
const DATE =
  /^\d{4}-\d{1,2}-\d{1,2}(?:[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)?$|^\d{1,2}:\d{2}(?::\d{2})?$|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$/i;
const FILE_NAME =
  /\.(?:txt|md|pdf|docx?|xlsx?|pptx?|csv|tsv|json|ya?ml|xml|html?|png|jpe?g|gif|svg|webp|zip|tar|t?gz|7z|py|js|ts|sh|sql|log|ini|conf|cfg|toml|env|pem|key|bin|exe|mp[34]|wav|ics|eml)$/i;

const MAX_LINK = 4_096;

/** The kind of a value: by its own form, else by its argument's name. A number under a target's name is a handle. */
export function kindOf(value: string, hint: ReturnType<typeof roleOf>['hint']): ValueKind {
  const text = value.trim();
  if (hint === 'locator') return hint;
  if (EMAIL.test(text)) return 'email';
  const file = FILE_NAME.test(text) && !/[:?#]|^www\./i.test(text);
  if (file || hint === 'path') return 'path';
  if (text.length <= MAX_LINK && (URL_LIKE.test(text) || TOP_LEVEL.has(BARE_HOST.exec(text)?.[1]?.toLowerCase() ?? ''))) return 'url';
  if (IBAN.test(text.replace(/\s/g, '')) && !/\s[a-z]+\s/i.test(text)) return 'iban';
  if (hint === 'credential') return 'credential';
  if (DATE.test(text)) return 'date';
  if (hint === 'handle') return isSentence(text) ? 'text' : PHONE.test(text) && /^\+|^0/.test(text) ? 'phone' : 'handle';
  if (NUMBER.test(text)) return 'number';
  if (/^\+\d[\d\s()./-]{6,}$/.test(text)) return 'phone';
  return hint === 'title' ? 'title' : 'text';
}

/** Prose, as against a name or an identifier: more than one line, or too many words for a name. */
export function isSentence(text: string): boolean {
  return text.includes('\n') || text.length > 120 || text.split(/\s+/).length > 8;
}

/** A link without what does not change where it leads: scheme, `www.`, a closing slash. */
export function linkForm(url: string): string {
  return canonical(url)
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[/.,;]+$/, '');
}

/** The host of a link, without `www.`, user information and port; '' when it has none. */
export function hostOf(url: string): string {
  const rest = linkForm(url).split(/[/?#\\]/, 1)[0] ?? '';
  const host = rest.slice(rest.lastIndexOf('@') + 1);
  return host
    .replace(/:\d+$/, '')
    .replace(/^www\./, '')
    .replace(/\.$/, '');
}

const EMBEDDED_EMAIL = /[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9](?:[a-z0-9-]{0,62}\.){1,8}[a-z]{2,24}/gi;
const EMBEDDED_URL = /(?:https?:\/\/|www\.)[^\s<>"'`()[\]{}|\\^]{3,2048}/gi;
const EMBEDDED_IBAN = /\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,4})?\b/gi;
/** Identifiers of one text that are looked at; a text with more is judged by the first ones. */
const MAX_EMBEDDED = 200;

/** E-mail addresses, links and account numbers that stand inside of a text. */
export function embedded(text: string): { readonly kind: 'email' | 'url' | 'iban'; readonly value: string }[] {
  const found: { kind: 'email' | 'url' | 'iban'; value: string }[] = [];
  const add = (kind: 'email' | 'url' | 'iban', pattern: RegExp): void => {
    for (const [match] of text.matchAll(pattern)) {
      if (found.length >= MAX_EMBEDDED) return;
      const value = match.replace(/[.,;:!?]+$/, '');
      if (kind !== 'iban' || /\d{6}/.test(value.replace(/ /g, ''))) found.push({ kind, value });
    }
  };
  if (text.includes('@')) add('email', EMBEDDED_EMAIL);
  if (text.includes('://') || /www\./i.test(text)) add('url', EMBEDDED_URL);
  if (/\d{2}/.test(text)) add('iban', EMBEDDED_IBAN);
  return found;
}

/** The words of a host without its last label and `www`. */
export function canonicalHostLabels(host: string): string[] {
  return canonical(host)
    .split('.')
    .slice(0, -1)
    .flatMap((label) => label.split(/[-_]/))
    .filter((label) => label !== 'www');
}
