-- Air temperature at 2 m of the runs of a weather model, at one time each. Kept by run, so that what was known at a cut-off is never mixed with a
-- later one. The first that came of a time counts.
create table temperature_forecast (
  basin text not null,
  source text not null,
  issue_time timestamptz not null,
  valid_time timestamptz not null,
  received_at timestamptz not null,
  celsius bytea not null,                       -- little-endian float32, one value a cell, NaN = missing
  primary key (basin, source, issue_time, valid_time)
);
create index temperature_forecast_valid on temperature_forecast (basin, valid_time);
