export { createLimiter, type Limiter, type Limits, type Permit, type Rate } from './limiter.ts';
