/** `name[extra]>=1; marker` (PEP 508); a direct address (`name @ https://…`) is no name of the index. */
const REQUIREMENT = /^\s{0,20}([A-Za-z0-9](?:[A-Za-z0-9._-]{0,100}[A-Za-z0-9])?)\s{0,5}(?:\[[^\]]{0,200}\])?\s{0,5}(@?)/;

/** The name that a requirement asks the index for, or undefined. */
export function requirementName(text: string): string | undefined {
  const match = REQUIREMENT.exec(text);
  return match === null || match[2] === '@' ? undefined : match[1];
}

/** The version of `==1.2.3`; a prefix (`==1.*`) or a range has none. */
export function requirementVersion(text: string): string | undefined {
  return /(?<![<>!~=])={2,3}\s{0,5}([0-9][\w.!+-]{0,60})\s{0,5}(?:$|[;,#\s)])/.exec(text)?.[1];
}
