export { createSecretScanner, type SecretScanner, type Span } from './scanner.ts';
export { SECRET_CHECK } from './check.ts';
