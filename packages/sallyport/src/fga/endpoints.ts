import { evaluation, evaluations } from './authzen.ts';
import * as search from './authzen_search.ts';
import * as operations from './operations.ts';
import type { Operation } from './operations.ts';

/** One operation of the API: where it is, what it needs, what it does. */
export type Endpoint = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `:store` and `:id` mark parameters. */
  readonly path: string;
  readonly permission: 'fga:read' | 'fga:write';
  readonly summary: string;
  readonly run: Operation;
  /** Has no place at the control port: sends lines as they come, or tells where the gateway port is. */
  readonly gatewayOnly?: boolean;
};

const STORE = '/stores/:store';
const ask = (path: string, summary: string, run: Operation): Endpoint => ({
  method: 'POST',
  path: `${STORE}${path}`,
  permission: 'fga:read',
  summary,
  run,
});
const get = (path: string, summary: string, run: Operation): Endpoint => ({ method: 'GET', path, permission: 'fga:read', summary, run });
const change = (method: Endpoint['method'], path: string, summary: string, run: Operation): Endpoint => ({
  method,
  path,
  permission: 'fga:write',
  summary,
  run,
});

/** OpenFGA's REST paths (openfga/api, openfga_service.proto), AuthZEN's, and `why`. Questions need `fga:read`, changes `fga:write`. */
export const ENDPOINTS: readonly Endpoint[] = [
  ask('/check', 'Whether a user has a relation to an object.', operations.check),
  ask('/batch-check', 'Up to 50 checks at once.', operations.batchCheck),
  ask('/list-objects', 'The objects of a type to which a user has a relation.', operations.listObjects),
  { ...ask('/streamed-list-objects', 'The same, each as it is found.', operations.streamedListObjects), gatewayOnly: true },
  ask('/list-users', 'The users that have a relation to an object.', operations.listUsers),
  ask('/why', 'A check with the path of tuples that makes it true, or the nearest tuples that would.', operations.why),
  ask('/expand', 'One level of the users of a relation, as a tree.', operations.expand),
  ask('/read', 'Tuples by user, relation and object.', operations.read),
  get(`${STORE}/changes`, 'The change log of tuples.', operations.readChanges),
  ask('/access/v1/evaluation', 'AuthZEN 1.0: one decision.', evaluation),
  ask('/access/v1/evaluations', 'AuthZEN 1.0: many decisions.', evaluations),
  ask('/access/v1/search/subject', 'AuthZEN 1.0: who may do that with the resource.', search.subjects),
  ask('/access/v1/search/resource', 'AuthZEN 1.0: with what the subject may do that.', search.resources),
  ask('/access/v1/search/action', 'AuthZEN 1.0: what the subject may do with the resource.', search.actions),
  { ...get(`${STORE}/.well-known/authzen-configuration`, 'AuthZEN 1.0: where its endpoints are.', search.metadata), gatewayOnly: true },
  change('POST', `${STORE}/write`, 'Writes and deletes tuples, all or nothing.', operations.write),
  change('POST', `${STORE}/authorization-models`, 'Adds a model; it is the newest from then on.', operations.writeModel),
  get(`${STORE}/authorization-models`, 'The models, newest first.', operations.listModels),
  get(`${STORE}/authorization-models/:id`, 'One model.', operations.readModel),
  change('PUT', `${STORE}/assertions/:id`, 'Keeps the assertions of a model.', operations.writeAssertions),
  get(`${STORE}/assertions/:id`, 'The assertions of a model.', operations.readAssertions),
  change('POST', '/stores', 'Makes a store.', operations.createStore),
  get('/stores', 'The stores.', operations.listStores),
  get(STORE, 'One store.', operations.getStore),
  change('DELETE', STORE, 'Deletes a store with all that is in it.', operations.deleteStore),
];
