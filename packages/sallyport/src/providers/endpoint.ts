import type { Api } from '../message/index.ts';
import type { ProviderSettings } from './settings.ts';

const OPENAI_PATHS: Readonly<Record<Api, string>> = {
  chat: '/chat/completions',
  completions: '/completions',
  responses: '/responses',
  embeddings: '/embeddings',
  moderations: '/moderations',
  // Servers that also speak Anthropic's shape have it beside the OpenAI paths, under the same /v1.
  messages: '/messages',
  count_tokens: '/messages/count_tokens',
};

/** Names of Azure deployments (2 to 64 characters). Anything else could step out of the path it is put into. */
const DEPLOYMENT = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$/;

/** The path and query of an endpoint at a provider. `model` matters to Azure's deployments form only. */
export function endpointPath(settings: Pick<ProviderSettings, 'kind' | 'path' | 'azure'>, api: Api, model: string): string {
  const { azure } = settings;
  if (settings.kind === 'anthropic') return `${settings.path}/v1${OPENAI_PATHS[api]}`;
  if (azure?.form === 'deployments') {
    return `${settings.path}/deployments/${encodeURIComponent(model)}${OPENAI_PATHS[api]}?api-version=${azure.apiVersion ?? ''}`;
  }
  return `${settings.path}${OPENAI_PATHS[api]}${versionQuery(azure)}`;
}

/** The path of a provider's list of models. */
export function modelsPath(settings: Pick<ProviderSettings, 'kind' | 'path' | 'azure'>): string {
  if (settings.kind === 'anthropic') return `${settings.path}/v1/models?limit=1000`;
  return `${settings.path}/models${versionQuery(settings.azure)}`;
}

/** Whether a model may be asked for there: on Azure's deployments form its name becomes part of the path. */
export function isServable(settings: Pick<ProviderSettings, 'azure'>, model: string): boolean {
  return settings.azure?.form !== 'deployments' || DEPLOYMENT.test(model);
}

function versionQuery(azure: ProviderSettings['azure']): string {
  return azure?.apiVersion === undefined ? '' : `?api-version=${azure.apiVersion}`;
}
