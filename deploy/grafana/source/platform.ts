import { promql, sql, type DashboardText } from './panel.js';

/** Do messages flow, does the database answer, do the processes have room? */
export const platform: DashboardText = {
  uid: 'freshet-platform',
  title: 'Freshet / Platform',
  description: 'Consumer lag, outbox, refused messages, database, memory and processor of the processes',
  variables: [],
  panels: [
    {
      title: 'Messages behind',
      description: 'Published and not yet handled, by group and topic.',
      shape: 'lines',
      width: 12,
      height: 8,
      queries: [promql('{{group}} {{topic}}', 'max by (topic, group) (freshet_bus_lag_messages)')],
    },
    {
      title: 'Outbox',
      description: 'Committed and not yet published.',
      shape: 'lines',
      width: 6,
      height: 8,
      queries: [promql('waiting', 'max(freshet_outbox_waiting)')],
    },
    {
      title: 'Refused in 24 h',
      description: 'Dead letters and values refused, by code.',
      shape: 'lines',
      width: 6,
      height: 8,
      queries: [promql('{{code}}', 'sum by (code) (max by (basin, code) (freshet_reject_24h))')],
    },
    {
      title: 'Answering',
      description: '1 where a process answers and reaches the database and the brokers.',
      shape: 'lines',
      width: 12,
      height: 8,
      queries: [
        promql('{{process}}', 'up{job="freshet"}'),
        promql('{{process}} database', 'freshet_store_up'),
        promql('{{process}} brokers', 'freshet_bus_up'),
      ],
    },
    {
      title: 'Processor',
      description: 'Cores in use by process.',
      shape: 'lines',
      width: 6,
      height: 8,
      queries: [promql('{{process}}', 'rate(process_cpu_seconds_total{job="freshet"}[$__rate_interval])')],
    },
    {
      title: 'Memory',
      description: 'Resident, by process.',
      shape: 'lines',
      unit: 'bytes',
      width: 6,
      height: 8,
      queries: [promql('{{process}}', 'process_resident_memory_bytes{job="freshet"}')],
    },
    {
      title: 'Tables',
      description: 'Size with indexes; a hypertable with all its chunks.',
      shape: 'table',
      width: 24,
      height: 9,
      queries: [
        sql(
          ['table', 'bytes', 'chunks'],
          `select c.relname as "table", sum(pg_total_relation_size(coalesce(i.inhrelid, c.oid))) + case when count(i.inhrelid) > 0 then pg_total_relation_size(c.oid) else 0 end as bytes, count(i.inhrelid) as chunks
           from pg_class c left join pg_inherits i on i.inhparent = c.oid where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by c.oid, c.relname order by bytes desc`,
        ),
      ],
    },
  ],
};
