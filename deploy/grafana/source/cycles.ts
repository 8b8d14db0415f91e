import { NOW, RUN, sql, type DashboardText } from './panel.js';

/** Which issue time each basin has reached, and what a cycle costs and gains. */
export const cycles: DashboardText = {
  uid: 'freshet-cycles',
  title: 'Freshet / Cycles',
  description: 'Progress of every basin, durations, the assimilation before and after, degradations',
  variables: [],
  panels: [
    {
      title: 'Reached',
      description: 'Newest issue time of each basin, what became of it, and when it was finished.',
      shape: 'table',
      width: 24,
      height: 6,
      queries: [
        sql(
          ['basin', 'issue_time', 'status', 'finished_at', 'attempt', 'state_hash'],
          `select distinct on (basin) basin, issue_time, status, finished_at, attempt, left(state_hash, 12) as state_hash from cycle
           where run_kind = ${RUN} and issue_time <= ${NOW} order by basin, issue_time desc`,
        ),
      ],
    },
    {
      title: 'Time to compute',
      description: 'Median and 95 % of the time in the worker, by hour of the issue time.',
      shape: 'lines',
      unit: 'ms',
      width: 12,
      height: 9,
      queries: [
        sql(
          ['time', 'median', 'p95'],
          `select date_trunc('hour', issue_time) as time, percentile_cont(0.5) within group (order by value) as median, percentile_cont(0.95) within group (order by value) as p95
           from cycle_metric where run_kind = ${RUN} and name = 'compute_ms' and $__timeFilter(issue_time) group by 1 order by 1`,
        ),
      ],
    },
    {
      title: 'J before and after',
      description: 'Cost of the assimilation, the mean over the basins.',
      shape: 'lines',
      width: 12,
      height: 9,
      queries: [
        sql(
          ['time', 'metric', 'value'],
          `select issue_time as time, name as metric, avg(value) as value from cycle_metric
           where run_kind = ${RUN} and name in ('cost_before', 'cost_after') and $__timeFilter(issue_time) group by 1, 2 order by 1`,
        ),
      ],
    },
    {
      title: 'Analyses accepted',
      description: 'Share of the analyses that the gate accepted, by hour; the rest goes on from the background.',
      shape: 'lines',
      unit: 'percentunit',
      width: 12,
      height: 9,
      queries: [
        sql(
          ['time', 'accepted'],
          `select date_trunc('hour', issue_time) as time, avg(value) as accepted from cycle_metric
           where run_kind = ${RUN} and name = 'accepted' and $__timeFilter(issue_time) group by 1 order by 1`,
        ),
      ],
    },
    {
      title: 'Degradations',
      description: 'What was not as it should be, by hour and code.',
      shape: 'bars',
      width: 12,
      height: 9,
      queries: [
        sql(
          ['time', 'metric', 'value'],
          `select date_trunc('hour', issue_time) as time, degradation ->> 'code' as metric, count(*) as value from cycle, jsonb_array_elements(degradations) degradation
           where run_kind = ${RUN} and $__timeFilter(issue_time) group by 1, 2 order by 1`,
        ),
      ],
    },
  ],
};
