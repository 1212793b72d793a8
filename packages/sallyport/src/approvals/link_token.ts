import { timingSafeEqual } from 'node:crypto';
import { parseTenantId, type TenantId } from '../kernel/index.ts';

type Mac = (purpose: string, ...parts: string[]) => Buffer;

/** What stands in a link: whose it is, and which; `proof` shows that this gate made it. */
export type LinkToken = { readonly tenant: TenantId; readonly link: string; readonly proof: Buffer };

/** `tenant.link.proof`: signed with the tenant's key, so that a guess costs no look-up. That it works once is the row's own condition. */
export function linkToken(mac: Mac, tenant: TenantId, link: string): string {
  return `${tenant}.${link}.${mac('approval link', link).toString('base64url')}`;
}

/** Reads a token's form; `isProved` tells whether it is one. */
export function readLinkToken(text: string): LinkToken | undefined {
  const match = /^([a-z][a-z0-9-]{0,62})\.(apl_[0-9a-z]{26})\.([\w-]{43})$/.exec(text);
  const tenant = parseTenantId(match?.[1] ?? '');
  if (match === null || tenant === undefined) return undefined;
  return { tenant, link: match[2] as string, proof: Buffer.from(match[3] as string, 'base64url') };
}

export function isProved(mac: Mac, { link, proof }: LinkToken): boolean {
  const right = mac('approval link', link);
  return proof.length === right.length && timingSafeEqual(proof, right);
}
