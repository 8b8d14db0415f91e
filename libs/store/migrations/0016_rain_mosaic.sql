-- Rain around a basin of the last hours, from which a nowcast is made: the basin's own grids do not show what comes. Only what was received
-- by a cycle's cut-off counts, so every receipt is a row. Pruned as new ones come.
create table rain_mosaic (
  basin text not null,
  source text not null,
  valid_time timestamptz not null,              -- end of the accumulation
  received_at timestamptz not null,
  duration_s integer not null,
  raster text not null,                         -- name of the raster: its rows, columns, corner and cells
  rates bytea not null,                         -- gzipped little-endian uint16, hundredths of mm/h, row-major from the north-west, 65535 = not seen
  primary key (basin, source, valid_time, received_at)
);
