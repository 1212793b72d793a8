import type { Clock, Logger, TenantId } from '../kernel/index.ts';
import { openDocuments, type Documents, type Ocr } from '../documents/service.ts';
import { FgaError, type Fga } from '../fga/service.ts';
import type { KnowledgeConfig } from '../knowledge/config.ts';
import { openKnowledge, type Knowledge, type KnowledgeOptions, type Readers, type ReadersPort } from '../knowledge/service.ts';
import { guardedFetch } from '../net/index.ts';
import type { Config } from './config.ts';

/** Readers from which a confidential document is shared too widely. */
const DEFAULT_READERS = 20;
const MAX_OCR_TEXT = 4 * 1024 * 1024;
/** Groups of one document that are looked into. */
const MAX_GROUPS = 100;

/** The reader of documents, for attachments too, and the knowledge service over it. */
export function openKnowledgeOf(
  config: Config,
  { fga, ...services }: Pick<KnowledgeOptions, 'store' | 'keyring' | 'audit' | 'guards'> & { readonly fga: Fga },
  deps: { readonly logger: Logger; readonly clock: Clock },
): { readonly documents: Documents; readonly knowledge: Knowledge } {
  const { processes, ocr } = config.documents ?? {};
  const { keep = false, copies, hours, readers = DEFAULT_READERS, sharing } = config.knowledge ?? {};
  const documents = openDocuments({ logger: deps.logger, ...(processes === undefined ? {} : { processes }), ...ocrOf(ocr) });
  const alike = { ...(copies === undefined ? {} : { copies }), ...(hours === undefined ? {} : { hours }) };
  const settings = { keep, excerpts: (config.content ?? 'findings') !== 'none', alike, readers };
  return { documents, knowledge: openKnowledge({ ...services, documents, readers: readersOf(fga, sharing), settings }, deps) };
}

/** The operator's reader of pictures, at the address that is written down and no other. */
function ocrOf(address: string | undefined): { readonly ocr?: Ocr } {
  if (address === undefined) return {};
  return {
    async ocr(image, milliseconds) {
      const reply = await guardedFetch(address, {
        allow: 'as-written',
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', accept: 'text/plain' },
        body: Buffer.from(image.buffer, image.byteOffset, image.byteLength),
        timeoutMs: milliseconds,
        maxBytes: MAX_OCR_TEXT,
      });
      if (reply.status !== 200) throw new Error(`the reader of pictures answered ${reply.status}`);
      return reply.body.toString('utf8');
    },
  };
}

/** Who may read a document, asked of the authorization engine; undefined without a configuration. */
export function readersOf(fga: Fga, sharing: KnowledgeConfig['sharing']): ((tenant: TenantId) => ReadersPort) | undefined {
  if (sharing === undefined) return undefined;
  const { store, relation = 'viewer', user = 'user', group = 'group#member' } = sharing;
  const [groupType = '', groupRelation = ''] = group.split('#');
  return (tenant) => {
    const listed = (object: string, wanted: string, type: string, of: string): Promise<string[]> =>
      fga.queries.listUsers(
        { tenant, store },
        { object, relation: wanted, filter: { type, relation: of } },
        { model: '', contextual: [], context: {}, consistency: 'MINIMIZE_LATENCY' },
      );
    return async (object): Promise<Readers | undefined> => {
      try {
        const all = await listed(object, relation, user, '');
        const names = (await listed(object, relation, groupType, groupRelation)).slice(0, MAX_GROUPS);
        const groups = [];
        for (const name of names) groups.push({ name, members: await listed(name.replace(/#.*$/, ''), groupRelation, user, '') });
        return { users: all.filter((one) => !one.endsWith(':*')), everyone: all.some((one) => one.endsWith(':*')), groups };
      } catch (error) {
        // No such store, type or relation: the report says that nobody could tell.
        if (error instanceof FgaError) return undefined;
        throw error;
      }
    };
  };
}
