export { createLimiter, type Limiter, type Limits, type Permit, type Rate } from './limiter.ts';
export { createAdmission, DEFAULT_ADMISSION, type Admission, type Admit } from './admission.ts';
export { createPrices, type Price, type Prices } from './price.ts';
export { costOf, worstOf } from './cost.ts';
export { createLoops, type Loops } from './loops.ts';
export { createFairness, type Fairness } from './fairness.ts';
