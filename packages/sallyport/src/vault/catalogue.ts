/**
 * What is particular about one third-party API. Facts from each vendor's public documentation; `{name}` in an address stands for a parameter of
 * the connection. Everything can be overridden in the configuration.
 */
export type ApiService = {
  readonly title: string;
  /** Where its API is; the path before which the caller's stands. */
  readonly api: string;
  /** Further hosts that take the same credential. */
  readonly hosts?: readonly string[];
  readonly oauth?: OAuthFacts;
  /** Where the credential goes; `Authorization: Bearer` when absent. */
  readonly put?: Put;
  /** Request headers that its callers need, beside the usual ones. Lower case. */
  readonly headers?: readonly string[];
  /** Values of parameters that stand in its addresses when the configuration says nothing. */
  readonly parameters?: Readonly<Record<string, string>>;
};

export type Put = { readonly header: string; readonly prefix: string } | { readonly query: string };

export type OAuthFacts = {
  readonly authorize: string;
  readonly token: string;
  /** RFC 7009. */
  readonly revoke?: string;
  /** `none`: the server is known not to take a code challenge, or to refuse one. */
  readonly pkce: 'S256' | 'none';
  readonly scopeSeparator: ' ' | ',';
  /** How the client proves itself at the token endpoint (RFC 6749 section 2.3.1). */
  readonly client: 'basic' | 'post' | 'none';
  /** The token endpoint takes JSON. */
  readonly json?: true;
  /** Further parameters of the authorization request. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Scopes without which no refresh token comes. */
  readonly offline?: readonly string[];
};

type Facts = Omit<OAuthFacts, 'authorize' | 'token' | 'pkce' | 'scopeSeparator' | 'client'> & Partial<OAuthFacts>;

const oauth = (authorize: string, token: string, facts: Facts = {}): OAuthFacts => ({
  ...{ authorize, token, pkce: 'S256', scopeSeparator: ' ', client: 'post' },
  ...facts,
});
const plain = { pkce: 'none' } as const;
const basic = { client: 'basic' } as const;
const commas = { scopeSeparator: ',' } as const;

