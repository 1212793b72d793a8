export { createSecretScanner, type Span } from './scanner.ts';
export { SECRET_CHECK } from './check.ts';
