import type { ReactNode } from 'react';
import type { GateEvent } from '../api/events.ts';
import { Badge } from './parts.tsx';

/** What came of a request, in one word: what was decided, else what rules in roll-out would have decided. */
export function Decision({ event }: { readonly event: GateEvent }): ReactNode {
  const { decision, masked } = event;
  if (decision === undefined) return event.status_code === undefined ? null : <Badge tone="warn">{event.status_code.toLowerCase()}</Badge>;
  if (decision.action === 'deny') return <Badge tone="deny">refused</Badge>;
  if (decision.action === 'ask') return <Badge tone="warn">held</Badge>;
  const would = decision.would.some(({ action }) => action === 'deny' || action === 'quarantine');
  const hold = decision.would.some(({ action }) => action === 'ask');
  return (
    <span className="row">
      {would ? <Badge tone="warn">would refuse</Badge> : hold ? <Badge tone="warn">would hold</Badge> : <Badge tone="fine">allowed</Badge>}
      {masked !== undefined && Object.keys(masked).length > 0 ? <Badge tone="mask">masked</Badge> : null}
      {event.status_code === undefined ? null : <Badge tone="warn">{event.status_code.toLowerCase()}</Badge>}
    </span>
  );
}

/** Why: the rule's own sentence, or what was found. */
export function reasonOf(event: GateEvent): string {
  const rule = event.decision?.rules.find(({ why }) => why !== undefined);
  if (rule?.why !== undefined) return rule.why;
  const would = event.decision?.would.find(({ why }) => why !== undefined);
  if (would?.why !== undefined) return `In roll-out: ${would.why}`;
  if (event.message !== undefined) return event.message;
  const categories = [...new Set(event.findings?.map(({ category }) => category.replaceAll('_', ' ')))];
  return categories.join(', ');
}
