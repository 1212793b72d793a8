import type { AgentRecord, Workload } from '../agents/agent.ts';

/** Characters that end a step in the subjects of platforms: `system:serviceaccount:ns:name`, `repo:owner/name:ref:refs/heads/main`. */
const STEP_END = /[:/]/;

/** Whether a subject matches a pattern: `*` is any run of characters within one step, so that a pattern cannot reach further than it shows. */
export function subjectMatches(pattern: string, subject: string): boolean {
  const wanted = pattern.split(/([:/])/);
  const given = subject.split(/([:/])/);
  return wanted.length === given.length && wanted.every((step, at) => stepMatches(step, given[at] as string));
}

function stepMatches(pattern: string, text: string): boolean {
  const pieces = pattern.split('*');
  const first = pieces[0] as string;
  if (pieces.length === 1) return pattern === text;
  const last = pieces.at(-1) as string;
  // A star alone stands for something, never for nothing.
  if (text === '' || text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}

/** Whether a pattern says enough to be safe: a whole issuer's workloads are not one agent. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length < 3 || pattern.length > 300) return 'it needs 3 to 300 characters';
  const steps = pattern.split(STEP_END).filter((step) => step !== '');
  return steps.filter((step) => !step.includes('*')).length >= 2 ? undefined : 'at least two steps of it must be without *';
}

/** The agents that a workload of this issuer and subject may be. */
export function agentsOfWorkload(agents: Iterable<AgentRecord>, issuer: string, subject: string): AgentRecord[] {
  const fits = (one: Workload): boolean => one.issuer === issuer && subjectMatches(one.subject, subject);
  return [...agents].filter((agent) => agent.workloads.some(fits));
}
