/** An OpenID provider that people may sign in with, as an administrator describes it. */
export type NewUpstream = {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Absent for a public client: PKCE alone. */
  readonly clientSecret?: string | undefined;
  /** Mail domains that it may vouch for; none = every one. */
  readonly domains?: readonly string[] | undefined;
};

/** In a list: nothing of the secret. Times in milliseconds since 1970. */
export type Upstream = {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly domains: readonly string[];
  readonly created: number;
};

/** `link`: one more way in for who is signed in; `prove`: who is signed in proves it once more. */
export type UpstreamPurpose = 'sign-in' | 'link' | 'prove';

/** Who came back from a provider, after everything about it was checked. */
export type Proved = {
  readonly issuer: string;
  readonly sub: string;
  /** In lower case; only when the provider says that it was verified. */
  readonly email: string | undefined;
  readonly name: string | undefined;
  /** Methods of RFC 8176 as far as the provider names them. */
  readonly methods: readonly string[];
};

/** What a provider sends back by the browser. */
export type UpstreamReturned = {
  readonly state: string;
  readonly code?: string | undefined;
  readonly error?: string | undefined;
  readonly iss?: string | undefined;
};

/** Where providers send people back: one address for each, so that an answer that was meant for one never counts for another (RFC 9700 section 4.4). */
export function callbackOf(consoleUrl: string, id: string): string {
  return `${consoleUrl}/sign-in/${id}`;
}

/** Whether a provider may vouch for an address. */
export function mayVouch(domains: readonly string[], email: string): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  return domains.length === 0 || domains.includes(domain);
}

/** A second factor was used: the reference values of RFC 8176 that need two things, or a key. */
const KNOWN_METHODS = new Set(['mfa', 'hwk', 'swk', 'otp', 'pwd', 'pin', 'fpt', 'face', 'iris', 'sms', 'sc', 'user']);

/** `fed` first: by another house; then what that house says. Whether its word counts is the administrator's choice, who added it. */
export function methodsOf(amr: unknown): string[] {
  const said = Array.isArray(amr) ? amr.filter((one): one is string => typeof one === 'string' && KNOWN_METHODS.has(one)) : [];
  return ['fed', ...new Set(said)].slice(0, 10);
}
