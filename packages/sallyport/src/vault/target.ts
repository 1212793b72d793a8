/** Longest path and query; RFC 9110 section 4.1 asks for 8,000 at least. */
const MAX_TARGET = 8_000;

/**
 * The path and query of a proxied call in the one form that rules see and the service gets: percent-encodings in upper case, unreserved
 * characters decoded (RFC 3986 section 6.2.2). Undefined for what two programs read differently: dot segments, empty segments, backslashes,
 * encoded control characters, percent signs that encode nothing, anything that is not visible ASCII.
 */
export function canonicalTarget(target: string): { readonly path: string; readonly query: string } | undefined {
  if (target.length > MAX_TARGET || !/^\/[\x21-\x7e]*$/.test(target) || /[\\#"<>^`{|}]/.test(target)) return undefined;
  const mark = target.indexOf('?');
  const path = canonical(mark < 0 ? target : target.slice(0, mark));
  // The WHATWG parser encodes an apostrophe in a query; everywhere else it leaves what stands here as it is.
  const query = mark < 0 ? '' : canonical(target.slice(mark))?.replaceAll("'", '%27');
  if (path === undefined || query === undefined) return undefined;
  // What decodes to a slash or a percent sign stays encoded (`group%2Fname`), so that it cannot become a dot segment after this check.
  const segments = path.split('/').slice(1);
  if (segments.some((segment, at) => isDots(segment) || (segment === '' && at < segments.length - 1))) return undefined;
  return { path, query };
}

function canonical(text: string): string | undefined {
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char !== '%') {
      out += char;
      continue;
    }
    const hex = text.slice(at + 1, at + 3);
    if (!/^[\da-f]{2}$/i.test(hex)) return undefined;
    const code = Number.parseInt(hex, 16);
    if (code < 0x20 || code === 0x7f || code === 0x5c) return undefined;
    const decoded = String.fromCharCode(code);
    out += /[\w.~-]/.test(decoded) ? decoded : `%${hex.toUpperCase()}`;
    at += 2;
  }
  return out;
}

/** `.`, `..`, and both with an encoded slash beside them, which some servers decode before they walk. */
function isDots(segment: string): boolean {
  return segment.split(/%2F/).some((part) => /^\.{1,2}(;.*)?$/.test(part)) || /%25(2e|2f|5c)/i.test(segment);
}
