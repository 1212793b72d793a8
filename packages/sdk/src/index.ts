export { Sallyport, SallyportError } from './client.ts';
export type {
  AllowedIds,
  AllowedPredicate,
  Asking,
  CheckKey,
  Filtered,
  SallyportOptions,
  Tuple,
  VectorStore,
  WhyAnswer,
} from './client.ts';
export { withPermissions, type Permission } from './permitted.ts';
