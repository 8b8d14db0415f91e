import { BASIN, NOW, RUN, SINCE, sql, type DashboardText } from './panel.js';

/**
 * Every forecast of the time shown against what flowed: the medians 1, 3, 6, 12 and 24 h ahead, the free run, and the
 * observation that stood at the cut-off (persistence), where all three and the observation are known.
 */
const PAIRS = `
  with observed as materialized (
    select distinct on (station, valid_time) station, valid_time, received_at, value from observation
    where basin = ${BASIN} and variable = 'Q' and valid_time > ${SINCE} - interval '1 day' and valid_time <= ${NOW} and value is not null and flag < 6
    order by station, valid_time, revision desc
  ), pair as (
    select h.station, h.issue_time, lead, o.value as flow, h.q50[lead * 3600 / h.step_s] as forecast, h.open_loop[lead * 3600 / h.step_s] as open_loop,
      h.q05[lead * 3600 / h.step_s] as low, h.q95[lead * 3600 / h.step_s] as high,
      (select value from observed p where p.station = h.station and p.valid_time <= h.issue_time and p.valid_time > h.issue_time - interval '3 hours' order by p.valid_time desc limit 1) as persistence
    from hydrograph h cross join (values (1), (3), (6), (12), (24)) l (lead)
      join observed o on o.station = h.station and o.valid_time = h.issue_time + lead * interval '1 hour'
    where h.basin = ${BASIN} and h.run_kind = ${RUN} and $__timeFilter(h.issue_time)
  )`;

/** Rolling scores by lead, against the baselines. */
export const skill: DashboardText = {
  uid: 'freshet-skill',
  title: 'Freshet / Skill',
  description: 'Errors of the forecasts of the time shown by lead, against persistence and the free run',
  variables: ['basin'],
  panels: [
    {
      title: 'Mean absolute error by lead',
      description:
        'm³/s over all gauged stations; smaller is better. persistence: the newest value observed at the issue time (within 3 h).',
      shape: 'table',
      width: 12,
      height: 9,
      queries: [
        sql(
          ['lead_hours', 'forecast', 'open_loop', 'persistence', 'skill', 'pairs'],
          `${PAIRS}
           select lead as lead_hours, avg(abs(forecast - flow)) as forecast, avg(abs(open_loop - flow)) as open_loop, avg(abs(persistence - flow)) as persistence,
             1 - avg(abs(forecast - flow)) / nullif(avg(abs(persistence - flow)), 0) as skill, count(*) as pairs
           from pair where persistence is not null group by lead order by lead`,
        ),
      ],
    },
    {
      title: 'Share inside the 90 % interval',
      description: 'By lead; 0.9 would be right, less means that the forecast is too sure.',
      shape: 'bar-chart',
      unit: 'percentunit',
      width: 12,
      height: 9,
      queries: [
        sql(
          ['lead', 'inside'],
          `${PAIRS} select lead || ' h' as lead, avg((flow between low and high)::int) as inside from pair group by pair.lead order by pair.lead`,
        ),
      ],
    },
    {
      title: 'Error 3 h ahead',
      description: 'Mean absolute error by hour of the issue time, m³/s.',
      shape: 'lines',
      unit: 'm3/s',
      width: 24,
      height: 9,
      queries: [
        sql(
          ['time', 'forecast', 'open_loop', 'persistence'],
          `${PAIRS}
           select date_trunc('hour', issue_time) as time, avg(abs(forecast - flow)) as forecast, avg(abs(open_loop - flow)) as open_loop, avg(abs(persistence - flow)) as persistence
           from pair where lead = 3 group by 1 order by 1`,
        ),
      ],
    },
  ],
};
