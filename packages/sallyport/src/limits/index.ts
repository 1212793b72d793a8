export { createLimiter, type Acquired, type Limited, type Limiter, type Limits, type Permit, type Rate, type Scope } from './limiter.ts';
