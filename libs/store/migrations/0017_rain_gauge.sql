-- Depths of rain gauges as they were received, each with its verdict; kept raw, the radar beside them too. Revisions as of observation.
create table rain_gauge (
  basin text not null,
  gauge text not null,
  valid_time timestamptz not null,              -- end of the accumulation
  duration_s integer not null,
  revision integer not null,
  received_at timestamptz not null,
  depth_mm double precision,                    -- over the duration; null = reported as missing, 0 = dry
  flag smallint not null,                       -- Delft-FEWS: 0 reliable, 3 doubtful, 6 unreliable, 9 missing
  flag_source text not null default '',         -- HX SX SR TS BL
  source text not null,
  primary key (basin, gauge, valid_time, duration_s, revision)
);
create index rain_gauge_as_of on rain_gauge (basin, valid_time, received_at);

-- By which factor the radar was adjusted, by how many gauges: as the forecast role wrote it; null where the domain does not adjust.
alter table cycle add column rain_adjustment jsonb;
