import { queryOptions } from '@tanstack/react-query';
import { call, type Json } from './client.ts';

/** Made-up servers and runs in place of the real ones. */
export type Source = 'demo' | undefined;

export type Protection = { readonly protection: string; readonly state: 'enforced' | 'partly' | 'not'; readonly how: string };
export type Sandbox = { readonly kind: string; readonly enforced: readonly Protection[] } | { readonly refused: string };

export type ToolServer = {
  readonly name: string;
  readonly kind: 'http' | 'stdio';
  readonly address: string;
  readonly credential: string;
  readonly tools: readonly string[];
  readonly restricted: boolean;
  readonly callsPerMinute: number | null;
  readonly timeoutSeconds: number;
  readonly state: 'never_used' | 'up' | 'failed';
  readonly checked: number | null;
  readonly problem: string | null;
  readonly leftOut: readonly { readonly kind: string; readonly name: string; readonly reason: string }[];
  readonly sandbox: Sandbox | null;
  readonly definitions: number;
  readonly toolCount: number;
  readonly waiting: number;
  readonly rejected: number;
  readonly findings: number;
  readonly changed: number | null;
};

export type PinChange = {
  readonly classification: string;
  readonly path: string;
  readonly detail: string;
  readonly before?: string;
  readonly after?: string;
  readonly previousName?: string;
};

export type PinFinding = {
  readonly rule: string;
  readonly severity: string;
  readonly path: string;
  readonly message: string;
  readonly title: string;
  readonly because: string;
  readonly fix: string;
};

export type Definition = {
  readonly name?: string;
  readonly description?: string;
  /** Of a resource, or of a template of resources. */
  readonly uri?: string;
  readonly uriTemplate?: string;
  readonly inputSchema?: { readonly properties?: Readonly<Record<string, Json>>; readonly required?: readonly string[] };
};

export type Leg = 'private' | 'untrusted' | 'outside' | 'destructive';

/** A definition of a server, with the version that is approved and the one that is there. Instructions are a text. */
export type Pin = {
  readonly server: string;
  readonly kind: 'instructions' | 'tool' | 'prompt' | 'resource';
  readonly name: string;
  readonly state: 'pinned' | 'waiting' | 'changed' | 'rejected';
  readonly changes: readonly PinChange[];
  readonly findings: readonly PinFinding[];
  readonly created: number;
  readonly changed: number;
  readonly hash: string;
  readonly current: Definition | string;
  readonly pinned: Definition | string | null;
  readonly decidedBy: string | null;
  readonly decided: number | null;
  readonly why: string | null;
  readonly effect?: string;
  readonly effectBy?: string;
  readonly output?: string;
  readonly legs?: readonly Leg[];
};

export type PinEvent = {
  readonly uid: string;
  readonly time: number;
  readonly kind: string;
  readonly by: string;
  readonly of: string;
  readonly name: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
};

export type ToolPrincipal = { readonly id: string; readonly name: string; readonly kind: string };
export type ReachTool = { readonly server: string; readonly name: string; readonly effect: string; readonly legs: readonly Leg[] };
export type Combination = {
  readonly kind: 'exfiltration' | 'sabotage';
  readonly by: Readonly<Partial<Record<Leg, readonly string[]>>>;
};
export type Reach = {
  readonly who: ToolPrincipal;
  readonly servers: readonly { readonly name: string; readonly kind: string }[];
  readonly tools: readonly ReachTool[];
  readonly withheld: readonly { readonly server: string; readonly name: string; readonly state: string }[];
  readonly combinations: readonly Combination[];
};

/** A path of the API with a query; what is undefined is left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

export const serversQuery = (source: Source) =>
  queryOptions({
    queryKey: ['mcp-servers', source],
    queryFn: () => call<{ servers: readonly ToolServer[] }>('GET', withQuery('/api/mcp/servers', { source })),
    refetchInterval: 15_000,
  });

export const pinsQuery = (source: Source, server?: string) =>
  queryOptions({
    queryKey: ['mcp-pins', source, server],
    queryFn: () => call<{ pins: readonly Pin[] }>('GET', withQuery('/api/mcp/pins', { source, server })),
    refetchInterval: 15_000,
  });

/** Whether a definition is withheld until somebody has looked at it. */
export const isQuarantined = ({ state }: Pick<Pin, 'state'>): boolean => state === 'waiting' || state === 'changed';

export const principalsQuery = (source: Source) =>
  queryOptions({
    queryKey: ['mcp-principals', source],
    queryFn: () => call<{ principals: readonly ToolPrincipal[]; count: number }>('GET', withQuery('/api/mcp/principals', { source })),
  });
