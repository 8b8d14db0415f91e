import type { Queryable } from './connect.js';

/**
 * plain: PostgreSQL without the extension. apache: hypertables and drop_chunks. community: compression, continuous
 * aggregates and policies as well (source-available: free to run, not to be sold as a database service).
 */
export type Edition = 'plain' | 'apache' | 'community';

interface Hypertable {
  readonly table: string;
  readonly time: string;
  /** A day of a middling basin's data is some megabytes; the chunks in use should fit in memory. */
  readonly chunk: string;
  /** How long rows are kept; null = for ever: what a forecast saw must be there to be seen again. */
  readonly keep: string | null;
  /**
   * Columns by which compressed rows are grouped. Null: never compressed. Arrays of forecasts shrink by a seventh, and to
   * read one row a thousand are unpacked: eight times the time for a look back into the archive.
   */
  readonly segmentBy: string | null;
}

export const HYPERTABLES: readonly Hypertable[] = Object.freeze([
  { table: 'observation', time: 'valid_time', chunk: '14 days', keep: null, segmentBy: 'basin, station, variable' },
  { table: 'rain_grid', time: 'valid_time', chunk: '7 days', keep: '2 years', segmentBy: 'basin, source' },
  { table: 'rain_gauge', time: 'valid_time', chunk: '14 days', keep: null, segmentBy: 'basin, gauge' },
  { table: 'rain_forecast', time: 'valid_time', chunk: '7 days', keep: '2 years', segmentBy: 'basin, source' },
  { table: 'temperature_forecast', time: 'valid_time', chunk: '7 days', keep: '2 years', segmentBy: 'basin, source' },
  { table: 'hydrograph', time: 'issue_time', chunk: '7 days', keep: '2 years', segmentBy: null },
  { table: 'exceedance', time: 'issue_time', chunk: '14 days', keep: '2 years', segmentBy: 'basin, station, run_kind' },
  { table: 'cycle_metric', time: 'issue_time', chunk: '14 days', keep: '2 years', segmentBy: 'basin, run_kind, name' },
]);

/** Late values and corrections come within days; what is older is compressed. */
const COMPRESS_AFTER = '60 days';

export async function readEdition(db: Queryable): Promise<Edition> {
  const { rows } = await db.query<{ license: string | null; installed: boolean }>(
    `select current_setting('timescaledb.license', true) as license, exists (select from pg_extension where extname = 'timescaledb') as installed`,
  );
  const { license, installed } = rows[0]!;
  if (!installed) return 'plain';
  return license === 'timescale' ? 'community' : 'apache';
}

/**
 * Makes of the schema what the database can: hypertables where TimescaleDB is, compression, retention and continuous
 * aggregates with its community edition, a roll-up table of our own without. May be repeated. Call it in the
 * transaction of the migrations, as the owner.
 */
export async function applyEdition(db: Queryable): Promise<Edition> {
  await createExtension(db);
  const edition = await readEdition(db);
  if (edition !== 'plain') for (const hypertable of HYPERTABLES) await makeHypertable(db, hypertable);
  if (edition === 'community') {
    for (const hypertable of HYPERTABLES) await addPolicies(db, hypertable);
    await db.query(MINUTELY_AGGREGATE);
    await db.query(HOURLY_AGGREGATE);
    for (const [view, reach] of Object.entries(REFRESH)) await db.query(refreshPolicy(view, reach));
  } else {
    await db.query(HOURLY_TABLE);
  }
  return edition;
}

/** Preloaded means that whoever runs the server wants it. */
async function createExtension(db: Queryable): Promise<void> {
  const { rows } = await db.query<{ wanted: boolean }>(
    `select exists (select from pg_available_extensions where name = 'timescaledb' and installed_version is null)
       and current_setting('shared_preload_libraries') like '%timescaledb%' as wanted`,
  );
  if (rows[0]!.wanted) await db.query('create extension timescaledb');
}

async function makeHypertable(db: Queryable, { table, time, chunk }: Hypertable): Promise<void> {
  await db.query(
    `select create_hypertable($1::regclass, by_range($2::name, $3::interval), create_default_indexes => false, migrate_data => true, if_not_exists => true)`,
    [table, time, chunk],
  );
}

async function addPolicies(db: Queryable, { table, time, keep, segmentBy }: Hypertable): Promise<void> {
  // what an earlier version compressed stays readable
  if (segmentBy === null) await db.query(`select remove_compression_policy($1::regclass, if_exists => true)`, [table]);
  else await compress(db, { table, time, segmentBy });
  if (keep !== null)
    await db.query(`select add_retention_policy($1::regclass, drop_after => $2::interval, if_not_exists => true)`, [table, keep]);
}

async function compress(
  db: Queryable,
  { table, time, segmentBy }: { readonly table: string; readonly time: string; readonly segmentBy: string },
): Promise<void> {
  const { rows } = await db.query<{ done: boolean }>(
    `select compression_enabled as done from timescaledb_information.hypertables where hypertable_name = $1`,
    [table],
  );
  if (rows[0]?.done !== true) {
    const by = `timescaledb.compress_segmentby = '${segmentBy}', timescaledb.compress_orderby = '${time} desc'`;
    await db.query(`alter table ${table} set (timescaledb.compress, ${by})`);
  }
  await db.query(`select add_compression_policy($1::regclass, compress_after => $2::interval, if_not_exists => true)`, [
    table,
    COMPRESS_AFTER,
  ]);
}

/** The newest revision of each minute, so that a correction replaces what it corrects; the hours are made of these. */
const MINUTELY_AGGREGATE = `
  create materialized view if not exists observation_minutely with (timescaledb.continuous) as
  select basin, station, variable, time_bucket('1 minute', valid_time) as minute, last(value, revision) as value, last(flag, revision) as flag
  from observation group by basin, station, variable, minute with no data`;

const HOURLY_AGGREGATE = `
  create materialized view if not exists observation_hourly with (timescaledb.continuous, timescaledb.materialized_only = false) as
  select basin, station, variable, time_bucket('1 hour', minute) as hour, avg(value) as mean, min(value) as low, max(value) as high, count(*) as count
  from observation_minutely where value is not null and flag < 6 group by basin, station, variable, time_bucket('1 hour', minute) with no data`;

/** Late values are taken up this far back. */
const REFRESH = { observation_minutely: '14 days', observation_hourly: '14 days' } as const;

const refreshPolicy = (view: string, reach: string): string =>
  `select add_continuous_aggregate_policy('${view}', start_offset => interval '${reach}', end_offset => interval '1 hour',
     schedule_interval => interval '15 minutes', if_not_exists => true)`;

/** Of the values stamped in [hour, hour + 1 h): usable ones (flag below 6), newest revision. m³/s or m. */
const HOURLY_TABLE = `
  create table if not exists observation_hourly (
    basin text not null,
    station text not null,
    variable text not null,
    hour timestamptz not null,
    mean double precision not null,
    low double precision not null,
    high double precision not null,
    count bigint not null,
    primary key (station, variable, hour)
  )`;
