-- Operators decide of rain gauges as of the gauges of rivers.
alter table verdict drop constraint verdict_variable_check;
alter table verdict add constraint verdict_variable_check check (variable in ('Q', 'H', 'P'));

-- The verdict that gave a revision its flag; null: the checks did.
alter table rain_gauge add column verdict bigint;

-- What came late is looked for by its receipt, as of observation.
create index rain_gauge_received on rain_gauge (basin, received_at);
