/** A stored account; nothing of its credential but the sealed form. Times in milliseconds since 1970. */
export type AccountRow = {
  readonly connection: string;
  readonly user_id: string;
  readonly sealed: Buffer;
  readonly scopes: readonly string[];
  readonly expires: number | null;
  readonly state: 'ready' | 'reconsent';
  readonly version: number;
  readonly lease: number | null;
  readonly created: number;
  readonly changed: number;
};

/** What an account's seal holds: tokens, or a key as `access`. */
export type Credential = { readonly access: string; readonly refresh?: string };
