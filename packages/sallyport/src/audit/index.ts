export { CLASS, SEVERITY_ID } from './event.ts';
export type { Event, EventActor, EventApi, EventDecision, EventFinding, EventPart, EventRule } from './event.ts';
export { EventSchema, MAX_FINDINGS, MAX_PARTS, MAX_RULES, type StringSource } from './event_schema.ts';
export { eventJson, label, WITHHELD } from './event_json.ts';
export { toOcsf } from './ocsf.ts';
export { parseCheckpoint, readPublicKeys, type Checkpoint } from './checkpoint.ts';
export { consistencyPath, inclusionPath, isConsistent, rootFromInclusion } from './tree.ts';
export { verifyProof, type InclusionProof, type ProofVerdict } from './proof.ts';
export { verifyLogs, type LogReader, type Verdict, type VerifyOptions } from './verify.ts';
