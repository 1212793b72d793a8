/**
 * This page's half of the session's token. The other half is a cookie that no script reads; together they are the session (see
 * `identity/people/session_token.ts`). Kept for all tabs of this origin.
 */
const KEY = 'sallyport.session';

let bearer: string | null = localStorage.getItem(KEY);
const listeners = new Set<() => void>();

// Signing in or out in one tab counts in all.
addEventListener('storage', (event) => {
  if (event.key === KEY) change(event.newValue);
});

function change(next: string | null): void {
  bearer = next;
  for (const listener of listeners) listener();
}

export function bearerToken(): string | null {
  return bearer;
}

export function keepBearer(next: string | null): void {
  if (next === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  change(next);
}

export function onBearer(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
