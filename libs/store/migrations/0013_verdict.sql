-- What operators decided of gauge values in place of the checks. Appended to, never changed: the newest that covers a value holds.
create table verdict (
  seq bigint generated always as identity primary key,
  basin text not null,
  station text not null,
  variable text not null check (variable in ('Q', 'H')),
  from_time timestamptz not null,               -- values of (from, to]
  to_time timestamptz,                          -- null: until further notice, values to come included
  decision text not null check (decision in ('trust', 'reject', 'checks')), -- checks: as if no operator had spoken
  reason text not null,
  decided_by text not null,
  decided_at timestamptz not null,              -- by the system's clock, as received_at is
  check (to_time > from_time)
);
create index verdict_of_station on verdict (basin, station, variable, seq);

-- The verdict that gave a revision its flag; null: the checks did.
alter table observation add column verdict bigint;
