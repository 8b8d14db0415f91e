import { NOW, sql, type DashboardText } from './panel.js';

/** What arrives, how old it is, what was refused, what came late. */
export const feeds: DashboardText = {
  uid: 'freshet-feeds',
  title: 'Freshet / Feeds',
  description: 'Age and completeness of every source, what was refused, late and corrected values',
  variables: [],
  panels: [
    {
      title: 'Sources',
      description: 'Newest value, its age, and the share of the last 24 hours with at least one usable value.',
      shape: 'table',
      width: 14,
      height: 10,
      queries: [
        sql(
          ['basin', 'input', 'newest', 'age_minutes', 'complete'],
          `select basin, input, max(time) as newest, extract(epoch from ${NOW} - max(time)) / 60 as age_minutes, count(distinct date_trunc('hour', time)) / 24.0 as complete
           from (select basin, station as input, valid_time as time from observation where valid_time > ${NOW} - interval '24 hours' and valid_time <= ${NOW} and value is not null and flag < 6
             union all select basin, 'rain (' || source || ')', valid_time from rain_grid where valid_time > ${NOW} - interval '24 hours' and valid_time <= ${NOW} and mean_mm is not null) known
           group by basin, input order by age_minutes desc`,
        ),
      ],
    },
    {
      title: 'Refused by reason',
      description: 'What could not become an observation, by day and code; payloads are in the table reject.',
      shape: 'table',
      width: 10,
      height: 10,
      queries: [
        sql(
          ['day', 'basin', 'code', 'count', 'example'],
          `select date_trunc('day', received_at) as day, basin, code, count(*) as count, min(message) as example from reject
           where $__timeFilter(received_at) group by 1, 2, 3 order by day desc, count desc`,
        ),
      ],
    },
    {
      title: 'Delay of arrival',
      description: 'Median and 95 % of receipt minus stamp, by hour of the stamp.',
      shape: 'lines',
      unit: 'm',
      width: 12,
      height: 9,
      queries: [
        sql(
          ['time', 'median', 'p95'],
          `select date_trunc('hour', valid_time) as time, percentile_cont(0.5) within group (order by extract(epoch from received_at - valid_time) / 60) as median,
             percentile_cont(0.95) within group (order by extract(epoch from received_at - valid_time) / 60) as p95
           from observation where $__timeFilter(valid_time) group by 1 order by 1`,
        ),
      ],
    },
    {
      title: 'Late and corrected values',
      description: 'Values received more than an hour after their stamp, and values corrected, by hour of the stamp.',
      shape: 'bars',
      width: 12,
      height: 9,
      queries: [
        sql(
          ['time', 'late', 'corrected', 'all'],
          `select date_trunc('hour', valid_time) as time, count(*) filter (where received_at - valid_time > interval '1 hour' and revision = 0) as late,
             count(*) filter (where revision > 0) as corrected, count(*) as "all"
           from observation where $__timeFilter(valid_time) group by 1 order by 1`,
        ),
      ],
    },
  ],
};
