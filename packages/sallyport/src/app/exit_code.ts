/** The exit code of an error: a scan that failed and a wrong configuration are told from what a scan found (DESIGN 6). */
export function exitCodeOf(code: string): number {
  return /^(CONFIG|SCAN|MCP_SCAN)_/.test(code) ? 2 : 1;
}
