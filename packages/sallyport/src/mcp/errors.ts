import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  MCP_SCAN_USAGE: {
    status: 400,
    message: 'The scan of MCP servers cannot be done as it was asked for.',
    fix: 'Run `sallyport mcp scan --help` for what there is.',
  },
  MCP_SCAN_PATH: {
    status: 400,
    message: 'This file cannot be read.',
    fix: 'Check that it is there, may be read, and is JSON, TOML or YAML.',
  },
  MCP_SERVER_UNKNOWN: {
    status: 404,
    message: 'There is no such MCP server for you.',
    fix: 'Use one that `mcp: servers:` of sallyport.yaml lists and that your key may use.',
  },
  MCP_SERVER_FAILED: {
    status: 502,
    message: 'The MCP server could not be reached, or its answer not be read.',
    fix: 'Look at the log of the gate; `GET /api/mcp/servers` shows the state of each server.',
  },
  MCP_NO_SANDBOX: {
    status: 502,
    message: 'The program of the MCP server is not started without a sandbox.',
    fix: 'Install bubblewrap, or say `accept: [unsandboxed]` at the server in sallyport.yaml.',
  },
  MCP_NO_ACCOUNT: {
    status: 403,
    message: 'Nobody has connected an account for this MCP server that you may use.',
    fix: 'Connect one in the console under connections, and give it to the agent.',
  },
  MCP_ACCOUNT_REFUSED: {
    status: 403,
    message: 'The MCP server does not accept the account that is connected for it.',
    fix: 'Connect the account again in the console under connections.',
  },
  MCP_REPLY_TOO_LARGE: { status: 502, message: 'The MCP server sent more than is taken.', fix: 'Ask for less, e.g. by pages.' },
  MCP_DEFINITIONS_REFUSED: {
    status: 502,
    message: 'The definitions of the MCP server are not taken.',
    fix: 'A server may define 2,000 tools, prompts and resources each, in 4 MiB together.',
  },
  MCP_PINS_UNREADABLE: {
    status: 503,
    message: 'What was approved of the MCP server cannot be read, so nothing of it is offered.',
    fix: 'Bring the database back; the gate goes on by itself.',
  },
  MCP_PIN_UNKNOWN: { status: 404, message: 'There is no such definition.', fix: '`GET /api/mcp/pins` lists them.' },
  MCP_PIN_CHANGED: {
    status: 409,
    message: 'The definition has changed since you looked at it.',
    fix: 'Look at it again, then answer.',
  },
  MCP_PRINCIPAL_UNKNOWN: { status: 404, message: 'Nobody of this id may use tools.', fix: '`GET /api/mcp/principals` lists who may.' },
  MCP_INVALID: { status: 400, message: 'The request is not understood.', fix: 'See the API description at /api/openapi.json.' },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
