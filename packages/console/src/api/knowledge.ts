/** A document as the control API shows it. */
export type KnowledgeDocument = {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly object: string;
  readonly format: string;
  readonly size: number;
  readonly hash: string;
  readonly label: string;
  readonly verdict: string;
  readonly state: string;
  readonly reasons: readonly Reason[];
  readonly actor: string;
  readonly created: number;
  readonly kept: boolean;
};

export type Reason = {
  readonly rule: string;
  readonly verdict: string;
  readonly why: string;
  readonly shown?: string;
  readonly place?: { readonly page?: number; readonly line?: number; readonly member?: string };
  readonly documents?: readonly string[];
};

/** What a check says of a document. */
export type Checked = Pick<KnowledgeDocument, 'verdict' | 'label' | 'format' | 'reasons'>;

export type Listed = { readonly documents: readonly KnowledgeDocument[]; readonly counts: Readonly<Record<string, number>> };
