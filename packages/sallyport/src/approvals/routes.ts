import { parser, Type, type Caller, type Json, type Route, type RouteRequest } from '../kernel/index.ts';
import type { Answer, Approver, State } from './approval.ts';
import { fail } from './errors.ts';
import type { Approvals } from './approvals_service.ts';

const ANSWER = {
  decision: Type.Enum(['approve', 'reject']),
  scope: Type.Optional(Type.Enum(['once', 'value', 'conversation', 'always'], { default: 'once' })),
  forHours: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 2_160, description: 'How long a lasting scope holds.' })),
  bound: Type.Optional(
    Type.Array(Type.String({ maxLength: 1_000 }), {
      maxItems: 8,
      description: 'For `always`: JSON pointers to the arguments that must keep their values.',
    }),
  ),
  note: Type.Optional(Type.String({ maxLength: 1_000, description: 'For the requester to read.' })),
};
const BODY = Type.Object(ANSWER, { additionalProperties: false });
const LINK = Type.Object({ token: Type.String({ maxLength: 256 }) }, { additionalProperties: false });
const LINK_ANSWER = Type.Object({ token: Type.String({ maxLength: 256 }), ...ANSWER }, { additionalProperties: false });
const LIST = Type.Object(
  { state: Type.Optional(Type.Enum(['waiting', 'approved', 'rejected', 'expired', 'used'])) },
  { additionalProperties: false },
);
const parseAnswer = parser(BODY);
const parseLink = parser(LINK);
const parseLinkAnswer = parser(LINK_ANSWER);
const HOUR = 3_600_000;

/** The control routes of approvals: of the caller's tenant only. */
export function approvalRoutes(approvals: Approvals): readonly Route[] {
  const json = (value: unknown): { json: Json } => ({ json: value as Json });
  return [
    {
      method: 'GET',
      path: '/api/approvals',
      summary: 'Held actions, newest first; `state` for those of one state.',
      authority: { permission: 'approvals:read' },
      query: LIST,
      handler: async ({ caller, query }) => json({ approvals: await approvals.list(caller.tenant, query['state'] as State | undefined) }),
    },
    {
      method: 'GET',
      path: '/api/approvals/:id',
      summary: 'A held action: what will run, exactly, and who has answered.',
      authority: { permission: 'approvals:read' },
      handler: async (request) => json(await approvals.get(request.caller.tenant, request.params['id'] ?? '', approverOf(request))),
    },
    {
      method: 'POST',
      path: '/api/approvals/:id/answer',
      summary: 'Approves or rejects it.',
      authority: { permission: 'approvals:answer' },
      body: BODY,
      async handler(request) {
        const answer = answerOf(checked(parseAnswer(request.body)));
        return json(await approvals.answer(request.caller.tenant, request.params['id'] ?? '', answer, approverOf(request)));
      },
    },
    {
      method: 'POST',
      path: '/api/approval-links/look',
      summary: 'What a link from a mail or a chat leads to. The link stays as it is.',
      authority: { permission: 'approvals:read' },
      body: LINK,
      async handler(request) {
        const { token } = checked(parseLink(request.body));
        return json(await approvals.lookAtLink(request.caller.tenant, token, approverOf(request)));
      },
    },
    {
      method: 'POST',
      path: '/api/approval-links/answer',
      summary: 'Answers by a link, which is used up by it.',
      authority: { permission: 'approvals:answer' },
      body: LINK_ANSWER,
      async handler(request) {
        const { token, ...given } = checked(parseLinkAnswer(request.body));
        return json(
          await approvals.answerByLink(request.caller.tenant, token, answerOf(given), { ...approverOf(request), channel: 'link' }),
        );
      },
    },
    {
      method: 'GET',
      path: '/api/approval-grants',
      summary: 'Approvals that last, and are in force.',
      authority: { permission: 'approvals:read' },
      handler: async ({ caller }) =>
        json({
          grants: (await approvals.grants(caller.tenant)).map(({ binding: _, bound, ...one }) => ({
            ...one,
            bound: bound.map(({ pointer }) => pointer),
          })),
        }),
    },
    {
      method: 'DELETE',
      path: '/api/approval-grants/:id',
      summary: 'Ends an approval that lasts.',
      authority: { permission: 'approvals:answer' },
      async handler({ caller, params }) {
        await approvals.revokeGrant(caller.tenant, params['id'] ?? '', caller.principal);
        return json({ revoked: true });
      },
    },
  ];
}

type Given = Omit<Answer, 'forMs'> & { readonly forHours?: number };

function answerOf({ forHours, ...answer }: Given): Answer {
  return { ...answer, ...(forHours === undefined ? {} : { forMs: forHours * HOUR }) };
}

function checked<T>(read: { ok: true; value: T } | { ok: false; problems: readonly { message: string }[] }): T {
  if (!read.ok) throw fail('APPROVAL_INVALID', { say: read.problems.map(({ message }) => message).join('; ') });
  return read.value;
}

/** Keys and the machine's operator prove themselves with each request; a person has proved the password lately, or not. */
function approverOf({ caller, from }: Pick<RouteRequest, 'caller' | 'from'>): Approver {
  const { principal, session }: Caller = caller;
  return {
    principal,
    name: session?.name ?? principal,
    ...(session === undefined ? {} : { role: session.role }),
    fresh: session?.fresh ?? true,
    address: from.address,
    channel: session === undefined ? 'api' : 'console',
  };
}