export const CATALOGUE: Readonly<Record<string, ApiService>> = {
  airtable: {
    title: 'Airtable',
    api: 'https://api.airtable.com',
    oauth: oauth('https://airtable.com/oauth2/v1/authorize', 'https://airtable.com/oauth2/v1/token', basic),
  },
  asana: {
    title: 'Asana',
    api: 'https://app.asana.com/api/1.0',
    oauth: oauth('https://app.asana.com/-/oauth_authorize', 'https://app.asana.com/-/oauth_token', {
      revoke: 'https://app.asana.com/-/oauth_revoke',
    }),
  },
  atlassian: {
    title: 'Atlassian (Jira, Confluence)',
    api: 'https://api.atlassian.com',
    oauth: oauth('https://auth.atlassian.com/authorize', 'https://auth.atlassian.com/oauth/token', {
      ...plain,
      extra: { audience: 'api.atlassian.com', prompt: 'consent' },
      offline: ['offline_access'],
    }),
  },
  bitbucket: {
    title: 'Bitbucket',
    api: 'https://api.bitbucket.org/2.0',
    oauth: oauth('https://bitbucket.org/site/oauth2/authorize', 'https://bitbucket.org/site/oauth2/access_token', { ...plain, ...basic }),
  },
  box: {
    title: 'Box',
    api: 'https://api.box.com/2.0',
    hosts: ['upload.box.com'],
    oauth: oauth('https://account.box.com/api/oauth2/authorize', 'https://api.box.com/oauth2/token', {
      ...plain,
      revoke: 'https://api.box.com/oauth2/revoke',
    }),
  },
  calendly: {
    title: 'Calendly',
    api: 'https://api.calendly.com',
    oauth: oauth('https://auth.calendly.com/oauth/authorize', 'https://auth.calendly.com/oauth/token', {
      revoke: 'https://auth.calendly.com/oauth/revoke',
    }),
  },
  clickup: {
    title: 'ClickUp',
    api: 'https://api.clickup.com/api/v2',
    oauth: oauth('https://app.clickup.com/api', 'https://api.clickup.com/api/v2/oauth/token', plain),
  },
  digitalocean: {
    title: 'DigitalOcean',
    api: 'https://api.digitalocean.com/v2',
    oauth: oauth('https://cloud.digitalocean.com/v1/oauth/authorize', 'https://cloud.digitalocean.com/v1/oauth/token', {
      ...plain,
      revoke: 'https://cloud.digitalocean.com/v1/oauth/revoke',
    }),
  },
  discord: {
    title: 'Discord',
    api: 'https://discord.com/api/v10',
    oauth: oauth('https://discord.com/oauth2/authorize', 'https://discord.com/api/oauth2/token', {
      revoke: 'https://discord.com/api/oauth2/token/revoke',
    }),
  },
  docusign: {
    title: 'Docusign',
    api: 'https://{base}/restapi',
    parameters: { base: 'www.docusign.net' },
    oauth: oauth('https://account.docusign.com/oauth/auth', 'https://account.docusign.com/oauth/token', {
      ...basic,
      offline: ['extended'],
    }),
  },
  dropbox: {
    title: 'Dropbox',
    api: 'https://api.dropboxapi.com/2',
    hosts: ['content.dropboxapi.com'],
    headers: ['dropbox-api-arg', 'dropbox-api-path-root'],
    oauth: oauth('https://www.dropbox.com/oauth2/authorize', 'https://api.dropboxapi.com/oauth2/token', {
      extra: { token_access_type: 'offline' },
    }),
  },
  figma: {
    title: 'Figma',
    api: 'https://api.figma.com/v1',
    oauth: oauth('https://www.figma.com/oauth', 'https://api.figma.com/v1/oauth/token', basic),
  },
  github: {
    title: 'GitHub',
    api: 'https://api.github.com',
    hosts: ['uploads.github.com'],
    headers: ['x-github-api-version'],
    oauth: oauth('https://github.com/login/oauth/authorize', 'https://github.com/login/oauth/access_token'),
  },
  gitlab: {
    title: 'GitLab',
    api: 'https://{host}/api/v4',
    parameters: { host: 'gitlab.com' },
    oauth: oauth('https://{host}/oauth/authorize', 'https://{host}/oauth/token', { revoke: 'https://{host}/oauth/revoke' }),
  },
  google: {
    title: 'Google (Workspace, Gmail, Calendar, Drive)',
    api: 'https://www.googleapis.com',
    hosts: [
      'gmail.googleapis.com',
      'sheets.googleapis.com',
      'docs.googleapis.com',
      'slides.googleapis.com',
      'people.googleapis.com',
      'tasks.googleapis.com',
    ],
    oauth: oauth('https://accounts.google.com/o/oauth2/v2/auth', 'https://oauth2.googleapis.com/token', {
      revoke: 'https://oauth2.googleapis.com/revoke',
      extra: { access_type: 'offline', prompt: 'consent', include_granted_scopes: 'true' },
    }),
  },
  heroku: {
    title: 'Heroku',
    api: 'https://api.heroku.com',
    headers: ['range'],
    oauth: oauth('https://id.heroku.com/oauth/authorize', 'https://id.heroku.com/oauth/token', plain),
  },
  hubspot: {
    title: 'HubSpot',
    api: 'https://api.hubapi.com',
    oauth: oauth('https://app.hubspot.com/oauth/authorize', 'https://api.hubapi.com/oauth/v1/token', plain),
  },
  intercom: {
    title: 'Intercom',
    api: 'https://api.intercom.io',
    headers: ['intercom-version'],
    oauth: oauth('https://app.intercom.com/oauth', 'https://api.intercom.io/auth/eagle/token', plain),
  },
  linear: {
    title: 'Linear',
    api: 'https://api.linear.app',
    oauth: oauth('https://linear.app/oauth/authorize', 'https://api.linear.app/oauth/token', {
      ...commas,
      revoke: 'https://api.linear.app/oauth/revoke',
    }),
  },
  linkedin: {
    title: 'LinkedIn',
    api: 'https://api.linkedin.com',
    headers: ['linkedin-version', 'x-restli-protocol-version', 'x-restli-method'],
    oauth: oauth('https://www.linkedin.com/oauth/v2/authorization', 'https://www.linkedin.com/oauth/v2/accessToken', plain),
  },
  microsoft: {
    title: 'Microsoft (Graph, Outlook, Teams, SharePoint)',
    api: 'https://graph.microsoft.com/v1.0',
    headers: ['consistencylevel'],
    parameters: { tenant: 'common' },
    oauth: oauth(
      'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
      'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
      {
        offline: ['offline_access'],
      },
    ),
  },
  monday: {
    title: 'monday.com',
    api: 'https://api.monday.com/v2',
    headers: ['api-version'],
    put: { header: 'authorization', prefix: '' },
    oauth: oauth('https://auth.monday.com/oauth2/authorize', 'https://auth.monday.com/oauth2/token', plain),
  },
  notion: {
    title: 'Notion',
    api: 'https://api.notion.com/v1',
    headers: ['notion-version'],
    oauth: oauth('https://api.notion.com/v1/oauth/authorize', 'https://api.notion.com/v1/oauth/token', {
      ...plain,
      ...basic,
      json: true,
      extra: { owner: 'user' },
    }),
  },
  pagerduty: {
    title: 'PagerDuty',
    api: 'https://api.pagerduty.com',
    headers: ['from'],
    oauth: oauth('https://identity.pagerduty.com/oauth/authorize', 'https://identity.pagerduty.com/oauth/token'),
  },
  reddit: {
    title: 'Reddit',
    api: 'https://oauth.reddit.com',
    oauth: oauth('https://www.reddit.com/api/v1/authorize', 'https://www.reddit.com/api/v1/access_token', {
      ...plain,
      ...basic,
      revoke: 'https://www.reddit.com/api/v1/revoke_token',
      extra: { duration: 'permanent' },
    }),
  },
  salesforce: {
    title: 'Salesforce',
    api: 'https://{instance}/services/data',
    parameters: { login: 'login.salesforce.com' },
    oauth: oauth('https://{login}/services/oauth2/authorize', 'https://{login}/services/oauth2/token', {
      revoke: 'https://{login}/services/oauth2/revoke',
      offline: ['refresh_token'],
    }),
  },
  sentry: {
    title: 'Sentry',
    api: 'https://sentry.io/api/0',
    oauth: oauth('https://sentry.io/oauth/authorize/', 'https://sentry.io/oauth/token/', plain),
  },
  shopify: {
    title: 'Shopify',
    api: 'https://{shop}.myshopify.com/admin/api',
    put: { header: 'x-shopify-access-token', prefix: '' },
    oauth: oauth('https://{shop}.myshopify.com/admin/oauth/authorize', 'https://{shop}.myshopify.com/admin/oauth/access_token', {
      ...plain,
      ...commas,
    }),
  },
  slack: {
    title: 'Slack',
    api: 'https://slack.com/api',
    oauth: oauth('https://slack.com/oauth/v2/authorize', 'https://slack.com/api/oauth.v2.access', { ...plain, ...commas }),
  },
  spotify: {
    title: 'Spotify',
    api: 'https://api.spotify.com/v1',
    oauth: oauth('https://accounts.spotify.com/authorize', 'https://accounts.spotify.com/api/token', basic),
  },
  strava: {
    title: 'Strava',
    api: 'https://www.strava.com/api/v3',
    oauth: oauth('https://www.strava.com/oauth/authorize', 'https://www.strava.com/oauth/token', { ...plain, ...commas }),
  },
  todoist: {
    title: 'Todoist',
    api: 'https://api.todoist.com/api/v1',
    oauth: oauth('https://todoist.com/oauth/authorize', 'https://todoist.com/oauth/access_token', { ...plain, ...commas }),
  },
  twitch: {
    title: 'Twitch',
    api: 'https://api.twitch.tv/helix',
    headers: ['client-id'],
    oauth: oauth('https://id.twitch.tv/oauth2/authorize', 'https://id.twitch.tv/oauth2/token', {
      ...plain,
      revoke: 'https://id.twitch.tv/oauth2/revoke',
    }),
  },
  webex: {
    title: 'Webex',
    api: 'https://webexapis.com/v1',
    oauth: oauth('https://webexapis.com/v1/authorize', 'https://webexapis.com/v1/access_token'),
  },
  x: {
    title: 'X',
    api: 'https://api.x.com/2',
    oauth: oauth('https://x.com/i/oauth2/authorize', 'https://api.x.com/2/oauth2/token', {
      ...basic,
      revoke: 'https://api.x.com/2/oauth2/revoke',
      offline: ['offline.access'],
    }),
  },
  zendesk: {
    title: 'Zendesk',
    api: 'https://{subdomain}.zendesk.com/api/v2',
    oauth: oauth('https://{subdomain}.zendesk.com/oauth/authorizations/new', 'https://{subdomain}.zendesk.com/oauth/tokens'),
  },
  zoom: {
    title: 'Zoom',
    api: 'https://api.zoom.us/v2',
    oauth: oauth('https://zoom.us/oauth/authorize', 'https://zoom.us/oauth/token', { ...basic, revoke: 'https://zoom.us/oauth/revoke' }),
  },
  'brave-search': {
    title: 'Brave Search (key)',
    api: 'https://api.search.brave.com/res/v1',
    put: { header: 'x-subscription-token', prefix: '' },
  },
  datadog: {
    title: 'Datadog (key)',
    api: 'https://api.{site}',
    parameters: { site: 'datadoghq.com' },
    put: { header: 'dd-api-key', prefix: '' },
  },
  sendgrid: { title: 'SendGrid (key)', api: 'https://api.sendgrid.com/v3' },
  serpapi: { title: 'SerpApi (key)', api: 'https://serpapi.com', put: { query: 'api_key' } },
  tavily: { title: 'Tavily (key)', api: 'https://api.tavily.com' },
};
