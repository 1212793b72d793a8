export { ATTACKS, type Attack } from './attacks.ts';
