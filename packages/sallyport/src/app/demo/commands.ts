import type { DemoState } from './demo.ts';
import type { Command, CommandContext, JsonObject } from '../../kernel/index.ts';

/** Commands over demo data; both only call the control API. */
export const DEMO_COMMANDS: readonly Command[] = [
  {
    name: 'demo load',
    summary: 'Shows fourteen days of a made-up company in the console, apart from everything real.',
    flags: [],
    async run(context) {
      const state = (await call(context, 'PUT')) as unknown as Pick<DemoState, 'requests' | 'company'>;
      context.out(
        context.json
          ? JSON.stringify(state)
          : `${state.requests} made-up requests of ${state.company}: sallyport events list --source demo. Away again with: sallyport demo remove.`,
      );
      return 0;
    },
  },
  {
    name: 'demo remove',
    summary: 'Takes all demo data away.',
    flags: [],
    async run(context) {
      const { removed } = await call(context, 'DELETE');
      context.out(context.json ? JSON.stringify({ removed }) : removed === true ? 'The demo data is gone.' : 'There was no demo data.');
      return 0;
    },
  },
];

async function call(context: CommandContext, method: 'PUT' | 'DELETE'): Promise<JsonObject> {
  return (await (await context.api()).call(method, '/api/demo')) as JsonObject;
}
