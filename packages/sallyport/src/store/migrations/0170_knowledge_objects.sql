-- A search at the point retrieval asks for documents by their names in the authorization store, or by their own where they have none there.
create index knowledge_documents_object on knowledge_documents (tenant, object) where object <> '';
create index knowledge_documents_name on knowledge_documents (tenant, name) where object = '';
