import { inspect } from 'node:util';
import type { TestEvent } from 'node:test/reporters';

/** One finished test, as the runner reads it: a line of JSON. */
export type Outcome = {
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped, or the error in full. */
  readonly detail: string;
};

/** A reporter for `node --test`-like runs that writes one JSON line for each finished test (not for suites). */
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const path: string[] = [];
  for await (const event of source) {
    if (event.type === 'test:start') {
      path.length = event.data.nesting;
      path[event.data.nesting] = event.data.name;
    } else if (event.type === 'test:pass' || event.type === 'test:fail') {
      const outcome = readOutcome(event, path);
      if (outcome !== undefined) yield `${JSON.stringify(outcome)}\n`;
    }
  }
}

type Finished = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>;

function readOutcome(event: Finished, path: readonly string[]): Outcome | undefined {
  const { data } = event;
  const name = [...path.slice(0, data.nesting), data.name].join(' > ');
  if (event.type === 'test:fail') {
    const { error } = event.data.details;
    // A parent fails because a child did: the child is the failure.
    if ('failureType' in error && error.failureType === 'subtestsFailed') return undefined;
    return { name, result: 'failed', detail: inspect(error.cause ?? error, { depth: 8 }) };
  }
  if (data.details.type === 'suite') return undefined;
  const skip = data.skip ?? data.todo;
  if (skip !== undefined && skip !== false) return { name, result: 'skipped', detail: typeof skip === 'string' ? skip : 'no reason given' };
  return { name, result: 'passed', detail: '' };
}
