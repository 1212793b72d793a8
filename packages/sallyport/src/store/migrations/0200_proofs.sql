-- Proofs (DPoP) that were used at any process: the hash of each, for as long as it could come again. Not logged: after a crash of the database no
-- proof from before can be told, but each process still knows its own, and a proof lives four minutes.
create unlogged table identity_proofs (
  id text primary key,
  at bigint not null
);
grant select, insert, delete on identity_proofs to sallyport_system;
