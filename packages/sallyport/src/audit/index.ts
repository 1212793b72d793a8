export { changeEvent } from './change_event.ts';
export { CLASS, SEVERITY_ID } from './event.ts';
export type { Event, EventActor, EventCall, EventDecision, EventFinding, EventMessage, EventPart, EventRule, EventValue } from './event.ts';
export { label } from './event_json.ts';
export { runEvent, runsOf } from './run.ts';
export { subjectHash } from './subject.ts';
export { verifyLogs, type LogReader } from './verify.ts';
