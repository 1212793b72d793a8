export { bindCel, compileCel, type Compiled } from './compile.ts';
export {
  CelError,
  type CelBinding,
  type CelEnv,
  type CelNeed,
  type CelProblem,
  type CelProgram,
  type CelTrace,
  type CelType,
} from './types.ts';
export { MAX_STEPS } from './work.ts';
