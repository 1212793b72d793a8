import { queryOptions } from '@tanstack/react-query';
import { callOnce } from './client.ts';
import { bearerToken, keepBearer } from './session.ts';

/** Who is signed in, and what he may do. */
export type Account = {
  readonly tenant: string;
  readonly principal: string;
  readonly permissions: readonly string[];
  /** Datasets that the role is held to; null for all. */
  readonly datasets: readonly string[] | null;
  readonly session: {
    readonly id: string;
    readonly name: string;
    readonly role: string;
    readonly expires: number;
    readonly fresh: boolean;
  } | null;
};

export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: () => callOnce<Account>('GET', '/api/session'),
  staleTime: 60_000,
});

type Started = { readonly bearer: string; readonly recoveryCode?: string };

/** `code`: of the person's app, when there is a second factor; without it the server says SECOND_FACTOR. */
export async function signIn(name: string, password: string, code = ''): Promise<void> {
  keepBearer((await callOnce<Started>('POST', '/api/session', { name, password, ...(code === '' ? {} : { code }) })).bearer);
}

/** Answers the new recovery code; the session begins with `keep`, once the person has seen it. */
export async function recover(name: string, code: string, password: string): Promise<{ recoveryCode: string; keep: () => void }> {
  const started = await callOnce<Started>('POST', '/api/session/recovery', { name, code, password });
  return { recoveryCode: started.recoveryCode ?? '', keep: () => keepBearer(started.bearer) };
}

/** Signs in by a passkey of this address: the browser asks which. */
export async function signInByPasskey(): Promise<void> {
  const options = await callOnce<PublicKeyCredentialRequestOptionsJSON>('POST', '/api/session/passkey/ask', {});
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey });
  if (!(credential instanceof PublicKeyCredential)) throw new Error('The browser gave no passkey.');
  keepBearer((await callOnce<Started>('POST', '/api/session/passkey', { response: credential.toJSON() as unknown })).bearer);
}

export type Link = {
  readonly purpose: 'setup' | 'invite' | 'reset';
  readonly role: string;
  readonly name: string | null;
  readonly expires: number;
};

export function lookAtLink(token: string): Promise<Link> {
  return callOnce<Link>('POST', '/api/links/look', { token });
}

/** Answers the recovery code. The session begins with `keep`, once the person has seen the code. */
export async function useLink(
  token: string,
  name: string | undefined,
  password: string,
): Promise<{ recoveryCode: string; keep: () => void }> {
  const started = await callOnce<Started>('POST', '/api/links/use', { token, ...(name === undefined ? {} : { name }), password });
  return { recoveryCode: started.recoveryCode ?? '', keep: () => keepBearer(started.bearer) };
}

export async function prove(password: string, code = ''): Promise<void> {
  await callOnce('POST', '/api/session/proof', { password, ...(code === '' ? {} : { code }) });
}

export async function signOut(): Promise<void> {
  if (bearerToken() !== null) await callOnce('DELETE', '/api/session').catch(() => undefined);
  keepBearer(null);
}
