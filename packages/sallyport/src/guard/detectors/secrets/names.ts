/** How surely a name says that its value is a credential. `weak`: a key or token of some kind; the value must look random by itself. */
export type Claim = 'password' | 'strong' | 'weak' | undefined;

const PASSWORD =
  /(?:^|_)(?:db)?(?:password|passwd|passphrase|passwort|kennwort|contrasena|senha|pwd|pass|userpass|pw)(?:_?(?:\d{1,2}|prod|production|dev|staging|live|old|new|value|plain))?$/;

const STRONG =
  /(?:^|_)(?:api_?key|apikey|api_?secret|api_?token|secret|secrets|secret_?key|secretkey|access_?key|account_?key|auth_?key|authkey|auth_?token|authtoken|access_?token|accesstoken|refresh_?token|private_?key|privatekey|client_?secret|clientsecret|app_?secret|app_?key|admin_?key|master_?key|encryption_?key|crypt_?key|signing_?key|signing_?secret|service_?key|service_?role_?key|license_?key|licence_?key|subscription_?key|session_?(?:key|secret|token)|shared_?(?:key|secret)|webhook_?secret|storage_?key|deploy_?key|consumer_?(?:key|secret)|bot_?token|personal_?(?:access_?)?token|pat|ingest_?key|write_?key|read_?key|rest_?key|server_?key|bearer|bearer_?token|id_?token|jwt|jwt_?secret|credential|credentials|token|dsn_?secret|hmac(?:_?key|_?secret)?|salt_?key|cookie_?secret|totp_?secret|otp_?secret|security_?key|client_key_data|authorization|x_?auth(?:_?token)?)(?:_?(?:\d{1,2}|prod|production|dev|staging|test|live|old|new|value|b64|base64|id_secret))?$/;

const WEAK = /(?:key|token|secret|auth|credentials?|signature|passcode|apikey|sid|pin)(?:_?\d{1,2})?$/;

/** Names that end like a credential and hold none. */
const HARMLESS =
  /public|publishable|pub_?key|anon_?key|site_?key|sitekey|primary_key|foreign_key|partition_?key|sort_?key|range_key|cache_?key|object_?key|s3_key|file_?key|row_?key|map_?key|idempotency|dedup|translation|i18n|locale|next_|page_?token|paging|continuation|continue|cursor|csrf|xsrf|cancel|token_?type|tokeni[sz]er|(?:^|_)(?:eos|bos|pad|sep|cls|mask|unk|special|stop|start|end|max|min|input|output|total|num|prompt|completion|vocab|parse|next|prev|current|lex)_?tokens?$|key_?(?:id|name|code|path|file|hash|type|vault|size|length|down|up|press|word|board|frame)|token_?(?:id|url|uri|endpoint|path|file|hash|name|count|limit|ttl|expir)|secret_?(?:id|name|ref|path|arn|version)|hash|checksum|digest|sha\d*$|md5|integrity|fingerprint|thumbprint|keyboard|monkey|donkey|turkey|hotkey|hockey|whiskey|author$|web_?socket|oauth$|host_?key|known_hosts|(?:^|_)(?:answer|registry|lookup|group|index|unique|feature|config|setting|property|event|query|json|dict|data_)_?key|action_?key|symbol_?key/;

/** A name as words in lower case joined by `_`: `clientSecret`, `client-secret` and `Client.Secret` are one. */
export function foldName(name: string): string {
  let folded = '';
  let before = OTHER;
  for (let i = 0; i < name.length; i++) {
    const kind = kindAt(name, i);
    if (kind === BEYOND) return foldBeyond(name);
    if (kind === UPPER && (before === LOWER || (before === UPPER && kindAt(name, i + 1) === LOWER && name.charCodeAt(i + 1) > 57)))
      folded += '_';
    if (kind !== OTHER) folded += name.charAt(i);
    else if (before !== OTHER) folded += '_';
    before = kind;
  }
  if (before === OTHER && folded !== '') folded = folded.slice(0, -1);
  return folded.toLowerCase();
}

const OTHER = 0;
const UPPER = 1;
/** Small letters and digits. */
const LOWER = 2;
const BEYOND = 3;

function kindAt(name: string, i: number): number {
  const c = name.charCodeAt(i);
  if ((c >= 97 && c <= 122) || (c >= 48 && c <= 57)) return LOWER;
  if (c >= 65 && c <= 90) return UPPER;
  return c > 127 ? BEYOND : OTHER;
}

/** The same for names that have letters beyond ASCII. */
function foldBeyond(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}

/** What a name says about its value. */
export function claimOf(name: string): Claim {
  const folded = foldName(name);
  if (folded === '' || HARMLESS.test(folded)) return undefined;
  if (PASSWORD.test(folded)) return 'password';
  if (STRONG.test(folded)) return 'strong';
  return WEAK.test(folded) ? 'weak' : undefined;
}
