-- How far the evidence of a basin has been weighed, so that alerts resume where they were and weigh nothing twice.
-- The row is also the lock under which the alerts of a basin change.
create table alert_evaluation (
  basin text not null,
  run_kind text not null,
  evaluated_to timestamptz not null,            -- observations received and beats of the clock up to here
  forecast_to timestamptz not null,             -- newest issue time weighed
  primary key (basin, run_kind)
);

-- Evidence is read by when it became known.
create index observation_received on observation (basin, received_at);
create index rain_grid_received on rain_grid (basin, received_at);

-- A whole cycle is read by its issue time.
create index exceedance_of_cycle on exceedance (basin, issue_time, run_kind);
create index hydrograph_of_cycle on hydrograph (basin, issue_time, run_kind);
create index alert_event_of_subject on alert_event (subject, at);
