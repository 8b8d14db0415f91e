import { BASIN, NOW, RUN, SINCE, STATION, sql, type DashboardText } from './panel.js';

/** The values of a column array, each at the end of its step. */
const steps = (column: string): string => `h.start_time + k * h.step_s * interval '1 second' as time, h.${column}[k]`;

/** What fell, what flowed, what was and is forecast, and what the assimilation changed. */
export const basin: DashboardText = {
  uid: 'freshet-basin',
  title: 'Freshet / Basin',
  description: 'Rain, observed and forecast hydrographs, thresholds and assimilation of one basin',
  variables: ['basin', 'station'],
  panels: [
    {
      title: 'Rain',
      description: 'Mean over the basin, mm an accumulation, at its end; newest revision.',
      shape: 'bars',
      unit: 'lengthmm',
      width: 24,
      height: 6,
      queries: [
        sql(
          ['time', 'rain'],
          `select distinct on (valid_time) valid_time as time, mean_mm as rain from rain_grid
           where basin = ${BASIN} and $__timeFilter(valid_time) and mean_mm is not null order by valid_time, revision desc`,
        ),
      ],
    },
    {
      title: 'Discharge and the newest forecast',
      description: 'Observed; median and 90 % interval of the newest forecast; the thresholds of the station.',
      shape: 'lines',
      unit: 'm3/s',
      width: 24,
      height: 11,
      queries: [
        sql(
          ['time', 'observed'],
          `select distinct on (valid_time) valid_time as time, value as observed from observation
           where basin = ${BASIN} and station = ${STATION} and variable = 'Q' and $__timeFilter(valid_time) and value is not null and flag < 6 order by valid_time, revision desc`,
        ),
        sql(
          ['time', 'q05', 'median', 'q95', 'open_loop'],
          `select ${steps('q05')} as q05, h.q50[k] as median, h.q95[k] as q95, h.open_loop[k] as open_loop
           from (select * from hydrograph where basin = ${BASIN} and station = ${STATION} and run_kind = ${RUN} and issue_time > ${NOW} - interval '1 day' and issue_time <= ${NOW}
             order by issue_time desc limit 1) h, generate_subscripts(h.q50, 1) k order by time`,
        ),
        sql(
          ['time', 'metric', 'value'],
          `select time, level as metric, discharge as value from station_threshold, (values (${SINCE}), (${NOW})) t (time)
           where basin = ${BASIN} and station = ${STATION} order by time`,
        ),
      ],
    },
    {
      title: 'Forecasts by issue time',
      description: 'Medians of the forecasts issued on the hour in the last 12 hours: did they see it coming?',
      shape: 'lines',
      unit: 'm3/s',
      width: 12,
      height: 10,
      queries: [
        sql(
          ['time', 'metric', 'value'],
          `select ${steps('q50')} as value, to_char(h.issue_time, 'MM-DD HH24:MI') as metric
           from hydrograph h, generate_subscripts(h.q50, 1) k
           where h.basin = ${BASIN} and h.station = ${STATION} and h.run_kind = ${RUN} and h.issue_time > ${NOW} - interval '12 hours' and h.issue_time <= ${NOW}
             and extract(minute from h.issue_time) = 0 order by time`,
        ),
      ],
    },
    {
      title: 'Assimilation increments',
      description: 'What each cycle changed: rain factors and store shifts, the mean over their zones.',
      shape: 'lines',
      width: 12,
      height: 10,
      queries: [
        sql(
          ['time', 'metric', 'value'],
          `select issue_time as time, key as metric, (select avg(v::float8) from jsonb_array_elements_text(part.value) v) as value
           from cycle, jsonb_each(analysis -> 'increments') part
           where basin = ${BASIN} and run_kind = ${RUN} and $__timeFilter(issue_time) and jsonb_typeof(part.value) = 'array' order by time`,
        ),
      ],
    },
  ],
};
