/** Who may name this server, and from which pages it may be called. Built once from the configuration. */
export type Origins = {
  /** Whether a `Host` header is one of ours: a name that an attacker points at this machine (DNS rebinding) is not. */
  host(host: string | undefined): boolean;
  /** Whether a browser's request comes from our own pages, or from no page at all. */
  page(request: PageRequest): boolean;
};

export type PageRequest = {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site` and `Sec-Fetch-Mode` (https://www.w3.org/TR/fetch-metadata/). */
  readonly site: string | undefined;
  readonly mode: string | undefined;
  readonly path: string;
};

/** Names of this machine. They cannot be rebound: browsers resolve localhost themselves, and the others are addresses. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** `publicUrl` is the address that people use when it is not localhost; it is taken exactly, port included. Throws a TypeError when it is no URL. */
export function createOrigins(publicUrl: string | undefined): Origins {
  const known = publicUrl === undefined ? undefined : new URL(publicUrl);
  const isPublic = (host: string): boolean => known !== undefined && host === known.host;
  const isOurs = (host: string | undefined): host is string => {
    const name = host?.toLowerCase();
    return name !== undefined && (LOOPBACK.has(withoutPort(name)) || isPublic(name));
  };
  return {
    host: isOurs,
    page({ method, host, origin, site, mode, path }) {
      if (isForm(method, mode, path)) return isOurs(host);
      if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isLink(method, mode, path)) return false;
      if (origin === undefined) return true;
      if (!isOurs(host)) return false;
      const name = host.toLowerCase();
      // TLS may end before this server, so that only the public address tells the scheme.
      if (known !== undefined && isPublic(name)) return origin === known.origin;
      return origin === `http://${name}` || origin === `https://${name}`;
    },
  };
}

/** A person followed a link to a page of ours, e.g. from an e-mail: no harm, as a page changes nothing. Not into a frame: that is not `navigate` at top level and the CSP refuses it. */
function isLink(method: string, mode: string | undefined, path: string): boolean {
  return method === 'GET' && mode === 'navigate' && !path.startsWith('/api/');
}

/**
 * Where another site may send a browser by a form: both must take one (OpenID Connect Core 1.0 section 3.1.2.1, RP-Initiated Logout 1.0 section 2), and
 * both do no more than ask the person. The cookies do not come along (SameSite=Lax).
 */
function isForm(method: string, mode: string | undefined, path: string): boolean {
  return method === 'POST' && (mode === undefined || mode === 'navigate') && (path === '/oidc/auth' || path === '/oidc/session/end');
}

/** `localhost:8101` -> `localhost`; `[::1]:8101` -> `[::1]`. Anything but digits after the colon stays, and matches nothing. */
function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, '');
}
