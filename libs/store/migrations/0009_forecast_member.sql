-- What networks beside the model forecast in a cycle: shown beside the issued forecast, never instead of it. Null where domain.yaml names none.
alter table cycle add column members jsonb;
