import type { JsonObject } from '../kernel/index.ts';
import { CLASS, type Event } from './event.ts';

/** The schema version that the names follow (https://schema.ocsf.io). */
const OCSF_VERSION = '1.6.0';

const CLASSES: Readonly<Record<number, { readonly name: string; readonly category: number; readonly categoryName: string }>> = {
  [CLASS.baseEvent]: { name: 'Base Event', category: 0, categoryName: 'Uncategorized' },
  [CLASS.detectionFinding]: { name: 'Detection Finding', category: 2, categoryName: 'Findings' },
  [CLASS.accountChange]: { name: 'Account Change', category: 3, categoryName: 'Identity & Access Management' },
  [CLASS.entityManagement]: { name: 'Entity Management', category: 3, categoryName: 'Identity & Access Management' },
  [CLASS.apiActivity]: { name: 'API Activity', category: 6, categoryName: 'Application Activity' },
};
const SEVERITIES = ['Unknown', 'Informational', 'Low', 'Medium', 'High', 'Critical', 'Fatal'];
const STATUSES: Readonly<Record<number, string>> = { 0: 'Unknown', 1: 'Success', 2: 'Failure' };
/** Security Control profile: Allowed, Denied, Observed, Modified; a call that waits for a person has no id of its own. */
const ACTIONS = {
  allow: { action: 'Allowed', id: 1 },
  ask: { action: 'Waiting for approval', id: 99 },
  deny: { action: 'Denied', id: 2 },
} as const;

/**
 * The event as OCSF 1.x JSON: its own fields under their OCSF names, what is derived filled in (category, type, captions, metadata), the AI Operation and
 * Security Control profiles where they apply, and what OCSF has no name for under `unmapped`.
 */
export function toOcsf(event: Event): JsonObject {
  const known = CLASSES[event.class_uid];
  return {
    ...classification(event, known),
    time: event.time,
    metadata: {
      version: OCSF_VERSION,
      uid: event.uid,
      tenant_uid: event.tenant,
      product: { name: 'Sallyport', vendor_name: 'Sallyport' },
      profiles: ['ai_operation', 'security_control'],
      event_code: event.kind,
    },
    actor: { user: { uid: event.actor.principal, ...(event.actor.key !== undefined && { credential_uid: event.actor.key }) } },
    ...(event.message !== undefined && { message: event.message }),
    ...(event.status_code !== undefined && { status_code: event.status_code }),
    ...aiOperation(event),
    ...securityControl(event),
    ...classFields(event),
    unmapped: unmapped(event),
  };
}

function classification(event: Event, known: (typeof CLASSES)[number] | undefined): JsonObject {
  return {
    class_uid: event.class_uid,
    activity_id: event.activity_id,
    type_uid: event.class_uid * 100 + event.activity_id,
    severity_id: event.severity_id,
    severity: SEVERITIES[event.severity_id] ?? 'Unknown',
    status_id: event.status_id,
    status: STATUSES[event.status_id] ?? 'Unknown',
    ...(known !== undefined && { class_name: known.name, category_uid: known.category, category_name: known.categoryName }),
  };
}

function aiOperation(event: Event): JsonObject {
  const { api, usage, conversation } = event;
  return {
    ...(api?.model !== undefined && { ai_model: { name: api.model, ai_provider: api.provider ?? 'unknown' } }),
    ...((usage !== undefined || conversation !== undefined) && {
      message_context: {
        service: { name: 'Sallyport' },
        ...(conversation !== undefined && { uid: conversation }),
        ...(usage !== undefined && {
          prompt_tokens: usage.input,
          completion_tokens: usage.output,
          total_tokens: usage.input + usage.output,
        }),
      },
    }),
  };
}

function securityControl(event: Event): JsonObject {
  const { decision } = event;
  if (decision === undefined) return {};
  const rule = decision.rules[0];
  const { action, id } = ACTIONS[decision.action];
  return {
    action,
    action_id: id,
    ...(rule !== undefined && { firewall_rule: { uid: rule.id, ...(rule.why !== undefined && { desc: rule.why }) } }),
  };
}

/** What the event's class requires. */
function classFields(event: Event): JsonObject {
  const { target } = event;
  const resource =
    target === undefined ? undefined : { uid: target.id, type: target.kind, ...(target.name !== undefined && { name: target.name }) };
  if (event.class_uid === CLASS.apiActivity) {
    return {
      api: { operation: event.api?.operation ?? event.kind, ...(event.http !== undefined && { response: { code: event.http.status } }) },
      src_endpoint: { uid: event.actor.key ?? event.actor.principal },
      ...(resource !== undefined && { resources: [resource] }),
    };
  }
  if (event.class_uid === CLASS.detectionFinding)
    return { finding_info: { uid: event.uid, title: event.kind }, ...(resource !== undefined && { resources: [resource] }) };
  return resource === undefined ? {} : { entity: resource };
}

function unmapped(event: Event): JsonObject {
  const { decision, findings, parts, messages, calls, timings, masked, content, detail, omitted, phase, cause } = event;
  const rest = { decision, findings, parts, messages, calls, timings, masked, content, detail, omitted, phase, cause };
  return JSON.parse(JSON.stringify(rest)) as JsonObject;
}
