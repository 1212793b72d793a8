import { call, callOnce } from './client.ts';
import { keepBearer } from './session.ts';

export type Provider = { readonly id: string; readonly name: string };
export type Purpose = 'sign-in' | 'link' | 'prove';
type Begun = { readonly url: string; readonly proof: string };
/** What this browser keeps of a sign-in elsewhere, by its state: without it nothing that comes back counts. */
type Kept = { readonly proof: string; readonly purpose: Purpose; readonly back: string };

const KEY = 'sallyport.elsewhere';
/** Set when somebody has proved in another tab who is signed in here. */
export const PROVED = 'sallyport.proved';

export function signInProviders(): Promise<{ readonly providers: readonly Provider[] }> {
  return callOnce('GET', '/api/session/providers');
}

/** Goes to the provider; for a proof in another tab, so that nothing that was typed here is lost. */
export async function goElsewhere(provider: string, purpose: Purpose): Promise<void> {
  const begun =
    purpose === 'sign-in'
      ? await callOnce<Begun>('POST', '/api/session/provider', { provider })
      : await call<Begun>('POST', '/api/session/accounts/begin', { provider, purpose });
  const state = new URL(begun.url).searchParams.get('state') ?? '';
  const kept: Kept = { proof: begun.proof, purpose, back: `${location.pathname}${location.search}` };
  localStorage.setItem(`${KEY}.${state}`, JSON.stringify(kept));
  if (purpose === 'prove') open(begun.url, '_blank', 'noopener');
  else location.assign(begun.url);
}

/** Finishes with what came back; answers where to go on. */
export async function comeBack(provider: string, returned: Readonly<Record<string, string>>): Promise<{ purpose: Purpose; back: string }> {
  const key = `${KEY}.${returned['state'] ?? ''}`;
  const { proof, purpose, back } = JSON.parse(localStorage.getItem(key) ?? '{"proof":"none","purpose":"sign-in","back":"/"}') as Kept;
  localStorage.removeItem(key);
  const answer = { ...returned, provider, proof };
  if (purpose === 'sign-in') keepBearer((await callOnce<{ bearer: string }>('POST', '/api/session/provider/answer', answer)).bearer);
  else await callOnce('POST', '/api/session/accounts', answer);
  if (purpose === 'prove') localStorage.setItem(PROVED, String(Date.now()));
  return { purpose, back };
}
