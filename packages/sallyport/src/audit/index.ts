export { changeEvent } from './change_event.ts';
export { CLASS, SEVERITY_ID } from './event.ts';
export type { Event, EventActor, EventDecision, EventFinding, EventPart, EventRule } from './event.ts';
export { label } from './event_json.ts';
export { subjectHash } from './subject.ts';
export { verifyLogs, type LogReader } from './verify.ts';
