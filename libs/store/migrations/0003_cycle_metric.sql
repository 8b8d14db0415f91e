-- What is worth plotting of a cycle, one number a row: stage durations, J before and after, gates, degradations.
create table cycle_metric (
  basin text not null,
  issue_time timestamptz not null,
  run_kind text not null,
  name text not null,
  value double precision not null,
  primary key (basin, run_kind, name, issue_time)
);

-- How far our own roll-ups have come; unused where TimescaleDB keeps them by itself.
create table roll_up (
  name text primary key,
  received_to timestamptz not null
);
