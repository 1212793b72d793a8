export { scanCode, MAX_FILE_LENGTH, type ScanOptions } from './scan_service.ts';
export type { CodeFinding, NotScanned, ScanResult, ScanStats, SourceFile, TraceStep } from './finding.ts';
export { checkSchema, modelSchema, type Check, type Model } from './check.ts';
export { grammarOf, languageOf, LANGUAGES, type Language } from './language.ts';
export { readSemgrepRules } from './semgrep.ts';
