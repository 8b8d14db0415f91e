-- The first schema. Times are timestamptz (UTC); natural keys everywhere, since delivery is at least once.
-- run_kind: scheduled | replay | rerun | reanalysis | hindcast.

create table observation (
  basin text not null,
  station text not null,
  variable text not null check (variable in ('Q', 'H')),
  valid_time timestamptz not null,
  revision integer not null,
  received_at timestamptz not null,
  value double precision,                       -- m³/s or m; null = reported as missing
  flag smallint not null,                       -- Delft-FEWS: 0 reliable, 3 doubtful, 6 unreliable, 9 missing
  flag_source text not null default '',         -- HN HX soft/hard min/max, ROR/ROF rate of rise/fall, SR same reading, …
  source text not null,
  primary key (station, variable, valid_time, revision)
);
create index observation_as_of on observation (basin, valid_time, received_at);

create table rain_grid (
  basin text not null,
  source text not null,
  valid_time timestamptz not null,              -- end of the accumulation
  revision integer not null,
  duration_s integer not null,
  received_at timestamptz not null,
  depth_mm bytea not null,                      -- little-endian float32, one value a cell, NaN = missing
  mean_mm real,                                 -- over the valid cells; null = all missing
  flag smallint not null,
  flag_source text not null default '',
  primary key (basin, source, valid_time, revision)
);
create index rain_grid_as_of on rain_grid (basin, valid_time, received_at);

-- What could not become an observation: rows in = values + named rejects.
create table reject (
  id bigint generated always as identity primary key,
  basin text not null,
  source text not null,
  received_at timestamptz not null,
  code text not null,
  message text not null,
  payload jsonb,
  unique (basin, source, received_at, code, message)
);

create table cycle (
  basin text not null,
  issue_time timestamptz not null,
  run_kind text not null,
  status text not null check (status in ('due', 'running', 'complete', 'degraded', 'aborted')),
  as_of timestamptz not null,
  attempt integer not null default 0,
  lease_owner text,
  lease_until timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  state_hash text,
  previous_hash text,
  notifies boolean not null default true,
  degradations jsonb not null default '[]',
  analysis jsonb,
  input_ages jsonb not null default '[]',
  rain jsonb,                                   -- { start, stepS, mean: [mm] }
  mass_balance jsonb,
  versions jsonb,
  stage_ms jsonb,
  reason text,
  primary key (basin, issue_time, run_kind)
);
create index cycle_newest on cycle (basin, run_kind, issue_time desc);

create table model_state (
  basin text not null,
  issue_time timestamptz not null,
  run_kind text not null,                       -- spin-up states carry the run_kind they serve
  valid_time timestamptz not null,
  state bytea not null,                         -- as #cycle encodes a CycleState
  hash text not null,
  primary key (basin, issue_time, run_kind)
);

create table hydrograph (
  basin text not null,
  station text not null,
  issue_time timestamptz not null,
  run_kind text not null,
  start_time timestamptz not null,              -- value k is stamped start_time + (k + 1) · step_s
  step_s integer not null,
  q05 double precision[] not null,
  q25 double precision[] not null,
  q50 double precision[] not null,
  q75 double precision[] not null,
  q95 double precision[] not null,
  open_loop double precision[] not null,
  analysis double precision[] not null,
  peak_time timestamptz not null,
  peak double precision not null,
  peak_low double precision not null,
  peak_high double precision not null,
  primary key (station, issue_time, run_kind)
);

create table exceedance (
  basin text not null,
  station text not null,
  issue_time timestamptz not null,
  run_kind text not null,
  level text not null,
  threshold double precision not null,
  probability double precision not null,
  first_crossing timestamptz,
  primary key (station, issue_time, run_kind, level)
);

create table alert (
  id text primary key,                          -- basin/station/quantity/basis/level
  basin text not null,
  subject text not null,                        -- station id, or the input that is absent
  basis text not null check (basis in ('observed', 'forecast', 'absence')),
  level text not null,
  phase text not null,
  run_kind text not null,
  seq integer not null,                         -- last event
  state jsonb not null,                         -- as #alerting keeps it
  raised_at timestamptz,
  expires_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  updated_at timestamptz not null
);

create table alert_event (
  alert_id text not null references alert (id),
  seq integer not null,
  at timestamptz not null,
  basin text not null,
  subject text not null,
  basis text not null,
  level text not null,
  phase text not null,
  run_kind text not null,
  event jsonb not null,                         -- value, threshold, probability, peak, firstCrossing, leadHours, expiresAt, reason, evidence
  primary key (alert_id, seq)
);
create index alert_event_at on alert_event (basin, at);

create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  key text not null,
  message_id text not null unique,
  value jsonb not null,
  created_at timestamptz not null default now(),
  published_at timestamptz
);
create index outbox_waiting on outbox (id) where published_at is null;

-- A replay's clock, so that it resumes where it was.
create table replay (
  basin text primary key,
  from_time timestamptz not null,
  to_time timestamptz not null,
  clock timestamptz not null,
  options jsonb not null
);
