-- How each live source stands: written after every poll by the process that holds the source, shown on the feeds page.
create table feed (
  basin text not null,
  source text not null,
  kind text not null,
  address text not null,                        -- url without its query, or folder
  every_s double precision not null,
  lease_owner text,
  lease_until timestamptz,
  polled_at timestamptz,
  succeeded_at timestamptz,                     -- the last poll that did not fail
  news_at timestamptz,                          -- the last poll that brought something new
  next_at timestamptz,
  failures integer not null default 0,          -- in a row
  failure text,                                 -- code and message of the last one, null when the last poll succeeded
  brought jsonb not null default '{}',          -- rain, gauges, rejects of the last poll that brought something
  stalled jsonb not null default '[]',          -- [{ input, ageMinutes, usualMinutes }] that are older than usual, at the last poll
  primary key (basin, source)
);
