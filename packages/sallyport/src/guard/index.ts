export { createGuards, guardStates, type Guards, type GuardOptions, type GuardState, type StreamRules } from './guards.ts';
export type {
  Canary,
  CustomPattern,
  Detector,
  DetectorSettings,
  DetectorSetup,
  FindingFacts,
  GuardDescription,
  GuardFailure,
  OnError,
  RequestFacts,
  Scan,
  ScanAt,
  Scanner,
  Scores,
  Sink,
  StreamForm,
  StreamPattern,
  TextPoint,
} from './detector.ts';
export { withChoices, NO_CHOICES, type GuardChoices } from './choice.ts';
export { DEFAULT_GUARD_CONFIG, type GuardConfig } from './config.ts';
export { guardConfigProblems, type GuardConfigProblem } from './config_check.ts';
export { SECOND_STAGE, type SecondStage } from './second_stage/second_stage.ts';
export { inspectRow, type InspectPoint, type InspectRow } from './bulk.ts';
export { type Topic } from './usage/topics.ts';
export { judgePackage, type Ecosystem, type PackageVerdict } from './package_names/index.ts';
export { createSecretScan } from './detectors/secrets/scan.ts';
export { languageOf } from './language.ts';
export { LOOKALIKES, MIXED_LOOKALIKES } from './confusables.ts';
export * from './pattern/index.ts';
export * from './mask/index.ts';
export { isInvisible, selectorByte, tagAscii } from './invisible.ts';
