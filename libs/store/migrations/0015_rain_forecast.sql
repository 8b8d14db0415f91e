-- Rain of the runs of a weather model, as they gave it: sums over (valid_time - duration, valid_time], often all from the issue on. Kept by run, so
-- that what was known at a cut-off is never mixed with a later one. The first that came of an interval counts.
create table rain_forecast (
  basin text not null,
  source text not null,
  issue_time timestamptz not null,
  valid_time timestamptz not null,
  duration_s integer not null,
  received_at timestamptz not null,
  depth_mm bytea not null,                      -- little-endian float32, one value a cell, NaN = missing
  primary key (basin, source, issue_time, valid_time, duration_s)
);
create index rain_forecast_as_of on rain_forecast (basin, received_at);
