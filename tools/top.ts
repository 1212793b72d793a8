import { fileURLToPath } from 'node:url';

/** The folder of the repository, without a slash at its end. */
export const TOP: string = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
/** Where the product's modules are, from the top. */
export const SRC = 'packages/sallyport/src';
