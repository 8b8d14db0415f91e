import { NOW, RUN, sql, type DashboardText } from './panel.js';

/** Where will rivers exceed their thresholds, and when? */
export const situation: DashboardText = {
  uid: 'freshet-situation',
  title: 'Freshet / Situation',
  description: 'Gauges by the level they have reached or are forecast to reach, standing alerts, forecast peaks',
  variables: [],
  panels: [
    {
      title: 'Gauges',
      description: 'Each station by its highest standing alert: 0 none, 1 yellow, 2 orange, 3 red, observed or forecast.',
      shape: 'map',
      width: 12,
      height: 14,
      queries: [
        sql(
          ['station', 'name', 'latitude', 'longitude', 'level', 'discharge_m3s', 'valid_time'],
          `select s.station, s.name, s.latitude, s.longitude,
             coalesce((select max(array_position(array['yellow', 'orange', 'red'], a.level)) from alert a
               where a.subject = s.station and a.basin = s.basin and a.run_kind = ${RUN} and a.phase in ('raised', 'easing', 'stale')), 0) as level,
             o.value as discharge_m3s, o.valid_time
           from station s left join lateral (select value, valid_time from observation o
             where o.basin = s.basin and o.station = s.station and variable = 'Q' and valid_time > ${NOW} - interval '1 day' and valid_time <= ${NOW} and value is not null and flag < 6
             order by valid_time desc, revision desc limit 1) o on true order by s.station`,
        ),
      ],
    },
    {
      title: 'Standing alerts',
      description: 'Raised, easing or stale. Stale: no newer evidence came before it expired; that is no all-clear.',
      shape: 'table',
      width: 12,
      height: 7,
      queries: [
        sql(
          ['subject', 'basis', 'level', 'phase', 'raised_at', 'expires_at', 'acknowledged_by'],
          `select coalesce(s.name, a.subject) as subject, a.basis, a.level, a.phase, a.raised_at, a.expires_at, a.acknowledged_by
           from alert a left join station s on s.basin = a.basin and s.station = a.subject
           where a.run_kind = ${RUN} and a.phase in ('raised', 'easing', 'stale') order by array_position(array['yellow', 'orange', 'red'], a.level) desc nulls last, a.raised_at`,
        ),
      ],
    },
    {
      title: 'Forecast peaks',
      description: 'Of the newest forecast of each station, with the 90 % interval and the chance of the lowest threshold.',
      shape: 'table',
      width: 12,
      height: 7,
      queries: [
        sql(
          ['station', 'issue_time', 'peak_time', 'peak_m3s', 'low_m3s', 'high_m3s', 'yellow'],
          `select coalesce(s.name, h.station) as station, h.issue_time, h.peak_time, h.peak as peak_m3s, h.peak_low as low_m3s, h.peak_high as high_m3s, e.probability as yellow
           from hydrograph h join (select basin, max(issue_time) as issue_time from cycle
               where run_kind = ${RUN} and status in ('complete', 'degraded') and issue_time > ${NOW} - interval '1 day' and issue_time <= ${NOW} group by basin) newest using (basin, issue_time)
             left join station s on s.basin = h.basin and s.station = h.station
             left join exceedance e on e.station = h.station and e.issue_time = h.issue_time and e.run_kind = h.run_kind and e.level = 'yellow'
           where h.run_kind = ${RUN} order by e.probability desc nulls last, h.peak desc`,
        ),
      ],
    },
  ],
};
