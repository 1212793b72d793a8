import { reasonOf, type Logger, type Route } from '../kernel/index.ts';
import { changeEvent } from '../audit/index.ts';
import type { Audit } from '../audit/service.ts';
import {
  openAgents,
  openAuthorizationServer,
  openConversations,
  openIdentity,
  openPeople,
  openReviews,
  openUpstreams,
  type Agents,
  type AuthorizationServer,
  type Conversations,
  type Identity,
  type People,
} from '../identity/service.ts';
import {
  agentRoutes,
  authorizationRoutes,
  conversationRoutes,
  identityRoutes,
  peopleRoutes,
  reviewRoutes,
  upstreamRoutes,
} from '../identity/routes.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Store } from '../store/service.ts';
import type { Config } from './config.ts';
import { endForApplication } from './sign_out.ts';

/** Who is there: principals and their keys, people, agents, the authorization server, and what applications keep of conversations. */
export type Identities = {
  readonly identity: Identity;
  readonly authorization: AuthorizationServer;
  readonly people: People;
  readonly agents: Agents;
  readonly conversations: Conversations | undefined;
  readonly routes: readonly Route[];
};

export async function openIdentities(
  config: Config,
  deps: { readonly store: Store; readonly keyring: Keyring; readonly audit: Audit } & Pick<
    Parameters<typeof openAuthorizationServer>[1],
    'addressOf' | 'admit'
  >,
  { logger, clock }: { readonly logger: Logger; readonly clock: () => number },
): Promise<Identities> {
  const { store, keyring, audit, addressOf, admit } = deps;
  const { change } = audit;
  const identity = await openIdentity(store, { change, clock, logger });
  const refresh = (): Promise<void> => identity.refresh();
  const authorization = await openAuthorizationServer(store, {
    ...{ keyring, change, addressOf, admit, clock, logger, refresh },
    record: (tenant, changed) => audit.record(changeEvent(tenant, changed, clock())),
    openness: {
      metadataDocuments: config.authorization?.metadataDocuments ?? true,
      registration: config.authorization?.registration ?? false,
    },
    snapshot: () => identity.snapshot(),
    used: (agent) => identity.used(agent),
    endSession: (...ended) => endForApplication(people, ...ended),
  });
  const origin = (): string | undefined => {
    const issuer = identity.place()?.issuer;
    return issuer === undefined ? undefined : new URL(issuer).origin;
  };
  const upstreams = openUpstreams(store, { keyring, change, clock, url: origin, refresh });
  const people = openPeople(store, {
    ...{ change, clock, keyring, origin, refresh },
    onSignedOut: (person) =>
      void authorization
        .signedOut(person)
        .catch((error: unknown) => logger.warn('applications were not told', { reason: reasonOf(error) })),
  });
  const agents = openAgents(store, { change, clock, refresh });
  const conversations =
    config.conversations === undefined ? undefined : openConversations(store, { keyring, change, clock, days: config.conversations.days });
  const routes = [
    ...identityRoutes(identity, people.roles, clock),
    ...peopleRoutes(people, origin),
    ...upstreamRoutes(upstreams, people.roles),
    ...authorizationRoutes(authorization),
    ...agentRoutes(agents, people.roles, clock),
    ...(conversations === undefined ? [] : conversationRoutes(conversations)),
    ...reviewRoutes(openReviews(store, { audit, clock, identity, people, agents, authorization })),
  ];
  return { identity, authorization, people, agents, conversations, routes };
}
