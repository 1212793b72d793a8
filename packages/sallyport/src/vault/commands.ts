import { table, type Command, type Json, type JsonObject } from '../kernel/index.ts';

/** Commands over connections; all of them only call the control API. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'connection services',
    summary: 'Lists the services that the catalogue knows.',
    flags: [],
    async run(context) {
      const { services } = (await (await context.api()).call('GET', '/api/connection-services')) as { services: JsonObject[] };
      const rows = services.map((one) => ['name', 'kind', 'title', 'api'].map((name) => word(one[name])));
      const columns = [{ title: 'NAME', whole: true }, { title: 'WITH' }, { title: 'SERVICE' }, { title: 'API' }];
      context.out(context.json ? JSON.stringify(services) : table(columns, rows, context.width));
      return 0;
    },
  },
  {
    name: 'connection list',
    summary: 'Lists the connections of the configuration.',
    flags: [],
    async run(context) {
      const { connections } = (await (await context.api()).call('GET', '/api/connections')) as { connections: JsonObject[] };
      const rows = connections.map((one) => ['name', 'kind', 'title', 'api'].map((name) => word(one[name])));
      const columns = [{ title: 'NAME', whole: true }, { title: 'WITH' }, { title: 'SERVICE' }, { title: 'API' }];
      if (context.json) context.out(JSON.stringify(connections));
      else
        context.out(
          rows.length === 0
            ? 'There is no connection yet: write one under `connections:` in sallyport.yaml.'
            : table(columns, rows, context.width),
        );
      return 0;
    },
  },
  {
    name: 'connection rotate',
    summary: 'Makes a new data key and seals every credential of connected accounts anew.',
    flags: [],
    async run(context) {
      const reply = (await (await context.api()).call('POST', '/api/connection-keys/rotate')) as JsonObject;
      context.out(context.json ? JSON.stringify(reply) : `${JSON.stringify(reply['resealed'])} sealed anew.`);
      return 0;
    },
  },
];

function word(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
