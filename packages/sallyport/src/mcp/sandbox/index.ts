export { readMachine } from './machine.ts';
export { planSandbox } from './plan.ts';
export { startSandboxed, type Sandboxed, type SandboxExit } from './run.ts';
export {
  SANDBOX_KINDS,
  type Accepted,
  type Enforcement,
  type SandboxKind,
  type SandboxLimits,
  type SandboxMachine,
  type SandboxPlan,
  type SandboxRefusal,
  type SandboxRequest,
} from './sandbox.ts';
