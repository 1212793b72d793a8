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
} as const satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
