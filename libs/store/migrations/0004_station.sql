-- The stations of the domains in service and their thresholds, for whoever asks in SQL: Grafana knows no domain files.
create table station (
  basin text not null,
  station text not null,
  name text not null,
  river text not null,
  gauged boolean not null,
  longitude double precision not null,          -- degrees, WGS 84
  latitude double precision not null,
  primary key (basin, station)
);
create table station_threshold (
  basin text not null,
  station text not null,
  level text not null,
  discharge double precision not null,          -- m³/s
  primary key (basin, station, level)
);
