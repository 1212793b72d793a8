export { calledSymbols, scanCode, type CalledSymbol, type ScanOptions } from './scan_service.ts';
export { isRead } from './project_files.ts';
export type { LoweredCache } from './front_end_service.ts';
export { MAX_FILE_LENGTH } from './lower_file.ts';
export type { CodeFinding, NotScanned, ScanResult, ScanStats, SourceFile, TraceStep } from './finding.ts';
export { checkSchema, modelSchema, type Check, type Model } from './check.ts';
export { grammarOf, languageOf, LANGUAGES, type Language } from './language.ts';
export { readSemgrepRules } from './semgrep.ts';
