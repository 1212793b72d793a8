-- Documents on their way into knowledge bases. No text of a document stands here but sealed: `excerpts` (around what was found) and `content` (its bytes)
-- under a key of the document's own. `hash` is keyed. `prints` are MinHash signatures, 64 numbers each.
create table knowledge_documents (
  tenant text not null,
  id text not null,
  name text not null,
  source text not null,
  object text not null,
  format text not null,
  size bigint not null,
  hash text not null,
  label text not null check (label in ('public', 'internal', 'confidential')),
  verdict text not null check (verdict in ('accept', 'quarantine', 'reject')),
  state text not null check (state in ('accepted', 'quarantined', 'rejected', 'released', 'erased')),
  reasons jsonb not null,
  actor text not null,
  created bigint not null,
  changed bigint not null,
  copy_print bytea,
  claim_print bytea,
  question_print bytea,
  excerpts bytea,
  content bytea,
  primary key (tenant, id)
);
create unique index knowledge_documents_hash on knowledge_documents (tenant, hash, name, source);
create index knowledge_documents_created on knowledge_documents (tenant, created desc, id desc);
alter table knowledge_documents enable row level security;
alter table knowledge_documents force row level security;
create policy knowledge_documents_tenant on knowledge_documents
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on knowledge_documents to sallyport_app;

-- Under which keys documents meet that are alike.
create table knowledge_keys (
  tenant text not null,
  key text not null,
  document text not null,
  primary key (tenant, key, document)
);
create index knowledge_keys_document on knowledge_keys (tenant, document);
alter table knowledge_keys enable row level security;
alter table knowledge_keys force row level security;
create policy knowledge_keys_tenant on knowledge_keys
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on knowledge_keys to sallyport_app;

-- Which answers were made from which documents, as the app said with its requests.
create table knowledge_uses (
  tenant text not null,
  document text not null,
  event text not null,
  time bigint not null,
  primary key (tenant, document, event)
);
create index knowledge_uses_time on knowledge_uses (tenant, document, time desc);
alter table knowledge_uses enable row level security;
alter table knowledge_uses force row level security;
create policy knowledge_uses_tenant on knowledge_uses
  using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true));
grant select, insert, update, delete on knowledge_uses to sallyport_app;
