export { codeEngine, type CodeEngine, type CodeScan } from './engine.ts';
export type {
  CheckDescription,
  FileLocation,
  NotScanned,
  ScanFinding,
  ScanFinding as CodeFinding,
  SourceText,
  TraceStep,
} from './finding.ts';
export { scanTexts, report, type ScanEngines, type TextScan, type TextScanOptions } from './scan.ts';
export { SCAN_KINDS, type Reported, type ScanKind, type ScanResult } from './result.ts';
export { draw, FORMATS, type Format } from './report/index.ts';
export { checkOf } from './explain.ts';
export { AGENT_CHECKS } from './agents/index.ts';
export { SECRET_CHECK } from './secrets/index.ts';
export { ECOSYSTEMS, judged, PACKAGE_CHECKS, type Ecosystem, type JudgePackage } from './packages/index.ts';
export { readJsonc } from './document/jsonc.ts';
export { readToml } from './document/toml.ts';
export { at, entriesOf, itemsOf, textOf, type DocumentNode, type Entry } from './document/node.ts';
export { Lines } from './lines.ts';
