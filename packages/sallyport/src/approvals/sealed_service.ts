import type { TenantId } from '../kernel/index.ts';
import { subjectHash } from '../audit/index.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Held } from './approval.ts';
import type { AnswerRow, ApprovalRow } from './record.ts';

/** What is kept encrypted of a held action. `arguments` is canonical JSON: what the binding was made from. */
export type Content = {
  readonly arguments: string;
  readonly reasons: Held['reasons'];
  readonly findings: Held['findings'];
  readonly said?: string;
  readonly event?: string;
  readonly callback?: string;
};

type Keys = Pick<Keyring, 'tenant' | 'sealFor' | 'openFor'>;
type Owner = Pick<ApprovalRow, 'id' | 'requester'>;

/** Sealed for the requester: erasing that subject's key erases the arguments and leaves the approval provable. */
export async function sealContent(keys: Keys, tenant: TenantId, { id, requester }: Owner, content: Content): Promise<Uint8Array> {
  return keys.sealFor(tenant, await subjectOf(keys, tenant, requester), 'approval', id, Buffer.from(JSON.stringify(content)));
}

/** Undefined when the requester's key was erased. */
export async function openContent(
  keys: Keys,
  tenant: TenantId,
  { id, requester, sealed }: Owner & Pick<ApprovalRow, 'sealed'>,
): Promise<Content | undefined> {
  const bytes = await keys.openFor(tenant, await subjectOf(keys, tenant, requester), 'approval', id, sealed);
  return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as Content);
}

export async function sealNote(
  keys: Keys,
  tenant: TenantId,
  { id, requester }: Owner,
  approver: string,
  note: string,
): Promise<Uint8Array> {
  return keys.sealFor(
    tenant,
    await subjectOf(keys, tenant, requester),
    'approval note',
    `${id} ${approver}`,
    Buffer.from(note.toWellFormed()),
  );
}

export async function openNote(
  keys: Keys,
  tenant: TenantId,
  { id, requester }: Owner,
  { approver, note }: Pick<AnswerRow, 'approver' | 'note'>,
): Promise<string | undefined> {
  if (note === null) return undefined;
  const bytes = await keys.openFor(tenant, await subjectOf(keys, tenant, requester), 'approval note', `${id} ${approver}`, note);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString();
}

/** The name under which everything of a requester is sealed, so that one erasure (`POST /api/content/erase`) reaches it. */
async function subjectOf(keys: Keys, tenant: TenantId, requester: string): Promise<string> {
  return subjectHash(await keys.tenant(tenant), requester);
}
